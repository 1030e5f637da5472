#include "experiments/table/explain.h"

#include "experiments/table/tabular.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- which cell of the table --------------------------------------------------- */

/* What the i-th of n is called; `how` counts the ways to call it, false behind the last. */
typedef bool Called(const Table *t, int i, int how, Text *out);

static bool line_called(const Table *t, int i, int how, Text *out)
{
    if (how) return false;
    table_choice(t, &t->row_keys, &t->lines[i], out);
    return true;
}

static bool column_called(const Table *t, int i, int how, Text *out)
{
    const ResultMetric *m = table_metric(t, i);
    const char *const   names[] = { m->is.name, m->is.primary ? stage_word(m->stage) : m->is.name,
                                    table_head(&m->is) };
    if (how > 3) return false;
    if (how == 3) {
        table_column(t, i, out);
        return true;
    }
    text_add(out, "%s%s", names[how], t->column_keys.n ? ", " : "");
    table_choice(t, &t->column_keys, table_group(t, i), out);
    return true;
}

/* -1: none or several, which err names. */
static int find(const Table *t, Called *called, int n, const char *word, const char *what,
                Err *err)
{
    Text name = { 0 }, all = { 0 };
    int  found = -1, begun = -1, begins = 0;
    for (int i = 0; i < n && found < 0; i++) {
        bool begun_here = false;
        for (int how = 0; found < 0; how++) {
            text_clear(&name);
            if (!called(t, i, how, &name)) break;
            if (!how) text_add(&all, "%s%s", i ? "; " : "", text_get(&name));
            if (!strcmp(text_get(&name), word)) found = i;
            else begun_here = begun_here || text_starts(text_get(&name), word);
        }
        if (begun_here) begins++, begun = i;
    }
    if (found < 0 && begins == 1) found = begun;
    if (found < 0)
        err_set(err, STATUS_CONFIG, "%s \"%s\" is %s; there are: %.700s", what, word,
                begins ? "more than one" : "not in the table", text_get(&all));
    text_free(&name);
    text_free(&all);
    return found;
}

/* --- seeds and records ----------------------------------------------------------- */

typedef struct {
    const Table *t;
    int          line, column, row, base; /* base -1: no baseline, or the row itself */
    int          width;                   /* of the page */
    StageKind    stage;
    const char  *name, *other; /* of the row and of the baseline */
} Spot;

static void put_number(const Spot *s, bool sign, double x, Text *out)
{
    if (isfinite(x)) table_number(&table_metric(s->t, s->column)->is, sign, x, out);
}

static const char *state_word(const Spot *s, int seed)
{
    static const char *const words[] = { "not asked for", "done", "missing", "failed",
                                         "damaged" };
    return words[results_state(s->t->r, s->stage, s->row, seed)];
}

static void list_seeds(const Spot *s, Text *out)
{
    const Results *r = s->t->r;
    const int      metric = s->t->metrics[s->column / s->t->n_groups], cols = s->base < 0 ? 4 : 6;
    const double  *x = results_values(r, metric, s->row);
    const double  *base = s->base < 0 ? NULL : results_values(r, metric, s->base);
    Tabular        of;
    tabular_open(&of, r->n_seeds + 1, cols, 1);
    of.width = s->width;
    text_add(tabular_cell(&of, 0, 0), "seed");
    text_add(tabular_cell(&of, 0, 1), "%s", s->name);
    if (base) {
        text_add(tabular_cell(&of, 0, 2), "%s", s->other);
        text_add(tabular_cell(&of, 0, 3), "difference");
    }
    text_add(tabular_cell(&of, 0, cols - 2), "state");
    text_add(tabular_cell(&of, 0, cols - 1), "record");
    for (int k = 0; k < r->n_seeds; k++) {
        const Cell *c = r->rows[s->row].cells[k];
        char        path[CELL_PATH] = "";
        if (c && cell_wants(c, s->stage)) cell_record(path, r->folder, c, s->stage);
        text_add(tabular_cell(&of, k + 1, 0), "%llu", (unsigned long long)r->seeds[k]);
        put_number(s, false, x[k], tabular_cell(&of, k + 1, 1));
        if (base) {
            put_number(s, false, base[k], tabular_cell(&of, k + 1, 2));
            put_number(s, true, x[k] - base[k], tabular_cell(&of, k + 1, 3));
        }
        text_add(tabular_cell(&of, k + 1, cols - 2), "%s", state_word(s, k));
        text_add(tabular_cell(&of, k + 1, cols - 1), "%s", path);
    }
    tabular_text(&of, out);
    tabular_close(&of);
}

