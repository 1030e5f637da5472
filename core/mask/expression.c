#include "core/mask/expression.h"

#include "core/base/file.h"
#include "core/mask/blend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 32 };
static const double LEAST_RATIO = 1e-4, OFF_ONE = 1e-6;

typedef struct {
    const char *text, *at; /* `at` is the word to be read next */
    int         length;    /* of the word; 0 at the end        */
    int         parts, depth;
    MaskOpen   *open;
    int         rows, cols;
    Err        *err;
} Reader;

static const char BLANKS[] = " \t\r\n", ENDS[] = " \t\r\n()|", QUOTES[] = "'\"";

/* Bytes of the word at s: what stands in quotes does not end it. */
static size_t word_length(const char *s)
{
    size_t n = 0;
    for (char quote = '\0'; s[n] && (quote || !strchr(ENDS, s[n])); n++)
        if (quote ? s[n] == quote : strchr(QUOTES, s[n]) != NULL)
            quote = quote ? '\0' : s[n];
    return n;
}

static void next_word(Reader *r)
{
    r->at += r->length;
    r->at += strspn(r->at, BLANKS);
    if (!*r->at) r->length = 0;
    else if (strchr("()|+", *r->at)) r->length = 1;
    else r->length = (int)word_length(r->at);
}

static bool is_word(const Reader *r, const char *word)
{
    return (size_t)r->length == strlen(word) && !memcmp(r->at, word, strlen(word));
}

static bool take_word(Reader *r, const char *word)
{
    if (!is_word(r, word)) return false;
    next_word(r);
    return true;
}

static int column(const Reader *r) { return (int)(r->at - r->text) + 1; }

static Status expected(Reader *r, const char *what)
{
    int n = r->length < 40 ? r->length : 40;
    if (!n)
        return err_set(r->err, STATUS_CONFIG, "column %d: expected %s at the end of \"%.60s%s\"",
                       column(r), what, r->text, strlen(r->text) > 60 ? "..." : "");
    return err_set(r->err, STATUS_CONFIG, "column %d: expected %s, not \"%.*s%s\"", column(r),
                   what, n, r->at, r->length > n ? "..." : "");
}

/* n bytes as a number within lo and hi, both excluded */
static bool is_number(const char *s, int n, double lo, double hi, double *x)
{
    char word[32];
    if (n < 1 || n >= (int)sizeof word) return false;
    memcpy(word, s, (size_t)n);
    word[n] = '\0';
    return text_to_double(word, x) && *x > lo && *x < hi;
}

static bool is_keyword(const Reader *r)
{
    static const char *const words[] = { "until", "then", "ratio", "+", "|", ")" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(r, words[i])) return true;
    return false;
}

static Status read_schedule(Reader *r, Mask **m);

/* The word without its quotes; free() it.  NULL if one is not closed. */
static char *unquoted(const Reader *r)
{
    char *word = calloc((size_t)r->length + 1, 1), quote = '\0', *to = word;
    CHECK(word, "no memory for %d characters", r->length);
    for (int i = 0; i < r->length; i++) {
        char c = r->at[i];
        if (quote ? c != quote : !strchr(QUOTES, c)) *to++ = c;
        else quote = quote ? '\0' : c;
    }
    if (quote) free(word);
    return quote ? NULL : word;
}

static void hint_at_quotes(Err *err)
{
    Err was = *err;
    err_set(err, was.code, "%s; a path with blanks stands in quotes", was.text);
}

static Status read_strategy(Reader *r, Mask **m)
{
    bool  alone = !r->parts && !r->at[r->length];
    char *spec = unquoted(r);
    if (!spec) {
        r->at += r->length, r->length = 0;
        return expected(r, "a closing quote");
    }
    Status bad = r->open(m, spec, r->rows, r->cols, r->err);
    bool   path = strchr(spec, '/') != NULL, joined = strchr(spec, '+') && !path;
    free(spec);
    if (!bad) next_word(r);
    else if (joined) expected(r, "blanks round the +");
    else if (!alone) err_in(r->err, "column %d", column(r));
    if (bad == STATUS_MISSING && path && !alone) hint_at_quotes(r->err);
    return bad;
}

static Status read_part(Reader *r, Mask **m)
{
    if (!is_word(r, "(")) {
        if (!r->length || is_keyword(r)) return expected(r, "a strategy");
        if (r->parts == BLEND_MOST) return expected(r, "at most 64 strategies");
        Status bad = read_strategy(r, m);
        r->parts++;
        return bad;
    }
    if (r->depth == DEEPEST) return expected(r, "at most 32 parentheses in each other");
    r->depth++;
    next_word(r);
    if (read_schedule(r, m)) return r->err->code;
    r->depth--;
    if (take_word(r, ")")) return STATUS_OK;
    mask_close(*m);
    return expected(r, is_word(r, "ratio") ? "), for a ratio is that of the whole expression"
                                           : ")");
}

static Status drop(Reader *r, Parts *p)
{
    parts_close(p);
    return r->err->code;
}

