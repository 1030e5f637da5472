#include "experiments/recipe/axis.h"

#include "experiments/recipe/walk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *keep(Arena *a, const char *s, size_t n)
{
    char *to = arena_take(a, n + 1);
    memcpy(to, s, n);
    to[n] = '\0';
    return to;
}

/* --- the values of an axis ----------------------------------------------- */

typedef struct {
    Arena     *arena;
    Axis      *axis;
    int        room;
    const Key *key;
    Err       *err;
} Filling;

static Status add(Filling *f, const char *text, Origin origin)
{
    Axis  *x = f->axis;
    Config scratch = { 0 };
    Text   same = { 0 };
    if (x->n == AXIS_MOST_VALUES)
        return err_set(f->err, STATUS_CONFIG, "more than %d values", AXIS_MOST_VALUES);
    if (schema_set(&scratch, x->key, text, f->err)) return f->err->code;
    schema_get(&scratch, x->key, &same);
    if (x->n == f->room) {
        AxisValue *more = ARENA_NEW(f->arena, AxisValue, f->room = 2 * f->room + 8);
        if (x->n) memcpy(more, x->values, (size_t)x->n * sizeof *more);
        x->values = more;
    }
    x->values[x->n++] = (AxisValue){ keep(f->arena, same.s, same.length), origin };
    text_free(&same);
    return STATUS_OK;
}

static bool is_number(const Key *k)
{
    return k->kind == KEY_IS_INT || k->kind == KEY_IS_WHOLE || k->kind == KEY_IS_NUMBER;
}

/* Is it "from..to" or "from..to..step"? */
static bool is_range(const char *text, double *from, double *to, double *step)
{
    char        part[3][32];
    const char *dots;
    int         n = 0;
    for (const char *s = text; s && n < 3; s = dots ? dots + 2 : NULL) {
        dots = strstr(s, "..");
        snprintf(part[n++], sizeof part[0], "%.*s", dots ? (int)(dots - s) : 31, s);
    }
    *step = 1;
    return n >= 2 && text_to_double(part[0], from) && text_to_double(part[1], to) &&
           (n == 2 ? *from == floor(*from) : text_to_double(part[2], step));
}

static Status add_range(Filling *f, const char *text, double from, double to, double step,
                        Origin origin)
{
    if (!(step > 0) || !(to >= from) || !((to - from) / step < AXIS_MOST_VALUES))
        return err_set(f->err, STATUS_CONFIG, "%.60s is not a range: from..to..step goes up, "
                       "in at most %d steps", text, AXIS_MOST_VALUES);
    int n = (int)((to - from) / step + 1e-9);
    for (int i = 0; i <= n; i++) {
        char value[40];
        /* 0.3, not 0.30000000000000004 */
        snprintf(value, sizeof value, "%.12g", from + i * step);
        if (add(f, value, origin)) return f->err->code;
    }
    return STATUS_OK;
}

static Status add_item(Filling *f, const Yaml *item, Origin origin)
{
    double from, to, step;
    if (item->kind != YAML_IS_TEXT)
        return err_set(f->err, STATUS_CONFIG, "expected one value or a list of values");
    if (is_number(f->key) && is_range(item->text, &from, &to, &step))
        return add_range(f, item->text, from, to, step, origin);
    return add(f, item->text, origin);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static Status refuse_twice(const Axis *x, Err *err)
{
    const char **sorted = calloc((size_t)x->n, sizeof *sorted), *twice = NULL;
    CHECK(sorted, "no memory for %d values", x->n);
    for (int i = 0; i < x->n; i++) sorted[i] = x->values[i].text;
    qsort(sorted, (size_t)x->n, sizeof *sorted, by_text);
    for (int i = 1; i < x->n && !twice; i++)
        if (!strcmp(sorted[i - 1], sorted[i])) twice = sorted[i];
    free(sorted);
    return twice ? err_set(err, STATUS_CONFIG, "%.60s is listed twice", twice) : STATUS_OK;
}

int axis_find(const Axis *x, const char *text)
{
    int i = 0;
    while (i < x->n && strcmp(x->values[i].text, text)) i++;
    return i < x->n ? i : -1;
}

Status axis_read(Axis *x, Arena *a, int key, const Yaml *values, Origin origin, Err *err)
{
    const Key  *k = schema_key(key);
    const Yaml *one = values->kind == YAML_IS_LIST ? values->first : values;
    Filling     f = { .arena = a, .axis = x, .key = k, .err = err };
    *x = (Axis){ .key = key };
    if (schema_of_all(key)) {
        err_set(err, STATUS_CONFIG, "is of the whole recipe and cannot be varied");
        return origin_in(err, &origin, k->name);
    }
    for (; one; one = one->next) {
        Origin at = origin_at(origin, one->line);
        if (add_item(&f, one, at)) return origin_in(err, &at, k->name);
        if (values->kind != YAML_IS_LIST) break;
    }
    if (!x->n) err_set(err, STATUS_CONFIG, "an empty list");
    if (!x->n || refuse_twice(x, err)) return origin_in(err, &origin, k->name);
    return STATUS_OK;
}

/* --- settings ------------------------------------------------------------ */

/* Does the part that begins at s, "sym=1" or "sym=1 + 0.3 grid:offset=fixed", go on
 * with the part before it, which has seen a colon? */
static bool goes_on(const char *s) { return s[strcspn(s, ",:= ")] == '='; }

/* Bytes of an item all in quotes, as in CSV and YAML, with them; 0 if it is not. */
static size_t quoted(const char *s)
{
    const char *end = *s == '"' || *s == '\'' ? strchr(s + 1, *s) : NULL;
    return end && (end[1] == ',' || !end[1]) ? (size_t)(end - s) + 1 : 0;
}

Status axis_parse(Yaml **values, Arena *a, const char *text, Err *err)
{
    if (*text == '[') return yaml_tree(values, a, "-s", text, strlen(text), err);
    Yaml *list = ARENA_NEW(a, Yaml, 1), **tail = &list->first;
    *list = (Yaml){ .kind = YAML_IS_LIST };
    for (const char *s = text; *s;) {
        size_t q = quoted(s), n = q ? q : strcspn(s, ",");
        while (!q && s[n] == ',' && memchr(s, ':', n) && goes_on(s + n + 1))
            n += 1 + strcspn(s + n + 1, ",");
        Yaml *item = ARENA_NEW(a, Yaml, 1);
        *item = (Yaml){ .kind = YAML_IS_TEXT, .text = q ? keep(a, s + 1, n - 2) : keep(a, s, n) };
        *tail = item;
        tail = &item->next;
        s += n + (s[n] == ',');
    }
    *values = list;
    return STATUS_OK;
}
