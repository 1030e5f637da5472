#include "experiments/recipe/recipe.h"

#include "core/base/file.h"
#include "experiments/recipe/check.h"
#include "experiments/recipe/find.h"
#include "experiments/recipe/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *keep(Arena *a, const char *s, size_t n)
{
    char *to = arena_take(a, n + 1);
    memcpy(to, s, n);
    to[n] = '\0';
    return to;
}

/* --- values -------------------------------------------------------------- */

/* `evaluate` alone is a list in itself: it becomes "knn,linear-cached". */
static Status list_text(const char **text, Arena *a, const Yaml *list, Err *err)
{
    Text t = { 0 };
    for (const Yaml *y = list->first; y; y = y->next) {
        if (y->kind != YAML_IS_TEXT) {
            text_free(&t);
            return err_set(err, STATUS_CONFIG, "a list in a list");
        }
        text_add(&t, "%s%s", t.length ? "," : "", y->text);
    }
    *text = t.length ? keep(a, t.s, t.length) : "none";
    text_free(&t);
    return STATUS_OK;
}

static Status assign(Recipe *r, int key, const Yaml *value, Origin origin, Err *err)
{
    const Key  *k = schema_key(key);
    const char *text = value->text;
    Origin     *before = &r->origin[key];
    if (before->kind == FROM_FILE && origin.kind == FROM_FILE)
        err_set(err, STATUS_CONFIG, "is given again; first at line %d", before->line);
    else if (value->kind == YAML_IS_LIST && k->kind != KEY_IS_STAGES)
        err_set(err, STATUS_CONFIG, "is a list; to vary it write it under grid");
    else if ((value->kind == YAML_IS_LIST && list_text(&text, &r->arena, value, err)) ||
             schema_set(&r->base, key, text, err))
        ;
    else {
        *before = origin;
        return STATUS_OK;
    }
    return origin_in(err, &origin, k->name);
}

/* A key of the file, or its grid. */
static Status read_key(void *self, int key, const Yaml *value, Origin origin, Err *err)
{
    Recipe *r = self;
    if (key != NO_KEY) return assign(r, key, value, origin, err);
    if (value->kind == YAML_IS_MAP) return grid_add(&r->grid, &r->arena, value, origin, err);
    err_set(err, STATUS_CONFIG, "expected keys below it, not a value");
    return origin_in(err, &origin, "grid");
}

/* "grid.exclude={seed: 3, pretrain.ratio: 0.9}", in the words of the file. */
static Status set_in_grid(Recipe *r, const char *word, const char *text, Origin origin,
                          Err *err)
{
    Yaml *value;
    if (yaml_tree(&value, &r->arena, "-s", text, strlen(text), err)) return err->code;
    value->key = word;
    return grid_add(&r->grid, &r->arena, &(Yaml){ .kind = YAML_IS_MAP, .first = value },
                     origin, err);
}

static Status read_setting(Recipe *r, const char *given, Err *err)
{
    const char *setting = keep(&r->arena, given, strlen(given));
    const char *equals = strchr(setting, '='), *name;
    Origin      origin = { FROM_SETTING, setting, 0 };
    if (!equals || equals == setting)
        return err_set(err, STATUS_CONFIG, "-s %s: expected key=value", setting);
    bool in_grid = text_starts(setting, "grid.");
    name = keep(&r->arena, setting, (size_t)(equals - setting));
    if (in_grid) name += strlen("grid.");
    if (in_grid && grid_word(name)) return set_in_grid(r, name, equals + 1, origin, err);
    int key = schema_find(name);
    if (key < 0) return key_unknown(origin, name, err);
    Yaml *value = &(Yaml){ .kind = YAML_IS_TEXT, .text = equals + 1 };
    bool  list = in_grid || (schema_key(key)->kind == KEY_IS_STAGES && equals[1] == '[');
    if (list && axis_parse(&value, &r->arena, equals + 1, err))
        return origin_in(err, &origin, name);
    if (in_grid) return grid_vary(&r->grid, &r->arena, key, value, origin, err);
    grid_drop(&r->grid, key);
    return assign(r, key, value, origin, err);
}

/* --- cells --------------------------------------------------------------- */

