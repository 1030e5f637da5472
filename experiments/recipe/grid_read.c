/* The section `grid` of a recipe becomes a Grid. */
#include "experiments/recipe/grid.h"
#include "experiments/recipe/walk.h"

#include <string.h>

static const char *const words[] = { "zip", "union", "exclude", NULL };
static const char *const no_words[] = { NULL };

bool grid_word(const char *name)
{
    const char *const *word = words;
    while (*word && strcmp(*word, name)) word++;
    return *word;
}

enum { MOST_DEPTH = 8 }; /* of unions in unions */

/* What a map is read into. */
typedef struct {
    Arena   *arena;
    GridPart *product;
    int      depth;
    Axis    *axis; /* [n] of a zip or an exclusion */
    int      n;
} Reader;

typedef Status ReadMap(Reader *r, const Yaml *map, Origin origin, Err *err);

/* A map, or each of a list of them. */
static Status each_map(Reader *r, const Yaml *value, Origin origin, ReadMap *read, Err *err)
{
    const Yaml *one = value->kind == YAML_IS_LIST ? value->first : value;
    if (!one) err_set(err, STATUS_CONFIG, "an empty list");
    for (; one; one = value->kind == YAML_IS_LIST ? one->next : NULL) {
        Origin at = origin_at(origin, one->line);
        if (one->kind != YAML_IS_MAP) {
            err_set(err, STATUS_CONFIG, "expected keys and their values, in braces or below");
            return origin_in(err, &at, value->key);
        }
        if (read(r, one, at, err)) return err->code;
    }
    return value->first ? STATUS_OK : origin_in(err, &origin, value->key);
}

/* --- several keys at once ------------------------------------------------ */

static Status add_axis(void *self, int key, const Yaml *value, Origin origin, Err *err)
{
    Reader *r = self;
    if (r->n < GRID_MOST_AXES)
        return axis_read(&r->axis[r->n++], r->arena, key, value, origin, err);
    err_set(err, STATUS_CONFIG, "more than %d keys", GRID_MOST_AXES);
    return origin_in(err, &origin, schema_key(key)->name);
}

static Status refuse_unequal(const Factor *f, Origin origin, Err *err)
{
    for (int i = 1; i < f->n; i++) {
        const Axis *a = &f->axis[0], *b = &f->axis[i];
        if (a->n == b->n) continue;
        err_set(err, STATUS_CONFIG, "%s has %d values, and %s has %d", schema_key(a->key)->name,
                a->n, schema_key(b->key)->name, b->n);
        return origin_in(err, &origin, "zip");
    }
    return STATUS_OK;
}

static Factor *add_factor(Reader *r)
{
    Factor **tail = &r->product->factors;
    while (*tail) tail = &(*tail)->next;
    *tail = ARENA_NEW(r->arena, Factor, 1);
    **tail = (Factor){ .n = 0 };
    return *tail;
}

static Status read_zip(Reader *r, const Yaml *map, Origin origin, Err *err)
{
    Factor *f = add_factor(r);
    Reader  zip = { .arena = r->arena, .axis = f->axis };
    if (keys_walk(map, origin, no_words, add_axis, &zip, err)) return err->code;
    f->n = zip.n;
    return refuse_unequal(f, origin, err);
}

static Status read_exclusion(Reader *r, const Yaml *map, Origin origin, Err *err)
{
    Exclusion *e = ARENA_NEW(r->arena, Exclusion, 1);
    *e = (Exclusion){ .next = r->product->exclusions };
    r->product->exclusions = e;
    Reader of = { .arena = r->arena, .axis = e->axis };
    if (keys_walk(map, origin, no_words, add_axis, &of, err)) return err->code;
    e->n = of.n;
    return STATUS_OK;
}

/* --- products ------------------------------------------------------------ */

static Status read_product(Reader *r, const Yaml *map, Origin origin, Err *err);