static Status read_union(Reader *r, Mask **m)
{
    Parts p = { 0 };
    Mask *part;
    do {
        if (read_part(r, &part)) return drop(r, &p);
        parts_add(&p, part, 0);
    } while (take_word(r, "|"));
    return blend_open(m, FORM_UNION, &p, r->err);
}

/* Does a weight stand here?  What begins like a number and is none is complained of. */
static Status read_weight(Reader *r, bool *there, double *weight)
{
    *weight = 1;
    *there = r->length && (strchr("0123456789-", *r->at) ||
                           (*r->at == '.' && strchr("0123456789", r->at[1])));
    if (!*there) return STATUS_OK;
    if (!is_number(r->at, r->length, 0, 1, weight))
        return expected(r, "a weight above 0 and below 1");
    next_word(r);
    return STATUS_OK;
}

static Status check_sum(const Parts *p, const Reader *at)
{
    double sum = 0;
    char   is[32];
    for (int i = 0; i < p->n; i++) sum += p->share[i];
    if (fabs(sum - 1) <= OFF_ONE) return STATUS_OK;
    text_from_double(is, rint(sum * 1e9) / 1e9);
    return err_set(at->err, STATUS_CONFIG, "column %d: the weights sum to %s, expected 1",
                   column(at), is);
}

static Status read_mixture(Reader *r, Mask **m)
{
    const Reader first = *r;
    Parts        p = { 0 };
    Mask        *part;
    bool         weighted = false, there;
    do {
        const Reader before = *r;
        double       weight;
        if (read_weight(r, &there, &weight)) return drop(r, &p);
        if (!p.n) weighted = there;
        else if (weighted != there) {
            *r = before;
            expected(r, there ? "no weight, as before the first +"
                              : "a weight, as before the first +");
            return drop(r, &p);
        }
        if (read_union(r, &part)) return drop(r, &p);
        parts_add(&p, part, weight);
    } while (take_word(r, "+"));
    if (weighted && p.n == 1) {
        expected(r, "+ and what has the rest of the weight");
        return drop(r, &p);
    }
    if (weighted && check_sum(&p, &first)) return drop(r, &p);
    return blend_open(m, FORM_MIXTURE, &p, r->err);
}

static Status read_schedule(Reader *r, Mask **m)
{
    Parts p = { 0 };
    Mask *part;
    for (double until = 0, last = 0;; last = until) {
        if (read_mixture(r, &part)) return drop(r, &p);
        parts_add(&p, part, INFINITY);
        if (!take_word(r, "until")) return blend_open(m, FORM_SCHEDULE, &p, r->err);
        if (!is_number(r->at, r->length, last, 1, &until)) {
            expected(r, last > 0 ? "a share of training above the one before, below 1"
                                 : "a share of training above 0 and below 1");
            return drop(r, &p);
        }
        p.share[p.n - 1] = until;
        next_word(r);
        if (!take_word(r, "then")) {
            expected(r, "then");
            return drop(r, &p);
        }
    }
}

/* Whole millionths, so that a step half way has the ratio one would write. */
static bool is_ratio(const char *s, int n, double *x)
{
    if (!is_number(s, n, 0, 1, x)) return false;
    *x = rint(*x * 1e6) / 1e6;
    return *x >= LEAST_RATIO && *x <= 1 - LEAST_RATIO;
}

static Status read_ratio(Reader *r, Mask *m)
{
    double from, to;
    if (!take_word(r, "ratio")) return STATUS_OK;
    int n = 0;
    while (n + 1 < r->length && memcmp(r->at + n, "..", 2)) n++;
    if (n + 1 >= r->length || !is_ratio(r->at, n, &from) ||
        !is_ratio(r->at + n + 2, r->length - n - 2, &to) || from == to)
        return expected(r, "two ratios such as 0.5..0.9, from 0.0001 to 0.9999");
    blend_ratio(m, from, to);
    next_word(r);
    return STATUS_OK;
}

/* Is it the path of a file, blanks or not, with or without parameters? */
static bool is_file(const char *text)
{
    size_t n = strcspn(text, ":");
    Text   path = { 0 };
    bool   like = memchr(text, '/', n) || memchr(text, '.', n);
    if (!like || text[n + strcspn(text + n, ENDS)]) return false;
    text_add_bytes(&path, text, n);
    bool there = file_exists(text_get(&path));
    text_free(&path);
    return there;
}

Status expression_open(Mask **m, const char *text, MaskOpen *open, int rows, int cols,
                       Err *err)
{
    Reader r = { .text = text, .at = text, .open = open, .rows = rows, .cols = cols,
                 .err = err };
    Mask *all;
    if (is_file(text)) return open(m, text, rows, cols, err);
    next_word(&r);
    if (read_schedule(&r, &all)) return err->code;
    if (!read_ratio(&r, all)) {
        if (!r.length) return *m = all, STATUS_OK;
        expected(&r, all->ratio[0] > 0 ? "the end" : "+, |, until, ratio or the end");
    }
    mask_close(all);
    return err->code;
}
