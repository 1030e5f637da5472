#include "experiments/record/check.h"

#include "experiments/record/check_inside.h"
#include "experiments/record/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void check_departs(Check *c, const char *object, const char *fmt, ...)
{
    char    what[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    text_add_tame(c->where, c->path);
    text_add(c->where, ": /");
    text_add_tame(c->where, object);
    text_add(c->where, ": ");
    text_add_tame(c->where, what);
    text_add(c->where, "\n");
    c->departures++;
}

const char *check_text(Check *c, const char *object, const char *key)
{
    const char *text;
    Err         none;
    return h5_get_text(c->f, object, key, &c->arena, &text, &none) ? NULL : text;
}

bool check_number(Check *c, const char *name, double *x)
{
    Err none;
    return h5_has(c->f, name) &&
           !h5_get_into(c->f, &(H5Set){ .name = name, .kind = NUMBER_DOUBLE }, x, &none);
}

/* --- arrays --------------------------------------------------------------- */

static bool is_digits(const char *s) { return *s && s[strspn(s, "0123456789")] == '\0'; }

static void check_size(Check *c, const char *name, const Field *row, int i, size_t size)
{
    char             dimension[DIMENSION_NAME];
    int64_t          number;
    Err              none;
    const Dimension *known;
    field_dimension(dimension, row, i);
    if (is_digits(dimension)) {
        if (!text_to_int64(dimension, &number) || size != (size_t)number)
            check_departs(c, name, "size %zu in dimension %d, expected %s", size, i, dimension);
        return;
    }
    known = dimension_find(dimension);
    if (known && known->attribute) {
        bool said = !h5_get_whole(c->f, "/", known->attribute, &number, &none);
        if (!said || (uint64_t)number != size)
            check_departs(c, name, "size %zu in dimension %d, expected the attribute %s", size, i,
                    known->attribute);
        return;
    }
    for (int k = 0; k < c->n_sizes; k++) {
        if (strcmp(c->size[k].name, dimension)) continue;
        if (c->size[k].size != size)
            check_departs(c, name, "%zu of %s, but %s has %zu", size, dimension, c->size[k].said,
                    c->size[k].size);
        return;
    }
    CHECK(c->n_sizes < SIZES_MOST, "dimensions of %s", c->stage);
    Size *new = &c->size[c->n_sizes++];
    *new = (Size){ .size = size, .said = name };
    snprintf(new->name, sizeof new->name, "%s", dimension);
}

/* An array of this name numbers that dimension, and is not the array itself. */
static const char *scale_for(Check *c, const char *dimension, const char *array,
                             char out[PATH_MOST])
{
    const Dimension *row = dimension_find(dimension);
    for (const char *s = row && row->scales ? row->scales : ""; *s; s += strspn(s, " ")) {
        snprintf(out, PATH_MOST, "%.*s", (int)strcspn(s, " "), s);
        s += strcspn(s, " ");
        const Field *scale = field_find(c->stage, out);
        if (scale && !strcmp(scale->shape, dimension) && strcmp(out, array) && h5_has(c->f, out))
            return out;
    }
    return NULL;
}

static void check_scales(Check *c, const char *name, const Field *row)
{
    char dimension[DIMENSION_NAME], room[PATH_MOST];
    if (c->schema < 2 || row->type == FIELD_TABLE) return;
    for (int i = 0; i < field_rank(row); i++) {
        field_dimension(dimension, row, i);
        const char *scale = scale_for(c, dimension, name, room);
        if (scale && !h5_is_attached(c->f, name, i, scale))
            check_departs(c, name, "no dimension scale in dimension %d, expected /%s", i, scale);
    }
}

static const char *found_word(const H5Look *look)
{
    switch (look->what) {
    case H5_GROUP: return "a group";
    case H5_NUMBERS: return field_type(FIELD_NUMBERS, look->kind);
    case H5_TEXTS: return "text";
    case H5_TABLE: return "a table";
    case H5_OTHER: break;
    }
    return "another type";
}

static bool is_type(const H5Look *look, const Field *row)
{
    switch (row->type) {
    case FIELD_NUMBERS: return look->what == H5_NUMBERS && look->kind == row->kind;
    case FIELD_TEXTS: return look->what == H5_TEXTS;
    case FIELD_TABLE: return look->what == H5_TABLE;
    }
    return false;
}

static void check_word(Check *c, const char *name, const char *key, const char *expected)
{
    const char *is = check_text(c, name, key);
    if (is && expected && !strcmp(is, expected)) return;
    if (!is && !expected) return;
    check_departs(c, name, "%s %.40s, expected %s", key, is ? is : "missing",
            expected ? expected : "none");
}

static void check_array(Check *c, const char *name, const Field *row)
{
    H5Look look;
    Err    err;
    if (h5_look(c->f, name, &look, &err)) {
        check_departs(c, name, "cannot be read, expected %s", field_type(row->type, row->kind));
        return;
    }
    if (!is_type(&look, row)) {
        check_departs(c, name, "%s, expected %s", found_word(&look),
                      field_type(row->type, row->kind));
        return;
    }
    if (look.rank != field_rank(row)) {
        check_departs(c, name, "rank %d, expected %d: [%s]", look.rank, field_rank(row),
                      row->shape);
        return;
    }
    for (int i = 0; i < look.rank; i++) check_size(c, name, row, i, look.dim[i]);
    check_scales(c, name, row);
    if (row->type == FIELD_TEXTS) return;
    const char *label = check_text(c, name, "long_name");
    if (!label || !*label) check_departs(c, name, "no long_name");
    if (row->type == FIELD_TABLE) return;
    check_word(c, name, "units", row->units);
    check_word(c, name, "better", row->better);
    check_values(c, name, row);
}

/* --- names ---------------------------------------------------------------- */

static void check_name(Check *c, const char *name)
{
    const Field *row = field_find(c->stage, name);
    if (row) check_array(c, name, row);
    else check_departs(c, name, "not in the schema of %s", c->stage);
}

static bool is_group(const char *name)
{
    const size_t n = strlen(name);
    for (const Field *row = record_fields; row->name; row++)
        if (!strncmp(row->name, name, n) && row->name[n] == '/') return true;
    return false;
}

static const char *keep(Arena *a, const char *text)
{
    size_t n = strlen(text) + 1;
    return memcpy(arena_take(a, n), text, n);
}

static void check_group(Check *c, const char *group)
{
    const char *const *names;
    char               name[PATH_MOST];
    Err                err;
    if (h5_list(c->f, group, &c->arena, &names, &err)) {
        check_departs(c, group, "not a group");
        return;
    }
    for (; *names; names++) {
        int n = snprintf(name, sizeof name, "%s/%s", group, *names);
        if (n < (int)sizeof name) check_name(c, keep(&c->arena, name));
        else check_departs(c, group, "a name of %d letters", n);
    }
}

static void check_names(Check *c)
{
    static const char *const others[] = { "entry", "settings", "provenance" };
    const char *const       *names;
    Err                      err;
    if (h5_list(c->f, "/", &c->arena, &names, &err)) {
        check_departs(c, "", "cannot be listed");
        return;
    }
    for (; *names; names++) {
        bool other = false;
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            other = other || !strcmp(*names, others[i]);
        if (is_group(*names)) check_group(c, *names);
        else if (!other) check_name(c, *names);
    }
}

/* --- what must be there ---------------------------------------------------- */

static bool has_group(Check *c, const char *name)
{
    char group[PATH_MOST];
    snprintf(group, sizeof group, "%.*s", (int)strcspn(name, "/"), name);
    return h5_has(c->f, group);
}

/* Is there an array of the row's name, which may stand for several? */
static bool has_field(Check *c, const Field *row)
{
    const char *const *names;
    char               group[PATH_MOST], name[PATH_MOST];
    Err                err;
    if (!strpbrk(row->name, "*S")) return h5_has(c->f, row->name);
    snprintf(group, sizeof group, "%.*s", (int)strcspn(row->name, "/"), row->name);
    if (h5_list(c->f, group, &c->arena, &names, &err)) return false;
    for (; *names; names++) {
        snprintf(name, sizeof name, "%.200s/%.200s", group, *names);
        if (field_matches(row, c->stage, name)) return true;
    }
    return false;
}

/* An encoder that is imported, or stays as it began, was trained for no epoch. */
static bool is_trained(Check *c)
{
    const char *epochs = check_text(c, "settings", "pretrain.epochs");
    return !epochs || strcmp(epochs, "0");
}

static bool is_needed(Check *c, const Field *row)
{
    switch (row->need) {
    case FIELD_MAY: return false;
    case FIELD_GROUP: return has_group(c, row->name);
    case FIELD_TRAINED: return is_trained(c);
    case FIELD_MUST: return true;
    }
    return false;
}

static void check_needed(Check *c)
{
    for (const Field *row = record_fields; row->name; row++) {
        if (row->since > c->schema || !field_of(row->of, c->stage) || has_field(c, row)) continue;
        if (is_needed(c, row))
            check_departs(c, row->name, "missing, expected %s [%s]",
                    field_type(row->type, row->kind), row->shape);
    }
}

Status record_check(const char *path, Text *where, int *departures, Err *err)
{
    Check c = { .path = path, .where = where };
    *departures = 0;
    if (record_read(&c.f, path, NULL, err)) return err->code;
    arena_open(&c.arena, "check of a record", NULL, NULL);
    Metric *metrics;
    if (record_metrics(c.f, &c.arena, &metrics, &c.n_metrics, err)) c.n_metrics = 0;
    c.metrics = metrics;
    c.stage = check_text(&c, "/", "stage");
    if (h5_get_whole(c.f, "/", "schema_version", &c.schema, err)) c.schema = RECORD_OLDEST;
    if (!c.stage) check_departs(&c, "", "no attribute stage, expected a text");
    else {
        check_names(&c);
        check_needed(&c);
        check_tables(&c);
        check_outcomes(&c, true);
        check_head(&c);
    }
    arena_close(&c.arena);
    h5_close(c.f);
    *departures = c.departures;
    return STATUS_OK;
}

Status record_agrees(H5 *f, const char *path, const Metric *metrics, int n, Err *err)
{
    Text  where = { 0 };
    Check c = { .f = f, .path = path, .metrics = metrics, .n_metrics = n, .where = &where };
    arena_open(&c.arena, "check of a record", NULL, NULL);
    c.stage = check_text(&c, "/", "stage");
    check_config(&c, NULL);
    check_outcomes(&c, false);
    arena_close(&c.arena);
    const int line = (int)strcspn(text_get(&where), "\n");
    Status    bad = STATUS_OK;
    if (c.departures) bad = err_set(err, STATUS_FORMAT, "%.*s", line, text_get(&where));
    text_free(&where);
    return bad;
}