/* The parts of a union stand in the order of the file. */
static Status read_part(Reader *r, const Yaml *map, Origin origin, Err *err)
{
    GridPart **tail = &r->product;
    while (*tail) tail = &(*tail)->next;
    *tail = ARENA_NEW(r->arena, GridPart, 1);
    **tail = (GridPart){ NULL, NULL, NULL };
    Reader part = { .arena = r->arena, .product = *tail, .depth = r->depth };
    return read_product(&part, map, origin, err);
}

static Status read_union(Reader *r, const Yaml *list, Origin origin, Err *err)
{
    Reader parts = { .arena = r->arena, .depth = r->depth + 1 };
    if (parts.depth > MOST_DEPTH) {
        err_set(err, STATUS_CONFIG, "deeper than %d unions", MOST_DEPTH);
        return origin_in(err, &origin, list->key);
    }
    Factor  *f = add_factor(r);
    GridPart  before = { .next = NULL }; /* stands in front of the first */
    parts.product = &before;
    if (each_map(&parts, list, origin, read_part, err)) return err->code;
    f->parts = before.next;
    return STATUS_OK;
}

static Status add_factor_of(void *self, int key, const Yaml *value, Origin origin, Err *err)
{
    Reader *r = self;
    if (key == NO_KEY && !strcmp(value->key, "union")) return read_union(r, value, origin, err);
    if (key == NO_KEY && !strcmp(value->key, "zip"))
        return each_map(r, value, origin, read_zip, err);
    if (key == NO_KEY) return each_map(r, value, origin, read_exclusion, err);
    Factor *f = add_factor(r);
    f->n = 1;
    return axis_read(&f->axis[0], r->arena, key, value, origin, err);
}

static Status read_product(Reader *r, const Yaml *map, Origin origin, Err *err)
{
    return keys_walk(map, origin, words, add_factor_of, r, err);
}

/* --- exclusions of what is there ----------------------------------------- */

/* The values of a key anywhere in a product: calls itself *known if text is one, and keeps
 * the nearest to it. */
typedef struct {
    int         key;
    const char *text;
    bool        varied, known;
    const char *near;
} Search;

static void search(Search *s, const GridPart *p)
{
    for (const Factor *f = p->factors; f; f = f->next) {
        for (const GridPart *part = f->parts; part; part = part->next) search(s, part);
        for (int i = 0; i < f->n; i++) {
            const Axis *x = &f->axis[i];
            if (x->key != s->key) continue;
            s->varied = true;
            s->known = s->known || axis_find(x, s->text) >= 0;
            for (int v = 0; v < x->n; v++) {
                const char *candidates[] = { x->values[v].text, s->near, NULL };
                s->near = text_nearest(s->text, candidates);
            }
        }
    }
}

static Status check_exclusion(const Grid *g, const Axis *x, Err *err)
{
    for (int v = 0; v < x->n; v++) {
        Search s = { .key = x->key, .text = x->values[v].text };
        search(&s, &g->all);
        if (s.known) continue;
        if (!s.varied) err_set(err, STATUS_CONFIG, "is not varied by the grid");
        else
            err_set(err, STATUS_CONFIG, "%.60s is no value that the grid gives it%s%.60s%s",
                    s.text, s.near ? "; did you mean " : "", s.near ? s.near : "",
                    s.near ? "?" : "");
        err_in(err, "exclude");
        return origin_in(err, &x->values[v].origin, schema_key(x->key)->name);
    }
    return STATUS_OK;
}

static Status check_exclusions(const Grid *g, const GridPart *p, Err *err)
{
    for (const Exclusion *e = p->exclusions; e; e = e->next)
        for (int i = 0; i < e->n; i++)
            if (check_exclusion(g, &e->axis[i], err)) return err->code;
    for (const Factor *f = p->factors; f; f = f->next)
        for (const GridPart *part = f->parts; part; part = part->next)
            if (check_exclusions(g, part, err)) return err->code;
    return STATUS_OK;
}

Status grid_add(Grid *g, Arena *a, const Yaml *map, Origin where, Err *err)
{
    Reader r = { .arena = a, .product = &g->all };
    if (read_product(&r, map, where, err)) return err->code;
    return check_exclusions(g, &g->all, err);
}