Origin recipe_origin(const Recipe *r, const Cell *c, int key)
{
    const Key *k = schema_key(key);
    for (int i = 0; i < r->grid.n; i++)
        if (r->grid.axis[i].key == key && c->at && c->at[i] != GRID_BASE)
            return r->grid.axis[i].values[c->at[i]].origin;
    Origin o = r->origin[key];
    if (o.kind != FROM_DEFAULT) return o;
    if (!strcmp(k->name, "data.set") && strcmp(c->config.data.name, r->base.data.name))
        return (Origin){ FROM_FALLBACK, NULL, 0 };
    return k->from ? (Origin){ FROM_KEYS, k->from, 0 } : o;
}

/* One line with every key to blame, and where its value comes from. */
static Status tell_faults(const Recipe *r, const Cell *c, const Faults *f, Err *err)
{
    Text all = { 0 };
    for (int i = 0; i < f->n; i++) {
        Origin origin = recipe_origin(r, c, schema_find(f->list[i].key));
        Err    one;
        err_set(&one, STATUS_CONFIG, "%s", f->list[i].text);
        origin_in(&one, &origin, f->list[i].key);
        text_add(&all, "%s%s", i ? "; " : "", one.text);
    }
    err_set(err, STATUS_CONFIG, "%s", text_get(&all));
    text_free(&all);
    return err->code;
}

/* Point i of the grid; without training if `untrained`. */
static Status make_cell(Recipe *r, Cell *c, int i, bool untrained, Looks *looks,
                        Err *err)
{
    Faults faults;
    *c = (Cell){ .config = r->base, .at = r->grid.points + (size_t)i * GRID_MOST_AXES };
    for (int x = 0; x < r->grid.n; x++) {
        const Axis *axis = &r->grid.axis[x];
        if (c->at[x] != GRID_BASE &&
            schema_set(&c->config, axis->key, axis->values[c->at[x]].text, err))
            return err->code;
    }
    if (untrained) c->config.pretrain.epochs = 0, c->config.pretrain.strategy = UNTRAINED;
    if (!cell_check(c, &r->arena, looks, &faults, err)) return STATUS_OK;
    if (err->code != STATUS_CONFIG) return err->code; /* of a file with a name of its own */
    return tell_faults(r, c, &faults, err);
}

static int by_identity(const void *a, const void *b)
{
    const Cell *x = *(const Cell *const *)a, *y = *(const Cell *const *)b;
    for (int s = 0; s < STAGE_KINDS; s++) {
        int d = strcmp(x->stage[s].id, y->stage[s].id);
        if (d) return d;
    }
    return x < y ? -1 : x > y; /* the first of equals stays */
}

/* Points that differ only in what does not matter for them are one cell. */
static void drop_repeated(Recipe *r)
{
    const Cell **sorted = calloc((size_t)r->n_cells, sizeof *sorted);
    bool        *repeated = calloc((size_t)r->n_cells, sizeof *repeated);
    CHECK(sorted && repeated, "no memory for %d cells", r->n_cells);
    for (int i = 0; i < r->n_cells; i++) sorted[i] = &r->cells[i];
    qsort(sorted, (size_t)r->n_cells, sizeof *sorted, by_identity);
    for (int i = 1; i < r->n_cells; i++) {
        bool same = true;
        for (int s = 0; s < STAGE_KINDS; s++)
            same = same && !strcmp(sorted[i - 1]->stage[s].id, sorted[i]->stage[s].id);
        repeated[sorted[i] - r->cells] = same;
    }
    int n = 0;
    for (int i = 0; i < r->n_cells; i++)
        if (!repeated[i]) r->cells[n++] = r->cells[i];
    r->n_cells = n;
    free(sorted);
    free(repeated);
}

static void add_notice(Text *t, const char *notice)
{
    if (!strstr(text_get(t), notice)) text_add(t, "%s%s", t->length ? "; " : "", notice);
}

/* What is to be told of several cells is told once. */
static void gather_notices(Recipe *r, const Looked *looked)
{
    Text all = { 0 }, one = { 0 };
    for (const Looked *l = looked; l; l = l->next)
        if (r->base.data.fallback && strcmp(l->config.name, r->base.data.name)) {
            text_clear(&one);
            text_add(&one, "%s is not installed; %s stand in for it", r->base.data.name,
                     l->config.name);
            add_notice(&all, text_get(&one));
        }
    for (int i = 0; i < r->n_cells; i++)
        if (r->cells[i].notice) add_notice(&all, r->cells[i].notice);
    if (all.length) r->notice = keep(&r->arena, all.s, all.length);
    text_free(&all);
    text_free(&one);
}

