#include "core/data/json.h"

#include "core/base/arena.h"
#include "core/base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

enum {
    DEPTH = 64,
    CHUNK = 1 << 18,
    ROW_BYTES = 1 << 26,  /* a value of so many, or of nothing but blanks, is refused */
    ROW_MEMORY = 1 << 28, /* 64 bytes a value                                         */
};

typedef struct {
    const Reader      *file;
    const char *const *sections;
    JsonRow           *take;
    void              *to;
    Err               *err;
    yajl_handle        yajl;

    const unsigned char *chunk;
    uint64_t chunk_at; /* in the file                                */
    size_t   counted;  /* bytes of the chunk whose lines are counted */
    uint64_t line, row_line, row_byte;
    uint64_t last;     /* byte of the last bracket, key or value     */

    int      depth;      /* of open brackets                             */
    int      rows_depth; /* that of the list whose rows are read; or 0   */
    int      section;    /* that is read; -1: none, or one to be skipped */
    unsigned seen;
    size_t   row;
    Arena    memory;          /* the row's                             */
    Json    *open[DEPTH + 1]; /* open[d]: the row's list or object that d brackets are around */
    const char *key;          /* of the value that comes next */
} Parser;

enum { HALT = 0, GO_ON = 1 }; /* what yajl's callbacks return */

/* --- where --------------------------------------------------------------- */

static uint64_t place(const Parser *p)
{
    return p->chunk_at + yajl_get_bytes_consumed(p->yajl);
}

static void count_lines(Parser *p)
{
    size_t               to = yajl_get_bytes_consumed(p->yajl);
    const unsigned char *at = p->chunk + p->counted, *end = p->chunk + to;
    if (to <= p->counted) return;
    while ((at = memchr(at, '\n', (size_t)(end - at)))) p->line++, at++;
    p->counted = to;
}

static bool in_row(const Parser *p) { return p->rows_depth && p->depth > p->rows_depth; }

static const char *section_name(const Parser *p)
{
    return p->section >= 0 ? p->sections[p->section] : NULL;
}

static int locate(const Parser *p, uint64_t line, uint64_t byte)
{
    const char *section = section_name(p);
    if (p->rows_depth) err_in(p->err, "%s[%zu]", section ? section : "", p->row);
    err_in(p->err, "%s:%llu, byte %llu", p->file->path, (unsigned long long)line,
           (unsigned long long)byte);
    return HALT;
}

static int refuse(Parser *p, const char *why)
{
    const char *key = in_row(p) ? p->key : NULL;
    for (int d = p->depth; !key && in_row(p) && d > p->rows_depth; d--) key = p->open[d]->key;
    err_set(p->err, STATUS_FORMAT, "%s%s%s", key ? key : "", key ? ": " : "", why);
    count_lines(p);
    return locate(p, p->line, place(p));
}

/* --- values -------------------------------------------------------------- */

/* Of a row, skipped, or refused where it stands. */
typedef enum { VALUE_REFUSED, VALUE_SKIPPED, VALUE_WANTED } Value;

static Value begin_value(Parser *p)
{
    p->last = place(p);
    if (!p->rows_depth && p->section < 0 && p->depth) return VALUE_SKIPPED;
    if (!p->rows_depth) {
        refuse(p, p->depth || !p->sections ? "expected a list" : "expected an object");
        return VALUE_REFUSED;
    }
    if (p->depth == p->rows_depth) {
        count_lines(p);
        p->row_line = p->line, p->row_byte = place(p);
    }
    if (p->memory.used <= ROW_MEMORY) return VALUE_WANTED;
    refuse(p, "over 4194304 values in one row");
    return VALUE_REFUSED;
}

static Json *add(Parser *p, const Json *value)
{
    Json *j = ARENA_NEW(&p->memory, Json, 1);
    Json *parent = p->depth > p->rows_depth ? p->open[p->depth] : NULL;
    *j = *value;
    j->key = p->key;
    p->key = NULL;
    if (!parent) return j;
    if (parent->last) parent->last->next = j;
    else parent->first = j;
    parent->last = j;
    parent->n++;
    return j;
}

