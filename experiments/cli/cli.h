/* One file per subcommand, one option table each.
 *
 * The table makes the parser, its error messages and `--help`, so the three
 * cannot disagree.  A command is registered by its file being in this folder:
 *
 *     typedef struct { bool all; long jobs; const char *out; } Options;
 *
 *     static const Option options[] = {
 *         OPTION_FLAG(Options, all, "list hidden ones too"),
 *         OPTION_INT(Options, jobs, "N", "0", 0, 1024, "processes; 0: one a core"),
 *         OPTION_TEXT(Options, out, "FILE", NULL, "write there instead of to the terminal"),
 *         { 0 }
 *     };
 *
 *     static int run(const void *opt, char *const *arguments, int n);
 *
 *     COMMAND(plan) = {
 *         .place = 40, .arguments = "RECIPE", .least = 1, .most = 1,
 *         .about = "check everything and list the cells; run nothing",
 *         .examples = "  maskgrid plan demo\n",
 *         .options = options, .size = sizeof(Options), .run = run,
 *     };
 *
 * `run` returns an exit code of core/base/status.h.  Data goes to stdout, all
 * else to stderr.  The option's name on the command line is the field's name
 * with dashes for underscores.
 */
#ifndef EXPERIMENTS_CLI_CLI_H
#define EXPERIMENTS_CLI_CLI_H

#include "core/base/status.h"
#include "core/base/text.h"
#include "experiments/record/results.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    OPTION_IS_FLAG, OPTION_IS_INT, OPTION_IS_NUMBER, OPTION_IS_TEXT, OPTION_IS_WORDS,
    OPTION_IS_LIST
} OptionKind;

#define OPTION_WORD_AUTO "auto"

/* No text of an option, and no argument, has more bytes: with all that is added to the path of
 * a folder it is still shorter than CELL_PATH and what the system takes. */
enum { CLI_TEXT = CELL_PATH - 512 };

/* An option that may be given several times. */
enum { LIST_MOST = 64 };
typedef struct { const char *item[LIST_MOST]; int n; } OptionList;

typedef struct {
    const char *name; /* as the field: "decoder_heads"                      */
    OptionKind  kind;
    size_t      offset;
    const char *value;   /* what `--help` calls the value: N, FILE, RATIO   */
    const char *initial; /* default as text; NULL: 0, false, NULL, empty    */
    double      lo, hi;  /* closed range of a number                        */
    const char *about;   /* one line                                        */
    const char *choices; /* "table|json|csv": the only texts, or words, allowed */
    char        letter;  /* a short name, or 0                              */
} Option;

#define OPTION_FLAG(type, field, about) \
    { #field, OPTION_IS_FLAG, offsetof(type, field), NULL, NULL, 0, 0, about, NULL, 0 }
#define OPTION_INT(type, field, value, initial, lo, hi, about) /* a long */ \
    { #field, OPTION_IS_INT, offsetof(type, field), value, initial, lo, hi, about, NULL, 0 }
#define OPTION_AUTO(type, field, hi, about) /* a long; 0 is the word auto, the default */ \
    { #field, OPTION_IS_INT, offsetof(type, field), "N|auto", OPTION_WORD_AUTO, 0, hi, about, \
      NULL, 0 }
#define OPTION_NUMBER(type, field, value, initial, lo, hi, about) /* a double */ \
    { #field, OPTION_IS_NUMBER, offsetof(type, field), value, initial, lo, hi, about, NULL, 0 }
#define OPTION_TEXT(type, field, value, initial, about) \
    { #field, OPTION_IS_TEXT, offsetof(type, field), value, initial, 0, 0, about, NULL, 0 }
#define OPTION_CHOICE(type, field, choices, initial, about) /* a text */ \
    { #field, OPTION_IS_TEXT, offsetof(type, field), NULL, initial, 0, 0, about, choices, 0 }
/* A text of some of them, with commas between; the command itself says which is none. */
#define OPTION_WORDS(type, field, choices, initial, about) \
    { #field, OPTION_IS_WORDS, offsetof(type, field), NULL, initial, 0, 0, about, choices, 0 }
#define OPTION_LIST(type, field, letter, value, about) /* an OptionList */ \
    { #field, OPTION_IS_LIST, offsetof(type, field), value, NULL, 0, 0, about, NULL, letter }

typedef struct {
    const char   *name;      /* filled in by the registry                   */
    int           place;     /* order in the list of `maskgrid --help`      */
    const char   *about;     /* one line                                    */
    const char   *arguments; /* "RECIPE [RECIPE ...]"; NULL if none         */
    int           least, most; /* how many arguments                        */
    const char   *details;   /* a paragraph for `--help`, or NULL           */
    const char   *examples;  /* lines for `--help`                          */
    bool          internal;  /* not listed: for the program's own processes */
    const Option *options;   /* ends with { 0 }; NULL if none               */
    size_t        size;      /* of the options' struct                      */
    int (*run)(const void *options, char *const *arguments, int n);
} Command;

#define COMMAND(name)                \
    extern const Command command_##name; \
    const Command command_##name

/* "decoder_heads" is --decoder-heads on the command line. */
enum { OPTION_NAME = 48 };
void cli_option_name(char out[OPTION_NAME], const Option *o);

/* What help says of it: what it does, its default, whether it may be repeated. */
void cli_option_about(Text *out, const Option *o);

/* The option that the first n bytes of a word name, "--jobs" or "-s"; NULL: none. */
const Option *cli_find_option(const Command *c, const char *word, size_t n);

/* The i-th command in the order of `maskgrid --help`, where those that are internal are not
 * listed; false behind the last. */
bool cli_command(Command *c, int i);

/* What an exit code means, in the order of the codes; the last row's `means` is NULL. */
typedef struct { int code; const char *means; } ExitMeaning;
extern const ExitMeaning cli_exits[];

/* The whole program: finds the command, parses, runs; returns the exit code. */
int cli_main(int argc, char **argv);

/* argv [argc], without the command's name, into its options (zero before) and arguments, with
 * room for argc.  STATUS_CONFIG says what cannot be accepted. */
MUST_USE Status cli_parse(const Command *c, void *options, char **arguments, int *n_arguments,
                          int argc, char **argv, Err *err);

/* What a command does with the recipe that it names: opens it, with the settings of -s,
 * acts, closes it; returns the exit code. */
typedef Status RecipeAct(const void *options, const Recipe *r, Err *err);
int cli_recipe(const char *word, const OptionList *set, RecipeAct *act, const void *options);

/* The records of a recipe in a folder; those that cannot be used are named on stderr.
 * STATUS_MISSING if nothing has been run, and then there is nothing to close. */
MUST_USE Status cli_results(Results *r, const Recipe *recipe, const char *folder, Err *err);

/* Behind a failure to use a record: results_doubt, and those that it has found are named on
 * stderr.  False if there is none: then it fails again. */
bool cli_doubt(Results *r);

/* Print "maskgrid: text" to stderr; returns the exit code that fits. */
int cli_fail(const Err *err);

/* May the stream be given colours?  Follows NO_COLOR, TERM=dumb and whether it
 * is a terminal. */
bool cli_colours(int fd);

/* Print a name and beside it, from column `left` on, a text in as many lines of at most 79
 * columns as it takes; below a name that is too long. */
void cli_beside(int left, const char *name, const char *text);

/* Columns of the terminal on fd, 80 if it is none or does not say. */
int cli_columns(int fd);

#endif
