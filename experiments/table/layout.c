/* Which line and which group of columns a row of the results belongs to. */
#include "experiments/table/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- keys ----------------------------------------------------------------- */

void table_key(const Table *t, int key, char out[64])
{
    if (key >= 0) results_key(t->r, key, out);
    else strcpy(out, key == BY_SEED ? "seed" : "strategy");
}

static const char *full_name(const Results *r, int key)
{
    return key == BY_SEED       ? "seed"
           : key == BY_STRATEGY ? "pretrain.strategy"
                                : schema_key(r->settings[key])->name;
}

static const char *short_name(const Results *r, int key)
{
    const char *name = full_name(r, key), *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* "pretrain.ratio" or its last word. */
static bool is_named(const Results *r, int key, const char *word)
{
    return !strcmp(word, full_name(r, key)) || !strcmp(word, short_name(r, key));
}

static bool holds(const TableKeys *k, int key)
{
    for (int i = 0; i < k->n; i++)
        if (k->key[i] == key) return true;
    return false;
}

static Status no_key(const Table *t, const char *word, Err *err)
{
    const char *names[TABLE_KEYS + 1], *near;
    int         n = 0;
    Text        all = { 0 };
    for (int key = BY_SEED; key < t->r->n_settings; key++) {
        names[n++] = short_name(t->r, key);
        text_add(&all, "%s%s", n > 1 ? ", " : "", names[n - 1]);
    }
    names[n] = NULL;
    near = text_nearest(word, names);
    err_set(err, STATUS_CONFIG, "the grid does not vary %s%s%s%s varies %s", word,
            near ? "; did you mean " : "", near ? near : "", near ? "? It" : "; it",
            text_get(&all));
    text_free(&all);
    return err->code;
}

static Status find_key(const Table *t, const char *word, int *key, Err *err)
{
    for (*key = BY_SEED; *key < t->r->n_settings; ++*key)
        if (is_named(t->r, *key, word)) return STATUS_OK;
    return no_key(t, word, err);
}

/* "strategy,ratio" */
static Status read_keys(Table *t, const char *list, TableKeys *keys, Err *err)
{
    while (list && *list) {
        size_t n = strcspn(list, ",");
        int    key;
        char  *word = ARENA_NEW(&t->arena, char, n + 1);
        memcpy(word, list, n);
        word[n] = '\0';
        if (find_key(t, word, &key, err)) return err->code;
        if (holds(&t->row_keys, key) || holds(&t->column_keys, key))
            return err_set(err, STATUS_CONFIG, "%s is named twice among rows and columns", word);
        keys->key[keys->n++] = key;
        list += n + (list[n] == ',');
    }
    return STATUS_OK;
}

/* No number is made of several rows unsaid: what is named nowhere tells lines apart. */
static void add_others(Table *t)
{
    for (int key = BY_STRATEGY; key < t->r->n_settings; key++)
        if (!holds(&t->row_keys, key) && !holds(&t->column_keys, key))
            t->row_keys.key[t->row_keys.n++] = key;
}

/* --- choices --------------------------------------------------------------- */

static TableChoice choice_of(Table *t, const TableKeys *keys, int row, int seed)
{
    TableChoice c = { .seed = -1 };
    for (int i = 0; i < keys->n; i++) {
        const int key = keys->key[i];
        if (key == BY_SEED) {
            char *word = ARENA_NEW(&t->arena, char, 24);
            snprintf(word, 24, "%llu", (unsigned long long)t->r->seeds[seed]);
            c.word[i] = word;
            c.seed = seed;
        } else
            c.word[i] = key == BY_STRATEGY ? t->r->rows[row].strategy
                                           : t->r->rows[row].settings[key];
    }
    return c;
}

/* Is b one of those that a stands for?  What has no say in a key stands for all of them. */
static bool stands_for(const TableKeys *keys, const TableChoice *a, const TableChoice *b)
{
    for (int i = 0; i < keys->n; i++)
        if (*a->word[i] && strcmp(a->word[i], b->word[i])) return false;
    return true;
}

static bool is_same(const TableKeys *keys, const TableChoice *a, const TableChoice *b)
{
    return stands_for(keys, a, b) && stands_for(keys, b, a);
}

/* Each seed of each row where one of the keys is the seed, else each row. */
static int n_points(const Table *t)
{
    const bool each = holds(&t->row_keys, BY_SEED) || holds(&t->column_keys, BY_SEED);
    return t->r->n_rows * (each ? t->r->n_seeds : 1);
}

static TableChoice choice_at(Table *t, const TableKeys *keys, int point)
{
    const int seeds = t->r->n_rows ? n_points(t) / t->r->n_rows : 1;
    return choice_of(t, keys, point / seeds, point % seeds);
}

/* Is it one that stands for others of the list? */
static bool is_covered(const TableKeys *keys, const TableChoice *list, int n, int i)
{
    bool blank = false, covered = false;
    for (int k = 0; k < keys->n; k++) blank = blank || !*list[i].word[k];
    for (int j = 0; j < n && blank && !covered; j++)
        covered = j != i && stands_for(keys, &list[i], &list[j]);
    return covered;
}

/* All different ones, without those that stand for others: an untrained encoder is in
 * every column of the ratio and has none of its own. */
static int list_choices(Table *t, const TableKeys *keys, TableChoice **list)
{
    const int    n = n_points(t);
    int          k = 0, kept = 0;
    TableChoice *all = ARENA_NEW(&t->arena, TableChoice, n + 1);
    *list = ARENA_NEW(&t->arena, TableChoice, n + 1);
    for (int point = 0; point < n; point++) {
        const TableChoice c = choice_at(t, keys, point);
        int               i = k - 1;
        while (i >= 0 && !is_same(keys, &all[i], &c)) i--;
        if (i < 0) all[k++] = c;
    }
    for (int i = 0; i < k; i++)
        if (!is_covered(keys, all, k, i)) (*list)[kept++] = all[i];
    return kept;
}

static void place_points(Table *t)
{
    const int cells = t->n_lines * t->n_groups, n = n_points(t);
    t->at = ARENA_NEW(&t->arena, int, cells + 1);
    for (int i = 0; i < cells; i++) t->at[i] = -1;
    for (int point = 0; point < n; point++) {
        const TableChoice line = choice_at(t, &t->row_keys, point),
                          group = choice_at(t, &t->column_keys, point);
        for (int i = 0; i < t->n_lines; i++) {
            if (!stands_for(&t->row_keys, &line, &t->lines[i])) continue;
            for (int g = 0; g < t->n_groups; g++)
                if (stands_for(&t->column_keys, &group, &t->groups[g]))
                    t->at[i * t->n_groups + g] = point / (n / t->r->n_rows);
        }
    }
}

/* --- order ------------------------------------------------------------------ */

typedef struct {
    const char *word;
    double      x; /* NAN: not known */
    int         line;
} Place;

/* What is not known stands last; equals stay as they were. */
static int by_place(const void *a, const void *b)
{
    const Place *p = a, *q = b;
    if (isnan(p->x) != isnan(q->x)) return isnan(p->x) ? 1 : -1;
    int order = isnan(p->x) && p->word ? strcmp(p->word, q->word) : (p->x > q->x) - (p->x < q->x);
    return order ? order : p->line - q->line;
}

/* The best first; of a metric that has no better the least. */
static double rank_of(const Table *t, int metric, int line)
{
    const int row = t->at[line * t->n_groups];
    if (row < 0) return NAN;
    double mean = stats_summary(results_values(t->r, metric, row), t->r->n_seeds).mean;
    return t->r->metrics[metric].is.better == HIGHER ? -mean : mean;
}

static int place_in(const TableKeys *keys, int key)
{
    for (int i = 0; i < keys->n; i++)
        if (keys->key[i] == key) return i;
    return -1;
}

static Status no_order(const Table *t, const char *by, Err *err)
{
    const char *names[TABLE_NAMES + TABLE_KEYS], *near;
    const int   n = table_names(t->r, names);
    Text        keys = { 0 };
    for (int i = 0; i < t->row_keys.n; i++) {
        names[n + i] = short_name(t->r, t->row_keys.key[i]);
        text_add(&keys, "%s%s", i ? ", " : "", names[n + i]);
    }
    names[n + t->row_keys.n] = NULL;
    near = text_nearest(by, names);
    err_set(err, STATUS_CONFIG, "lines cannot be sorted by %s%s%s%s told apart by %s; a metric "
            "does as well", by, near ? "; did you mean " : "", near ? near : "",
            near ? "? They are" : "; they are", text_get(&keys));
    text_free(&keys);
    return err->code;
}

static Status sort_lines(Table *t, const char *by, Err *err)
{
    int key, metric = 0, which = -1;
    Err none;
    if (!find_key(t, by, &key, &none)) which = place_in(&t->row_keys, key);
    if (which < 0 && table_find(t->r, by, &metric, &none)) return no_order(t, by, err);
    Place *places = ARENA_NEW(&t->arena, Place, t->n_lines + 1);
    for (int i = 0; i < t->n_lines; i++) {
        places[i] = (Place){ .x = NAN, .line = i };
        if (which < 0) places[i].x = rank_of(t, metric, i);
        else if (!text_to_double(t->lines[i].word[which], &places[i].x)) {
            places[i].x = NAN;
            places[i].word = t->lines[i].word[which];
        }
    }
    qsort(places, (size_t)t->n_lines, sizeof *places, by_place);
    TableChoice *lines = ARENA_NEW(&t->arena, TableChoice, t->n_lines + 1);
    int         *at = ARENA_NEW(&t->arena, int, t->n_lines * t->n_groups + 1);
    for (int i = 0; i < t->n_lines; i++) {
        lines[i] = t->lines[places[i].line];
        memcpy(at + i * t->n_groups, t->at + places[i].line * t->n_groups,
               (size_t)t->n_groups * sizeof *at);
    }
    t->lines = lines;
    t->at = at;
    return STATUS_OK;
}

Status table_lay_out(Table *t, const TableAsk *ask, Err *err)
{
    if (read_keys(t, ask->rows, &t->row_keys, err) ||
        read_keys(t, ask->columns, &t->column_keys, err))
        return err->code;
    add_others(t);
    t->n_lines = list_choices(t, &t->row_keys, &t->lines);
    t->n_groups = list_choices(t, &t->column_keys, &t->groups);
    place_points(t);
    return ask->sort ? sort_lines(t, ask->sort, err) : STATUS_OK;
}