static const char *keep(Parser *p, const void *s, size_t n)
{
    char *copy = arena_take(&p->memory, n + 1);
    memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

static int finish_row(Parser *p, const Json *j)
{
    Status bad = p->take(p->to, section_name(p), p->row, j, p->err);
    arena_reset(&p->memory);
    if (bad) return locate(p, p->row_line, p->row_byte);
    p->row++;
    return GO_ON;
}

static int scalar(Parser *p, const Json *value)
{
    Json *j = add(p, value);
    return p->depth > p->rows_depth ? GO_ON : finish_row(p, j);
}

static int on_null(void *ctx)
{
    Value v = begin_value(ctx);
    return v == VALUE_WANTED ? scalar(ctx, &(Json){ .whole = INT64_MIN }) : (int)v;
}

static int on_bool(void *ctx, int x)
{
    Value v = begin_value(ctx);
    if (v != VALUE_WANTED) return (int)v;
    return scalar(ctx, &(Json){ .kind = JSON_IS_BOOL, .x = x != 0, .whole = INT64_MIN });
}

static int on_number(void *ctx, const char *s, size_t n)
{
    Parser *p = ctx;
    Value   v = begin_value(p);
    if (v != VALUE_WANTED) return (int)v;
    const char *digits = keep(p, s, n);
    Json        j = { .kind = JSON_IS_NUMBER, .x = strtod(digits, NULL) };
    if (!text_to_int64(digits, &j.whole)) {
        bool whole = fabs(j.x) <= 0x1p53 && j.x == trunc(j.x);
        j.whole = whole ? (int64_t)j.x : INT64_MIN;
    }
    return scalar(p, &j);
}

static int on_text(void *ctx, const unsigned char *s, size_t n)
{
    Parser *p = ctx;
    Value   v = begin_value(p);
    if (v != VALUE_WANTED) return (int)v;
    if (n > ROW_BYTES) return refuse(p, "a text of over 64 MB");
    return scalar(p, &(Json){ .kind = JSON_IS_TEXT, .text = keep(p, s, n), .n = (uint32_t)n,
                              .whole = INT64_MIN });
}

/* --- brackets ------------------------------------------------------------ */

static int open_bracket(Parser *p, JsonKind kind)
{
    bool outermost = !p->depth && (kind == JSON_IS_LIST) == !p->sections;
    bool section = p->depth == 1 && !p->rows_depth && p->section >= 0 && kind == JSON_IS_LIST;
    if (p->depth == DEPTH) return refuse(p, "nested over 64 deep");
    if (outermost || section) {
        p->last = place(p);
        p->depth++;
        if (section || !p->sections) p->rows_depth = p->depth, p->row = 0;
        return GO_ON;
    }
    Value v = begin_value(p);
    if (v == VALUE_REFUSED) return HALT;
    Json *j = v == VALUE_WANTED ? add(p, &(Json){ .kind = kind, .whole = INT64_MIN }) : NULL;
    p->open[++p->depth] = j;
    return GO_ON;
}

static int on_list(void *ctx) { return open_bracket(ctx, JSON_IS_LIST); }
static int on_object(void *ctx) { return open_bracket(ctx, JSON_IS_OBJECT); }

static int on_end(void *ctx)
{
    Parser *p = ctx;
    p->last = place(p);
    p->depth--;
    if (p->rows_depth && p->depth == p->rows_depth)
        return finish_row(p, p->open[p->depth + 1]);
    if (p->depth < p->rows_depth) p->rows_depth = 0, p->section = -1;
    return GO_ON;
}

static int on_key(void *ctx, const unsigned char *s, size_t n)
{
    Parser *p = ctx;
    p->last = place(p);
    if (p->rows_depth) {
        p->key = keep(p, s, n);
        return GO_ON;
    }
    if (p->depth != 1) return GO_ON;
    p->section = -1;
    for (int i = 0; p->sections[i]; i++)
        if (strlen(p->sections[i]) == n && !memcmp(p->sections[i], s, n)) p->section = i;
    if (p->section < 0) return GO_ON;
    if (p->seen >> p->section & 1) return refuse(p, "a list that is there twice");
    p->seen |= 1u << p->section;
    return GO_ON;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null, .yajl_boolean = on_bool, .yajl_number = on_number,
    .yajl_string = on_text, .yajl_start_map = on_object, .yajl_map_key = on_key,
    .yajl_end_map = on_end, .yajl_start_array = on_list, .yajl_end_array = on_end,
};

/* --- the file ------------------------------------------------------------ */

/* Python writes them, JSON does not have them. */
static const char *no_number(const Parser *p, size_t n)
{
    size_t      at = yajl_get_bytes_consumed(p->yajl);
    const char *s = (const char *)p->chunk + at - (at > 0);
    if (at < n && n - at >= 2 && at && (!memcmp(s, "NaN", 3) || !memcmp(s, "Inf", 3)))
        return " NaN and Infinity are no numbers of JSON";
    return "";
}

static Status explain(Parser *p, yajl_status status, size_t n)
{
    if (status != yajl_status_error) return p->err->code; /* a callback has refused */
    char           why[300];
    unsigned char *text = yajl_get_error(p->yajl, 0, p->chunk, n);
    snprintf(why, sizeof why, "no JSON: %.*s%s", (int)strcspn((char *)text, "\n"),
             (char *)text, no_number(p, n));
    yajl_free_error(p->yajl, text);
    refuse(p, why);
    return p->err->code;
}

/* yajl takes these two for blanks; in JSON they are nothing, nor in a text. */
static size_t before_odd_blank(const unsigned char *chunk, size_t n)
{
    const unsigned char *feed = memchr(chunk, '\f', n);
    if (feed) n = (size_t)(feed - chunk);
    const unsigned char *tab = memchr(chunk, '\v', n);
    return tab ? (size_t)(tab - chunk) : n;
}

static Status feed(Parser *p, unsigned char *chunk)
{
    uint64_t size = p->file->size;
    p->chunk = chunk;
    for (p->chunk_at = 0; p->chunk_at < size; p->chunk_at += CHUNK) {
        size_t n = size - p->chunk_at < CHUNK ? (size_t)(size - p->chunk_at) : CHUNK;
        if (reader_take(p->file, chunk, p->chunk_at, n, p->err)) return p->err->code;
        p->counted = 0;
        const size_t good = before_odd_blank(chunk, n);
        yajl_status  status = yajl_parse(p->yajl, chunk, good);
        if (status != yajl_status_ok) return explain(p, status, good);
        count_lines(p);
        if (good < n) {
            refuse(p, "no JSON: a form feed or a vertical tab");
            return p->err->code;
        }
        if (p->chunk_at + n - p->last <= ROW_BYTES) continue;
        refuse(p, "over 64 MB without a value");
        return p->err->code;
    }
    p->chunk_at = size, p->counted = 0, chunk[0] = ' '; /* a number may end with the file */
    yajl_status status = yajl_complete_parse(p->yajl);
    return status == yajl_status_ok ? STATUS_OK : explain(p, status, 1);
}

Status json_rows(const Reader *r, const char *const *sections, JsonRow *take, void *to,
                 unsigned *seen, Err *err)
{
    Arena  chunk;
    Parser p = { .file = r, .sections = sections, .take = take, .to = to, .err = err,
                 .line = 1, .section = -1 };
    arena_open(&chunk, "JSON file", NULL, NULL);
    arena_open(&p.memory, "JSON row", NULL, NULL);
    p.yajl = yajl_alloc(&callbacks, NULL, &p);
    CHECK(p.yajl, "no memory for a JSON parser");
    Status bad = feed(&p, arena_take(&chunk, CHUNK));
    if (seen) *seen = p.seen;
    yajl_free(p.yajl);
    arena_close(&p.memory);
    arena_close(&chunk);
    return bad;
}
