/* Text: growing buffers, strict numbers, near misses.
 *
 * Numbers are read and written in the C locale whatever the user's is; the
 * program never calls setlocale.
 */
#ifndef CORE_BASE_TEXT_H
#define CORE_BASE_TEXT_H

#include "core/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text that grows.  Start with { 0 }; text_free when done. */
typedef struct {
    char  *s; /* NUL-terminated once something was added; NULL before */
    size_t length, room;
} Text;

void        text_add(Text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void        text_add_bytes(Text *t, const char *s, size_t n);
const char *text_get(const Text *t); /* "" if nothing was added */
void        text_clear(Text *t);     /* keeps the memory */
void        text_free(Text *t);

/* Columns of a terminal that UTF-8 text takes. */
int text_width(const char *s);

/* Add s with its lines broken at blanks so that none is wider than `columns`,
 * unless it is one long word; each ends with a newline. */
void text_wrap(Text *t, const char *s, int columns);

/* The whole of s as a number: no blanks, no rest, no nan or inf, no overflow. */
bool text_to_double(const char *s, double *x);
bool text_to_int64(const char *s, int64_t *x); /* decimal digits with a sign */
bool text_to_bool(const char *s, bool *x);     /* true false yes no on off 1 0 */

/* Shortest decimal that reads back as x: 0.75, 100, 0.00015, 1e-08. */
void text_from_double(char out[32], double x);

/* The candidate nearest to word (at most a third of it wrong), or NULL: for
 * "did you mean".  Candidates end with NULL. */
const char *text_nearest(const char *word, const char *const *candidates);

/* What makes the plural of a word: "" of one, else "s". */
static inline const char *text_s(size_t n) { return n == 1 ? "" : "s"; }

bool text_starts(const char *s, const char *head);

/* Fit for a terminal: of what a stranger wrote, control characters (they could move the
 * cursor, or hide what follows) and bytes that are no UTF-8 become '?'.  With `lines`
 * newlines and tabs stay. */
void text_tame(char *s, bool lines);
void text_add_tame(Text *t, const char *s);

/* One word for a shell, whatever is in it: quoted if it must be. */
void text_add_word(Text *t, const char *word);

#endif