/* What the record of one seed says of itself. */
static void describe_record(const Spot *s, int seed, Text *out)
{
    const Results *r = s->t->r;
    H5            *f;
    Arena          a;
    Err            err;
    const char    *created, *source, *const *outcomes = NULL;
    if (results_record(r, s->stage, s->row, seed, &f, &err)) return;
    arena_open(&a, "what a record says", NULL, NULL);
    text_add(out, "seed %llu: cell %.16s, %s %s", (unsigned long long)r->seeds[seed],
             r->rows[s->row].cells[seed]->stage[STAGE_PRETRAIN].id, stage_word(s->stage),
             r->rows[s->row].cells[seed]->stage[s->stage].id);
    if (!h5_get_text(f, "/", "created", &a, &created, &err)) text_add(out, ", %s", created);
    if (!h5_get_text(f, "/", "source", &a, &source, &err)) text_add(out, ", by %s", source);
    if (h5_has(f, "outcomes") && !h5_list(f, "outcomes", &a, &outcomes, &err))
        for (int i = 0; outcomes[i]; i++)
            text_add(out, "%s%s", i ? ", " : "; of each image: ", outcomes[i]);
    text_add(out, "\n");
    arena_close(&a);
    h5_close(f);
}

/* --- configuration ----------------------------------------------------------------- */

/* The value [*n] of that key in lines "key: value"; NULL if there is none. */
static const char *value_in(const char *config, const char *key, size_t length, size_t *n)
{
    for (const char *line = config; *line; line += strcspn(line, "\n") + 1) {
        *n = strcspn(line, "\n");
        if (*n >= length + 2 && !strncmp(line, key, length) && line[length] == ':') {
            *n -= length + 2;
            return line + length + 2;
        }
    }
    return NULL;
}

/* Identities follow from the rest. */
static bool is_identity(const char *key, size_t n)
{
    return n == strlen("builds-on") && !strncmp(key, "builds-on", n);
}

static int count_lines(const char *config)
{
    int n = 0;
    for (; *config; config++) n += *config == '\n';
    return n;
}

/* A row for each line of `one` whose value in `two` is another; with `lacking` for those
 * alone that `two` has not.  `mine` is the column of what `one` says. */
static void add_changes(Tabular *t, const char *one, const char *two, int mine, bool lacking)
{
    for (const char *line = one; *line; line += strcspn(line, "\n") + 1) {
        const size_t end = strcspn(line, "\n"), key = strcspn(line, ":");
        size_t       n = 0;
        if (key + 2 > end || is_identity(line, key)) continue;
        const char *value = line + key + 2, *other = value_in(two, line, key, &n);
        const bool  same = other && n == end - key - 2 && !strncmp(other, value, n);
        if (same || (lacking && other)) continue;
        text_add_bytes(tabular_cell(t, t->rows, 0), line, key);
        text_add_bytes(tabular_cell(t, t->rows, mine), value, end - key - 2);
        if (other) text_add_bytes(tabular_cell(t, t->rows, 3 - mine), other, n);
        t->rows++;
    }
}

static Status config_of(const Spot *s, StageKind stage, int row, int seed, Arena *a,
                        const char **config, Err *err)
{
    H5 *f;
    if (results_record(s->t->r, stage, row, seed, &f, err)) return err->code;
    const char *text;
    Status      bad = h5_get_long_text(f, "config", a, &text, err);
    h5_close(f);
    if (bad) return bad;
    char *lines = ARENA_NEW(a, char, strlen(text) + 2); /* the last one ends, too */
    strcpy(lines, text);
    if (*text && text[strlen(text) - 1] != '\n') strcat(lines, "\n");
    *config = lines;
    return STATUS_OK;
}

