#include "experiments/manual/complete.h"

#include "experiments/cli/cli.h"
#include "experiments/manual/values.h"

#include <ctype.h>
#include <string.h>

static bool find_command(Command *c, const char *name)
{
    for (int i = 0; cli_command(c, i); i++)
        if (!c->internal && !strcmp(c->name, name)) return true;
    return false;
}

static void offer_commands(Typed *t)
{
    Command c;
    for (int i = 0; cli_command(&c, i); i++)
        if (!c.internal) values_add(t, c.name, "", c.about);
}

/* --- options ------------------------------------------------------------- */

static void offer_value(Typed *t, const Option *o)
{
    if (o->kind == OPTION_IS_WORDS) values_last(t);
    if (o->choices) values_choice(t, o->choices);
    else if (o->value) values_offer(t, o->value);
}

/* Those that are given already are not offered again. */
static void offer_options(Typed *t, const Command *c, char *const *words, int n)
{
    for (const Option *o = c->options; o && o->name; o++) {
        char name[OPTION_NAME];
        bool given = false;
        cli_option_name(name, o);
        for (int i = 0; i < n && o->kind != OPTION_IS_LIST; i++)
            given = given || cli_find_option(c, words[i], strcspn(words[i], "=")) == o;
        if (!given) values_add(t, name, "", o->about);
    }
    values_add(t, "--help", "", "what the command does, and its options");
}

/* --- arguments ----------------------------------------------------------- */

/* The k-th word of a usage, "RECIPE [FILE]" or "[DATA ...]", of which dots repeat the last. */
static bool nth(Text *word, const char *usage, const char *end, int k)
{
    while (usage < end) {
        size_t n = strcspn(usage, " []");
        if (n > (size_t)(end - usage)) n = (size_t)(end - usage);
        if (n && text_starts(usage, "...")) return true;
        if (n) {
            text_clear(word);
            text_add(word, "%.*s", (int)n, usage);
            if (!k--) return true;
        }
        usage += n + !n;
    }
    return false;
}

/* "new NAME | headers" are two usages; in one, words in small letters stand as they are. */
static void offer_argument(Typed *t, const Command *c, char *const *arguments, int n)
{
    Text word = { 0 };
    for (const char *usage = c->arguments; usage;) {
        const char *bar = strstr(usage, " | ");
        const char *end = bar ? bar : usage + strlen(usage);
        bool        fits = true;
        for (int i = 0; i < n && fits; i++)
            fits = nth(&word, usage, end, i) && (!islower((unsigned char)*text_get(&word)) ||
                                                 !strcmp(text_get(&word), arguments[i]));
        if (fits && nth(&word, usage, end, n)) {
            if (islower((unsigned char)*text_get(&word))) values_choice(t, text_get(&word));
            else values_offer(t, text_get(&word));
        }
        usage = bar ? bar + 3 : NULL;
    }
    text_free(&word);
}

/* --- where the results are ------------------------------------------------ */

static const char *results_of(const Command *c, char *const *words, int n)
{
    const Option *results = cli_find_option(c, "--results", strlen("--results"));
    if (!results) return NULL;
    for (int i = 0; i < n; i++) {
        size_t length = strcspn(words[i], "=");
        if (cli_find_option(c, words[i], length) != results) continue;
        if (words[i][length]) return words[i] + length + 1;
        if (i + 1 < n) return words[i + 1];
    }
    return results->initial;
}

/* --- a command line ------------------------------------------------------ */

/* Words of a command; the last is typed. */
static void complete_command(Typed *t, const Command *c, char *const *words, int n)
{
    enum { MOST = 64 };
    char *arguments[MOST];
    int   given = 0;
    bool  only_arguments = false;
    t->results = results_of(c, words, n - 1);
    for (int i = 0; i + 1 < n; i++) {
        const char *word = words[i];
        size_t      length = strcspn(word, "=");
        if (only_arguments || *word != '-' || !word[1]) {
            if (given < MOST) arguments[given++] = words[i];
        } else if (!strcmp(word, "--")) {
            only_arguments = true;
        } else {
            const Option *o = cli_find_option(c, word, length);
            if (!o || o->kind == OPTION_IS_FLAG || word[length]) continue;
            if (++i + 1 < n) continue; /* its value */
            offer_value(t, o);
            return;
        }
    }
    size_t length = strcspn(t->word, "=");
    if (only_arguments || *t->word != '-') {
        size_t before = t->out->length;
        offer_argument(t, c, arguments, given);
        if (t->out->length == before && !*t->word && !only_arguments)
            offer_options(t, c, words, n - 1);
    } else if (t->word[length]) {
        const Option *o = cli_find_option(c, t->word, length);
        t->head = length + 1;
        if (o) offer_value(t, o);
    } else {
        offer_options(t, c, words, n - 1);
    }
}

void complete_words(Text *out, char *const *words, int n)
{
    Command c;
    Typed   t = { .out = out, .word = n ? words[n - 1] : "" };
    if (n > 1 && find_command(&c, words[0])) {
        complete_command(&t, &c, words + 1, n - 1);
    } else if (n == 2 && !strcmp(words[0], "help")) {
        offer_commands(&t);
    } else if (n <= 1) {
        offer_commands(&t);
        values_add(&t, "help", "", "what a command does");
        if (*t.word != '-') return;
        values_add(&t, "--help", "", "the list of commands");
        values_add(&t, "--version", "", "the version");
    }
}
