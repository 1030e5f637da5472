#include "experiments/recipe/confirm.h"

#include "core/base/file.h"
#include "experiments/recipe/cell.h"
#include "experiments/recipe/walk.h"

#include <stdlib.h>
#include <string.h>

/* It may be read under another name than the one that it will have. */
static const char NAME[] = "line";

/* --- the file -------------------------------------------------------------- */

static Status read_key(void *self, int key, const Yaml *value, Origin origin, Err *err)
{
    Config *c = self;
    if (value->kind != YAML_IS_TEXT) err_set(err, STATUS_CONFIG, "expected one value");
    else if (!schema_set(c, key, value->text, err)) return STATUS_OK;
    return origin_in(err, &origin, schema_key(key)->name);
}

static Status read_config(Config *c, Arena *a, const char *path, Err *err)
{
    static const char *const words[] = { NULL };
    char  *bytes;
    size_t n;
    Yaml  *root;
    schema_defaults(c);
    if (file_read(path, YAML_MOST_BYTES, &bytes, &n, err)) return err->code;
    Status bad = yaml_tree(&root, a, NAME, bytes, n, err);
    free(bytes);
    if (!bad && root->kind != YAML_IS_MAP)
        bad = err_set(err, STATUS_FORMAT, "expected keys and values");
    return bad ? bad : keys_walk(root, (Origin){ FROM_FILE, NAME, 1 }, words, read_key, c, err);
}

/* --- held against the record ------------------------------------------------- */

/* The next line from *at on that is "key: value" of a key: identities, of which no recipe
 * tells, are passed over.  Its length; 0 at the end. */
static size_t next_line(const char **at)
{
    for (size_t n; **at; *at += n + ((*at)[n] == '\n')) {
        Text name = { 0 };
        n = strcspn(*at, "\n");
        text_add_bytes(&name, *at, strcspn(*at, ":\n"));
        const bool is = schema_find(text_get(&name)) >= 0;
        text_free(&name);
        if (is) return n;
    }
    return 0;
}

static void add_line(Text *out, const char *line, size_t n)
{
    Text told = { 0 };
    text_add_bytes(&told, n ? line : "no more", n ? n : strlen("no more"));
    text_add_tame(out, text_get(&told));
    text_free(&told);
}

static Status differ(const char *is, size_t n, const char *expected, size_t m, Err *err)
{
    Text what = { 0 };
    add_line(&what, is, n);
    text_add(&what, ", expected ");
    add_line(&what, expected, m);
    err_set(err, STATUS_FORMAT, "%s as its record has it", text_get(&what));
    text_free(&what);
    return err->code;
}

static Status compare(const char *is, const char *expected, Err *err)
{
    for (size_t n = 1, m = 1; n || m; is += n, expected += m) {
        n = next_line(&is), m = next_line(&expected);
        if (n != m || memcmp(is, expected, n)) return differ(is, n, expected, m, err);
    }
    return STATUS_OK;
}

Status confirm_config(const char *path, StageKind kind, const char *canonical, Err *err)
{
    const DataFacts  data = { .classes = 0 }; /* none: their lines are passed over */
    const DenseFacts dense = { .classes = 0 };
    Cell             c = { .data = &data, .detect = &dense, .segment = &dense };
    Arena            a;
    Text             is = { 0 };
    arena_open(&a, "a configuration", NULL, NULL);
    Status bad = read_config(&c.config, &a, path, err);
    if (bad && bad != STATUS_IO) bad = err->code = STATUS_FORMAT;
    if (!bad) {
        cell_canonical(&c, kind, &is);
        bad = compare(text_get(&is), canonical, err);
    }
    text_free(&is);
    arena_close(&a);
    return bad;
}