static void compare_stage(const Spot *s, StageKind stage, int seed, Text *out)
{
    Arena       a;
    Err         err;
    const char *one, *two;
    arena_open(&a, "configurations", NULL, NULL);
    if (!config_of(s, stage, s->row, seed, &a, &one, &err) &&
        !config_of(s, stage, s->base, seed, &a, &two, &err)) {
        Tabular   t;
        const int most = 1 + count_lines(one) + count_lines(two);
        tabular_open(&t, most, 3, 3);
        t.width = s->width;
        text_add(tabular_cell(&t, 0, 0), "%s of seed %llu", stage_word(stage),
                 (unsigned long long)s->t->r->seeds[seed]);
        text_add(tabular_cell(&t, 0, 1), "%s", s->name);
        text_add(tabular_cell(&t, 0, 2), "%s", s->other);
        t.rows = 1;
        add_changes(&t, one, two, 1, false);
        add_changes(&t, two, one, 2, true);
        text_add(out, "\n");
        if (t.rows > 1) tabular_text(&t, out);
        else
            text_add(out, "%s of seed %llu: configured alike\n", stage_word(stage),
                     (unsigned long long)s->t->r->seeds[seed]);
        t.rows = most;
        tabular_close(&t);
    }
    arena_close(&a);
}

static void compare_configurations(const Spot *s, Text *out)
{
    const Results *r = s->t->r;
    int            seed = 0;
    while (seed < r->n_seeds && (results_state(r, s->stage, s->row, seed) != POINT_DONE ||
                                 results_state(r, s->stage, s->base, seed) != POINT_DONE))
        seed++;
    if (seed == r->n_seeds) return;
    compare_stage(s, STAGE_PRETRAIN, seed, out);
    if (s->stage != STAGE_PRETRAIN) compare_stage(s, s->stage, seed, out);
}

/* --- the number ---------------------------------------------------------------------- */

static void describe_number(const Spot *s, Text *out)
{
    const Table        *t = s->t;
    const ResultMetric *m = table_metric(t, s->column);
    int                 n;
    text_add(out, "%s, %s%s", s->name, m->is.name, t->column_keys.n ? ", " : "");
    table_choice(t, &t->column_keys, table_group(t, s->column), out);
    text_add(out, ": ");
    table_value_text(t, s->line, s->column, out);
    text_add(out, "\n%s [%s]%s\n", m->is.long_name, m->is.units,
             m->is.better == HIGHER  ? ", higher is better"
             : m->is.better == LOWER ? ", lower is better"
                                     : "");
    if (s->base >= 0) {
        const double *x = table_seeds(t, s->row, s->line, s->column, &n);
        const double *other = table_seeds(t, s->base, s->line, s->column, &n);
        const double  p = stats_sign_flip(x, other, n);
        text_add(out, "vs %s: ", s->other);
        table_difference_text(t, s->line, s->column, out);
        if (isfinite(p)) text_add(out, ", exact sign-flip p %.3g", p);
        text_add(out, "\n");
    }
    text_add(out, "%s\n\n",
             table_leads(t, s->line, s->column) ? "In the leading group of its column."
             : t->told[s->column]               ? "Not in the leading group of its column."
             : t->compared[s->column]           ? "In its column nothing is told from the best."
                                                : "It is the only one of its column.");
}

static void describe(const Spot *s, Text *out)
{
    Text prose = { 0 };
    describe_number(s, &prose);
    text_wrap(out, text_get(&prose), s->width);
    list_seeds(s, out);
    text_add(out, "\n");
    text_clear(&prose);
    for (int k = 0; k < s->t->r->n_seeds; k++) describe_record(s, k, &prose);
    text_wrap(out, text_get(&prose), s->width);
    text_free(&prose);
    if (s->base >= 0) compare_configurations(s, out);
}

Status table_explain(const Table *t, const char *row, const char *column, int width,
                     Text *out, Err *err)
{
    Spot s = { .t = t, .width = width };
    Text name = { 0 }, other = { 0 };
    s.line = find(t, line_called, t->n_lines, row, "row", err);
    if (s.line < 0) return err->code;
    s.column = find(t, column_called, table_columns(t), column, "column", err);
    if (s.column < 0) return err->code;
    s.row = table_row(t, s.line, s.column);
    if (s.row < 0)
        return err_set(err, STATUS_CONFIG, "the grid has no cell at \"%s\", \"%s\"", row, column);
    s.base = table_base(t, s.line, s.column);
    s.stage = table_metric(t, s.column)->stage;
    results_label(t->r, s.row, &name);
    if (s.base >= 0) results_label(t->r, s.base, &other);
    s.name = text_get(&name);
    s.other = text_get(&other);
    describe(&s, out);
    text_free(&name);
    text_free(&other);
    return STATUS_OK;
}
