#define _POSIX_C_SOURCE 200809L /* opendir */
#include "experiments/table/published.h"

#include "core/base/file.h"
#include "experiments/recipe/find.h"
#include "experiments/recipe/walk.h"
#include "experiments/record/fields.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MOST = 256, PATH_ROOM = 4096 };

/* What is read, and where it goes. */
typedef struct {
    Published        *p;
    const char       *path;
    const char       *name, *source; /* of the file */
    PublishedNumber **tail;
    Claim           **claim_tail;
} Reader;

/* --- fields of a map --------------------------------------------------------- */

typedef Status Read(Reader *r, void *to, const Yaml *value, Err *err);

typedef struct {
    const char *key;
    Read       *read;
    size_t      offset;
    bool        needed;
} Entry;

static Status refuse(const Reader *r, const Yaml *at, Err *err, const char *what)
{
    return err_set(err, STATUS_CONFIG, "%s:%d: %s%s%s", r->path, at->line,
                   at->key ? at->key : "", at->key ? ": " : "", what);
}

static Status no_field(const Reader *r, const Entry *fields, const Yaml *at, Err *err)
{
    const char *names[16], *near;
    int         n = 0;
    for (; fields[n].key; n++) names[n] = fields[n].key;
    names[n] = NULL;
    near = text_nearest(at->key, names);
    return err_set(err, STATUS_CONFIG, "%s:%d: %s is not known here%s%s%s", r->path, at->line,
                   at->key, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static Status read_map(Reader *r, const Entry *fields, void *to, const Yaml *map, Err *err)
{
    if (map->kind != YAML_IS_MAP) return refuse(r, map, err, "expected keys and values");
    for (const Yaml *y = map->first; y; y = y->next) {
        const Entry *f = fields;
        while (f->key && strcmp(f->key, y->key)) f++;
        if (!f->key) return no_field(r, fields, y, err);
        if (f->read(r, (char *)to + f->offset, y, err)) return err->code;
    }
    for (const Entry *f = fields; f->key; f++) {
        const Yaml *y = map->first;
        while (y && strcmp(y->key, f->key)) y = y->next;
        if (!y && f->needed)
            return err_set(err, STATUS_CONFIG, "%s:%d: no %s", r->path, map->line, f->key);
    }
    return STATUS_OK;
}

static Status read_text(Reader *r, void *to, const Yaml *value, Err *err)
{
    if (value->kind != YAML_IS_TEXT || !*value->text)
        return refuse(r, value, err, "expected a text");
    *(const char **)to = value->text;
    return STATUS_OK;
}

static Status read_evidence(Reader *r, void *to, const Yaml *value, Err *err)
{
    static const char *const words[] = { "paper", "readme", "second-hand", NULL };
    if (read_text(r, to, value, err)) return err->code;
    for (int i = 0; words[i]; i++)
        if (!strcmp(value->text, words[i])) return STATUS_OK;
    return refuse(r, value, err, "expected paper, readme or second-hand");
}

static Status read_epochs(Reader *r, void *to, const Yaml *value, Err *err)
{
    int64_t n;
    if (value->kind != YAML_IS_TEXT || !text_to_int64(value->text, &n) || n < 0 || n > 1000000)
        return refuse(r, value, err, "expected a number of epochs");
    *(int *)to = (int)n;
    return STATUS_OK;
}

static Status read_ratio(Reader *r, void *to, const Yaml *value, Err *err)
{
    double *ratio = to;
    if (value->kind != YAML_IS_TEXT || !text_to_double(value->text, ratio) ||
        !(*ratio > 0 && *ratio < 1))
        return refuse(r, value, err, "expected a ratio between 0 and 1");
    return STATUS_OK;
}

static Status read_yaml(Reader *r, void *to, const Yaml *value, Err *err)
{
    if (value->kind != YAML_IS_LIST || !value->first)
        return refuse(r, value, err, "expected a list");
    *(const Yaml **)to = value;
    return STATUS_OK;
}

/* --- tables -------------------------------------------------------------------- */

typedef struct { PublishedTable is; const Yaml *metrics, *rows; } TableText;
typedef struct { PublishedNumber is; const Yaml *numbers; } RowText;

static const Entry table_fields[] = {
    { "name", read_text, offsetof(TableText, is.name), true },
    { "source", read_text, offsetof(TableText, is.source), false },
    { "model", read_text, offsetof(TableText, is.model), true },
    { "data", read_text, offsetof(TableText, is.data), true },
    { "epochs", read_epochs, offsetof(TableText, is.epochs), false },
    { "evidence", read_evidence, offsetof(TableText, is.evidence), true },
    { "doubts", read_text, offsetof(TableText, is.doubts), false },
    { "metrics", read_yaml, offsetof(TableText, metrics), true },
    { "rows", read_yaml, offsetof(TableText, rows), true },
    { 0 }
};

static const Entry row_fields[] = {
    { "strategy", read_text, offsetof(RowText, is.strategy), false },
    { "method", read_text, offsetof(RowText, is.method), false },
    { "ratio", read_ratio, offsetof(RowText, is.ratio), false },
    { "epochs", read_epochs, offsetof(RowText, is.epochs), false },
    { "doubts", read_text, offsetof(RowText, is.doubts), false },
    { "numbers", read_yaml, offsetof(RowText, numbers), true },
    { 0 }
};

/* A list of texts; how many, or -1. */
static int texts_of(const Yaml *list, const char *text[PUBLISHED_METRICS])
{
    int n = 0;
    for (const Yaml *y = list->first; y; y = y->next) {
        if (y->kind != YAML_IS_TEXT || !*y->text || n == PUBLISHED_METRICS) return -1;
        text[n++] = y->text;
    }
    return n;
}

static Status read_row(Reader *r, const TableText *t, const char *const *metric, int n,
                       const Yaml *row, Err *err)
{
    RowText     x = { .is = { .table = r->p->n_tables, .ratio = NAN, .epochs = t->is.epochs,
                              .doubts = "" } };
    const char *text[PUBLISHED_METRICS];
    if (read_map(r, row_fields, &x, row, err)) return err->code;
    if (!x.is.strategy && !x.is.method) return refuse(r, row, err, "no strategy and no method");
    if (texts_of(x.numbers, text) != n)
        return refuse(r, x.numbers, err, "expected a number, or none, for each of the metrics");
    if (!x.is.method) x.is.method = x.is.strategy;
    for (int i = 0; i < n; i++) {
        if (!strcmp(text[i], "none")) continue;
        PublishedNumber *one = ARENA_NEW(&r->p->arena, PublishedNumber, 1);
        *one = x.is;
        one->metric = metric[i];
        if (!text_to_double(text[i], &one->value))
            return refuse(r, x.numbers, err, "expected numbers, or none");
        *r->tail = one;
        r->tail = &one->next;
    }
    return STATUS_OK;
}

static Status read_tables(Reader *r, const Yaml *list, Err *err)
{
    for (const Yaml *y = list->first; y; y = y->next) {
        TableText   t = { .is = { .source = r->source, .file = r->name, .doubts = "" } };
        const char *metric[PUBLISHED_METRICS];
        if (read_map(r, table_fields, &t, y, err)) return err->code;
        int n = texts_of(t.metrics, metric);
        if (n < 0) return refuse(r, t.metrics, err, "expected names of metrics");
        if (r->p->n_tables == PUBLISHED_TABLES) return refuse(r, y, err, "too many tables");
        for (const Yaml *row = t.rows->first; row; row = row->next)
            if (read_row(r, &t, metric, n, row, err)) return err->code;
        r->p->table[r->p->n_tables++] = t.is;
    }
    return STATUS_OK;
}

/* --- claims --------------------------------------------------------------------- */

typedef struct { Claim is; const Yaml *metrics; } ClaimText;

typedef struct { Reader *reader; ClaimSide *side; } SideReader;

static Status see_key(void *self, int key, const Yaml *value, Origin origin, Err *err)
{
    SideReader *s = self;
    ClaimSide  *side = s->side;
    Config      c;
    Text        text = { 0 };
    if (value->kind != YAML_IS_TEXT || side->n == CLAIM_KEYS)
        return refuse(s->reader, value, err, "expected one value of a key of recipes");
    schema_defaults(&c);
    if (schema_set(&c, key, value->text, err))
        return origin_in(err, &origin, schema_key(key)->name);
    schema_get(&c, key, &text);
    char *copy = ARENA_NEW(&s->reader->p->arena, char, text.length + 1);
    memcpy(copy, text_get(&text), text.length + 1);
    text_free(&text);
    side->key[side->n] = key;
    side->text[side->n++] = copy;
    return STATUS_OK;
}

static Status read_side(Reader *r, void *to, const Yaml *value, Err *err)
{
    static const char *const no_words[] = { NULL };
    SideReader               s = { r, to };
    if (value->kind != YAML_IS_MAP || !value->first)
        return refuse(r, value, err, "expected keys of recipes and their values");
    return keys_walk(value, (Origin){ FROM_FILE, r->path, value->line }, no_words, see_key, &s,
                     err);
}

static const Entry claim_fields[] = {
    { "claim", read_text, offsetof(ClaimText, is.about), true },
    { "metrics", read_yaml, offsetof(ClaimText, metrics), true },
    { "better", read_side, offsetof(ClaimText, is.better), true },
    { "worse", read_side, offsetof(ClaimText, is.worse), true },
    { "doubts", read_text, offsetof(ClaimText, is.doubts), false },
    { 0 }
};

static bool has_key(const ClaimSide *side, int key, const char *text)
{
    for (int i = 0; i < side->n; i++)
        if (side->key[i] == key && !strcmp(side->text[i], text)) return true;
    return false;
}

static bool same_side(const ClaimSide *a, const ClaimSide *b)
{
    bool same = a->n == b->n;
    for (int i = 0; i < a->n && same; i++) same = has_key(b, a->key[i], a->text[i]);
    return same;
}

/* What could never be judged would be "not tested" for ever. */
static Status check_claim(const Reader *r, const Claim *c, const Yaml *at, const Yaml *metrics,
                          Err *err)
{
    Err why;
    if (c->n_metrics < 0) return refuse(r, metrics, err, "expected names of metrics");
    for (int i = 0; i < c->n_metrics; i++)
        if (field_metric(c->metric[i], &why)) return refuse(r, metrics, err, why.text);
    if (same_side(&c->better, &c->worse))
        return refuse(r, at, err, "better and worse are the same");
    return STATUS_OK;
}

static Status read_claims(Reader *r, const Yaml *list, Err *err)
{
    for (const Yaml *y = list->first; y; y = y->next) {
        ClaimText c = { .is = { .file = r->name, .source = r->source, .doubts = "" } };
        if (read_map(r, claim_fields, &c, y, err)) return err->code;
        c.is.n_metrics = texts_of(c.metrics, c.is.metric);
        if (check_claim(r, &c.is, y, c.metrics, err)) return err->code;
        Claim *one = ARENA_NEW(&r->p->arena, Claim, 1);
        *one = c.is;
        *r->claim_tail = one;
        r->claim_tail = &one->next;
    }
    return STATUS_OK;
}

/* --- files ------------------------------------------------------------------------ */

typedef struct { const char *name, *source; const Yaml *tables, *claims; } FileText;

static const Entry file_fields[] = {
    { "name", read_text, offsetof(FileText, name), true },
    { "source", read_text, offsetof(FileText, source), true },
    { "tables", read_yaml, offsetof(FileText, tables), false },
    { "claims", read_yaml, offsetof(FileText, claims), false },
    { 0 }
};

static Status read_file(Reader *r, const char *path, Err *err)
{
    char    *bytes;
    size_t   n;
    Yaml    *root = NULL;
    FileText f = { 0 };
    char    *kept = ARENA_NEW(&r->p->arena, char, strlen(path) + 1);
    strcpy(kept, path);
    r->path = kept;
    if (file_read(path, YAML_MOST_BYTES, &bytes, &n, err)) return err->code;
    Status bad = yaml_tree(&root, &r->p->arena, kept, bytes, n, err);
    free(bytes);
    if (bad || read_map(r, file_fields, &f, root, err)) return err->code;
    r->name = f.name;
    r->source = f.source;
    if (f.tables && read_tables(r, f.tables, err)) return err->code;
    return f.claims ? read_claims(r, f.claims, err) : STATUS_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static Status read_folder(Reader *r, const char *folder, DIR *d, Err *err)
{
    char *names[FILES_MOST], path[PATH_ROOM];
    int   n = 0;
    for (struct dirent *e; (e = readdir(d)) && n < FILES_MOST;) {
        size_t length = strlen(e->d_name);
        if (length < 6 || strcmp(e->d_name + length - 5, ".yaml")) continue;
        names[n] = ARENA_NEW(&r->p->arena, char, length + 1);
        strcpy(names[n++], e->d_name);
    }
    closedir(d);
    if (!n) return err_set(err, STATUS_MISSING, "%s: no file there ends in .yaml", folder);
    qsort(names, (size_t)n, sizeof *names, by_name);
    for (int i = 0; i < n; i++) {
        int length = snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (length < 0 || (size_t)length >= sizeof path)
            return err_set(err, STATUS_IO, "%.60s...: the path is too long", folder);
        if (read_file(r, path, err)) return err->code;
    }
    return STATUS_OK;
}

Status published_open(Published *p, const char *place, Err *err)
{
    char   shipped[PATH_ROOM];
    Reader r = { .p = p, .tail = &p->numbers, .claim_tail = &p->claims };
    *p = (Published){ 0 };
    arena_open(&p->arena, "published", NULL, NULL);
    Status bad = STATUS_OK;
    if (!place) {
        bad = program_file(shipped, sizeof shipped, "share/maskgrid/published",
                           "results/published", err);
        place = shipped;
    }
    DIR *d = bad ? NULL : opendir(place);
    if (d) bad = read_folder(&r, place, d, err);
    else if (!bad) bad = read_file(&r, place, err);
    if (bad) published_close(p);
    return bad;
}

void published_close(Published *p) { arena_close(&p->arena); }

const PublishedNumber *published_next(const Published *p, const PublishedNumber *after,
                                      const char *metric, const char *strategy, double ratio)
{
    for (const PublishedNumber *x = after ? after->next : p->numbers; x; x = x->next)
        if (x->strategy && !strcmp(x->metric, metric) && !strcmp(x->strategy, strategy) &&
            (isnan(x->ratio) || x->ratio == ratio))
            return x;
    return NULL;
}
