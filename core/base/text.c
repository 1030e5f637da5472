#include "core/base/text.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void reserve(Text *t, size_t more)
{
    if (t->length + more + 1 <= t->room) return;
    size_t room = 2 * t->room + more + 64;
    t->s = realloc(t->s, room);
    CHECK(t->s, "no memory for a text of %zu bytes", room);
    t->room = room;
}

void text_add_bytes(Text *t, const char *s, size_t n)
{
    reserve(t, n);
    memcpy(t->s + t->length, s, n);
    t->length += n;
    t->s[t->length] = '\0';
}

void text_add(Text *t, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    CHECK(n >= 0, "format %s", fmt);
    reserve(t, (size_t)n);
    vsnprintf(t->s + t->length, (size_t)n + 1, fmt, again);
    t->length += (size_t)n;
    va_end(again);
    va_end(ap);
}

const char *text_get(const Text *t) { return t->s ? t->s : ""; }

void text_clear(Text *t)
{
    t->length = 0;
    if (t->s) t->s[0] = '\0';
}

void text_free(Text *t)
{
    free(t->s);
    *t = (Text){ 0 };
}

/* Bytes that do not go on with a character. */
static int width_of(const char *s, size_t n)
{
    int columns = 0;
    for (size_t i = 0; i < n; i++) columns += (s[i] & 0xC0) != 0x80;
    return columns;
}

int text_width(const char *s) { return width_of(s, strlen(s)); }

void text_wrap(Text *t, const char *s, int columns)
{
    int used = 0;
    for (size_t n; *s; s += n) {
        n = strcspn(s, " \n");
        int w = width_of(s, n);
        if (used && w && used + 1 + w > columns) {
            text_add(t, "\n");
            used = 0;
        }
        if (w) {
            text_add(t, used ? " %.*s" : "%.*s", (int)n, s);
            used += w + (used > 0);
        }
        if (s[n] == '\n') {
            text_add(t, "\n");
            used = 0;
        }
        n += s[n] != '\0';
    }
    if (used) text_add(t, "\n");
}

bool text_to_double(const char *s, double *x)
{
    /* strtod alone would take blanks, hexadecimal, nan and infinity. */
    if (!*s || s[strspn(s, "0123456789+-.eE")]) return false;
    char  *end;
    double v = strtod(s, &end);
    if (end == s || *end || !isfinite(v)) return false;
    *x = v;
    return true;
}

bool text_to_int64(const char *s, int64_t *x)
{
    if (!*s || s[strspn(s, "0123456789+-")]) return false;
    char *end;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (end == s || *end || errno) return false;
    *x = v;
    return true;
}

bool text_to_bool(const char *s, bool *x)
{
    static const char *const yes[] = { "true", "yes", "on", "1" };
    static const char *const no[] = { "false", "no", "off", "0" };
    for (int i = 0; i < 4; i++) {
        if (!strcasecmp(s, yes[i])) return *x = true, true;
        if (!strcasecmp(s, no[i])) return *x = false, true;
    }
    return false;
}

void text_from_double(char out[32], double x)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(out, 32, "%.*g", digits, x);
        if (strtod(out, NULL) == x) break;
    }
    if (strstr(out, "e+0")) snprintf(out, 32, "%.0f", x); /* 100, not 1e+02 */
}

/* Source: Levenshtein 1966, with one row kept. */
static int distance(const char *a, const char *b)
{
    enum { LONGEST = 63 };
    int row[LONGEST + 1], n = (int)strlen(b);
    if (n > LONGEST || strlen(a) > LONGEST) return INT_MAX;
    for (int j = 0; j <= n; j++) row[j] = j;
    for (int i = 0; a[i]; i++) {
        int corner = row[0];
        row[0] = i + 1;
        for (int j = 0; j < n; j++) {
            int best = corner + (a[i] != b[j]);
            corner = row[j + 1];
            if (corner + 1 < best) best = corner + 1;
            if (row[j] + 1 < best) best = row[j] + 1;
            row[j + 1] = best;
        }
    }
    return row[n];
}

const char *text_nearest(const char *word, const char *const *candidates)
{
    const char *best = NULL;
    int         least = (int)strlen(word) / 3 + 1;
    for (; *candidates; candidates++) {
        int d = distance(word, *candidates);
        if (d <= least && (!best || d < least)) best = *candidates, least = d;
    }
    return best;
}

/* Bytes of the character that begins at s; 0: none does. */
static int bytes_of(const unsigned char *s)
{
    int n = *s < 0x80 ? 1 : *s < 0xC2 ? 0 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : *s < 0xF5 ? 4 : 0;
    for (int i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80) return 0;
    return n;
}

/* Those of one byte, and the second row of them, U+0080 to U+009F. */
static bool is_control(const unsigned char *s)
{
    return *s < ' ' || *s == 127 || (*s == 0xC2 && s[1] < 0xA0);
}

void text_tame(char *text, bool lines)
{
    unsigned char *s = (unsigned char *)text;
    for (int n; *s; s += n) {
        n = bytes_of(s);
        bool kept = lines && (*s == '\n' || *s == '\t');
        if (n && (kept || !is_control(s))) continue;
        if (!n) n = 1;
        memset(s, '?', (size_t)n);
    }
}

void text_add_tame(Text *t, const char *s)
{
    size_t from = t->length;
    text_add_bytes(t, s, strlen(s));
    text_tame(t->s + from, false);
}

void text_add_word(Text *t, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789._-/+:,%@";
    if (*word && !word[strspn(word, plain)]) {
        text_add(t, "%s", word);
        return;
    }
    text_add(t, "'");
    for (; *word; word++) text_add(t, *word == '\'' ? "'\\''" : "%c", *word);
    text_add(t, "'");
}

bool text_starts(const char *s, const char *head)
{
    return !strncmp(s, head, strlen(head));
}
