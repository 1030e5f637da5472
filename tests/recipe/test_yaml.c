/* YAML: what recipes may contain, and that nothing else gets through. */
#include "experiments/recipe/yaml.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Arena arena;

static void open_arena(void) { arena_open(&arena, "test", NULL, NULL); }
static void close_arena(void) { arena_close(&arena); }

TestSuite(yaml, .init = open_arena, .fini = close_arena);

static Status read(Yaml **root, const char *text, Err *err)
{
    return yaml_tree(root, &arena, "r.yaml", text, strlen(text), err);
}

Test(yaml, keeps_texts_and_places)
{
    Yaml *root;
    Err   err;
    cr_assert(!read(&root, "a: no\nb:\n  c: [1e-3, '012']\n  d:\n", &err), "%s", err.text);
    const Yaml *a = root->first, *b = a->next, *c = b->first, *d = c->next;
    cr_expect(root->kind == YAML_IS_MAP && b->kind == YAML_IS_MAP && c->kind == YAML_IS_LIST);
    cr_expect_str_eq(a->text, "no");
    cr_expect_str_eq(c->first->text, "1e-3");
    cr_expect_str_eq(c->first->next->text, "012");
    cr_expect_str_eq(d->text, "");
    cr_expect(c->line == 3 && c->column == 3, "%d:%d", c->line, c->column);
    cr_expect(!d->next && !b->next && !c->first->next->next);
}

/* Each is refused with the line where it goes wrong. */
static const struct { const char *text, *says; } hostile[] = {
    { "", "r.yaml: empty" },
    { "a: 1\nb: 2\na: 3\n", "r.yaml:3: a is given again; first at line 1" },
    { "a: &x 1\nb: *x\n", "r.yaml:1: an anchor" },
    { "a: *x\n", "r.yaml:1: an anchor or alias" },
    { "a: !!int 3\n", "r.yaml:1: a tag" },
    { "a: !!python/object:os.system 3\n", "r.yaml:1: a tag" },
    { "a: 1\n---\nb: 2\n", "r.yaml:2: a second document" },
    { "a:\n\tb: 1\n", "r.yaml:2: not YAML" },
    { "a: [1, 2\nb: 3\n", "r.yaml:2: not YAML" },
    { "a: \"open\n", "r.yaml:2: not YAML" },
    { "a: 1\nb: \xff\xfe\n", "not YAML" },
    { "a: 1\nb: \"\\0\"\n", "r.yaml:2: a control character" },
    { "a: 1\nb: \"\\e[2J\"\n", "r.yaml:2: a control character" },
    { "? [a, b]\n: 1\n", "r.yaml:1: a key must be one word" },
    { "'': 1\n", "r.yaml:1: a key must be one word" },
    { "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", "nested deeper" },
    { "%YAML 9.9\n---\na: 1\n", "not YAML" },
};
enum { N_HOSTILE = sizeof hostile / sizeof *hostile };

ParameterizedTestParameters(yaml, refuses)
{
    static int index[N_HOSTILE];
    for (int i = 0; i < N_HOSTILE; i++) index[i] = i;
    return cr_make_param_array(int, index, N_HOSTILE);
}

ParameterizedTest(int *i, yaml, refuses)
{
    Yaml *root;
    Err   err;
    cr_assert(read(&root, hostile[*i].text, &err) == STATUS_CONFIG, "case %d is accepted", *i);
    cr_expect(strstr(err.text, hostile[*i].says) != NULL, "case %d: '%s' lacks '%s'", *i,
              err.text, hostile[*i].says);
}

Test(yaml, bounds_depth_and_keys)
{
    enum { N = 200000 };
    char *text = malloc(N + 1);
    Yaml *root;
    Err   err;
    memset(text, '[', N);
    text[N] = '\0';
    cr_expect(read(&root, text, &err) == STATUS_CONFIG);
    size_t n = 0;
    for (int i = 0; i < 2 * YAML_MOST_KEYS; i++) n += (size_t)sprintf(text + n, "k%d: 1\n", i);
    cr_expect(read(&root, text, &err) == STATUS_CONFIG);
    cr_expect(strstr(err.text, "too many keys") != NULL, "%s", err.text);
    free(text);
}

/* A file that was cut anywhere, or has any byte replaced, is read or refused. */
Test(yaml, survives_damage)
{
    const char *good = "name: demo\ndata: {set: scenes, train: 64}\ngrid:\n  seed: [0, 1]\n";
    char        text[128];
    Yaml       *root;
    Err         err;
    size_t      n = strlen(good);
    for (size_t cut = 0; cut < n; cut++) {
        Status s = yaml_tree(&root, &arena, "r.yaml", good, cut, &err);
        cr_expect(s == STATUS_OK || s == STATUS_CONFIG);
    }
    for (size_t at = 0; at < n; at++)
        for (int byte = 0; byte < 256; byte += 5) {
            memcpy(text, good, n);
            text[at] = (char)byte;
            Status s = yaml_tree(&root, &arena, "r.yaml", text, n, &err);
            cr_expect(s == STATUS_OK || s == STATUS_CONFIG);
        }
}
