/* What the value of an option, an argument or a key may be, for a shell that completes it.
 *
 *     Typed t = { .out = &out, .word = "--set=fash", .head = 6 };
 *     values_offer(&t, "SET");             adds "--set=fashion-mnist\tFashion-MNIST ...\n"
 */
#ifndef EXPERIMENTS_MANUAL_VALUES_H
#define EXPERIMENTS_MANUAL_VALUES_H

#include "core/base/text.h"

/* A word that is being typed: its first `head` bytes stay, the rest is looked for. */
typedef struct {
    Text       *out;
    const char *word;
    size_t      head;
    const char *results; /* where cells are looked for; NULL: nowhere */
} Typed;

/* Adds a line if `name` begins as what is typed: the whole word with `name` and `end` in the
 * place of the rest, a tab, what it is. */
void values_add(Typed *t, const char *name, const char *end, const char *about);

/* The words of a choice, "table|json". */
void values_choice(Typed *t, const char *choices);

/* Of several with commas between, only the last is typed. */
void values_last(Typed *t);

/* What help calls a value or an argument: RECIPE, STRATEGY, KEY=VALUE, FILE.png, ...; those
 * of which nothing is known, N, have no candidates. */
void values_offer(Typed *t, const char *what);

#endif