static Status make_cells(Recipe *r, Err *err)
{
    Looks looks = { NULL, NULL, NULL };
    if (grid_points(&r->grid, &r->arena, &r->base, r->path, err)) return err->code;
    const int n = r->grid.n_points;
    r->cells = ARENA_NEW(&r->arena, Cell, r->base.untrained ? 2 * n : n);
    for (int i = 0; i < n; i++)
        if (make_cell(r, &r->cells[r->n_cells++], i, false, &looks, err)) return err->code;
    for (int i = 0; i < n && r->base.untrained; i++)
        if (make_cell(r, &r->cells[r->n_cells++], i, true, &looks, err)) return err->code;
    drop_repeated(r);
    r->n_whole = r->n_cells;
    gather_notices(r, looks.data);
    return STATUS_OK;
}

/* --- the file ------------------------------------------------------------ */

/* The name becomes part of paths. */
static Status check_name(Recipe *r, Err *err)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789._-";
    int key = schema_find("name");
    if (*r->base.name) r->name = r->base.name;
    else {
        const char *slash = strrchr(r->path, '/'), *file = slash ? slash + 1 : r->path;
        const char *dot = strrchr(file, '.');
        size_t      stem = dot ? (size_t)(dot - file) : strlen(file);
        r->name = r->base.name = keep(&r->arena, file, stem);
    }
    size_t n = strlen(r->name);
    if (n > 0 && n <= 64 && *r->name != '.' && !r->name[strspn(r->name, safe)])
        return STATUS_OK;
    err_set(err, STATUS_CONFIG, "'%.64s' is no name: letters, digits, dots, dashes, "
            "64 at most", r->name);
    return origin_in(err, &r->origin[key], "name");
}

static Status read_file(Recipe *r, Err *err)
{
    static const char *const words[] = { "grid", NULL };
    char  *bytes;
    size_t n;
    Yaml  *root;
    if (file_read(r->path, YAML_MOST_BYTES, &bytes, &n, err))
        return err->code = err->code == STATUS_IO ? STATUS_IO : STATUS_CONFIG;
    Status bad = yaml_tree(&root, &r->arena, r->path, bytes, n, err);
    free(bytes);
    if (bad) return bad;
    if (root->kind != YAML_IS_MAP)
        return err_set(err, STATUS_CONFIG, "%s:%d: expected keys and values", r->path,
                       root->line);
    return keys_walk(root, (Origin){ FROM_FILE, r->path, root->line }, words, read_key, r, err);
}

Status recipe_open(Recipe **out, const char *word, const char *const *settings,
                   int n_settings, Err *err)
{
    Recipe *r = calloc(1, sizeof *r);
    CHECK(r, "no memory for a recipe");
    arena_open(&r->arena, "recipe", NULL, NULL);
    r->origin = ARENA_NEW(&r->arena, Origin, schema_count());
    memset(r->origin, 0, (size_t)schema_count() * sizeof *r->origin);
    schema_defaults(&r->base);

    r->word = keep(&r->arena, word, strlen(word));
    r->setting = ARENA_NEW(&r->arena, const char *, n_settings);
    for (int i = 0; i < n_settings; i++)
        r->setting[r->n_settings++] = keep(&r->arena, settings[i], strlen(settings[i]));
    Status bad = recipe_find(&r->path, &r->arena, word, err);
    if (!bad) bad = read_file(r, err);
    for (int i = 0; i < n_settings && !bad; i++) bad = read_setting(r, settings[i], err);
    if (!bad) bad = check_name(r, err);
    if (!bad) bad = make_cells(r, err);
    if (bad) {
        recipe_close(r);
        return bad;
    }
    *out = r;
    return STATUS_OK;
}

void recipe_command(const Recipe *r, const char *verb, const char *results, Text *out)
{
    text_add(out, "maskgrid %s ", verb);
    text_add_word(out, r->word);
    for (int i = 0; i < r->n_settings; i++) {
        text_add(out, " -s ");
        text_add_word(out, r->setting[i]);
    }
    if (!strcmp(results, "results")) return;
    text_add(out, " --results ");
    text_add_word(out, results);
}

Status recipe_no_records(const Recipe *r, const char *results, Err *err)
{
    Text command = { 0 };
    recipe_command(r, "run", results, &command);
    err_set(err, STATUS_MISSING, "%s: no records yet in %.200s; `%s` makes them", r->name,
            results, text_get(&command));
    text_free(&command);
    return STATUS_MISSING;
}

void recipe_close(Recipe *r)
{
    if (!r) return;
    arena_close(&r->arena);
    free(r);
}
