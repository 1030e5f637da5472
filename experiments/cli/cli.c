#define _POSIX_C_SOURCE 200809L /* isatty */
#include "experiments/cli/cli.h"

#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* gen/commands.def holds one line, COMMAND_FILE(name), for each name.c here. */
#define COMMAND_FILE(name) extern const Command command_##name;
#include "gen/commands.def"
#undef COMMAND_FILE

static const struct { const char *name; const Command *command; } all[] = {
#define COMMAND_FILE(name) { #name, &command_##name },
#include "gen/commands.def"
#undef COMMAND_FILE
};
enum { N_COMMANDS = sizeof all / sizeof *all };

int cli_recipe(const char *word, const OptionList *set, RecipeAct *act, const void *options)
{
    Recipe *r;
    Err     err;
    if (recipe_open(&r, word, set->item, set->n, &err)) return cli_fail(&err);
    Status bad = act(options, r, &err);
    recipe_close(r);
    return bad ? cli_fail(&err) : EXIT_DONE;
}

Status cli_results(Results *r, const Recipe *recipe, const char *folder, Err *err)
{
    results_open(r, recipe, folder);
    fputs(text_get(&r->notes), stderr);
    const Status bad = results_there(r, err);
    if (bad) results_close(r);
    return bad;
}

bool cli_doubt(Results *r)
{
    const size_t said = r->notes.length;
    const int    found = results_doubt(r);
    fputs(text_get(&r->notes) + said, stderr);
    return found;
}

int cli_fail(const Err *err)
{
    fprintf(stderr, "maskgrid: %s\n", err->text);
    return status_exit(err->code);
}

bool cli_colours(int fd)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fd) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}

int cli_columns(int fd)
{
    struct winsize w;
    if (!ioctl(fd, TIOCGWINSZ, &w) && w.ws_col >= 20) return w.ws_col;
    return 80;
}

/* --- options ----------------------------------------------------------- */

void cli_option_name(char out[OPTION_NAME], const Option *o)
{
    snprintf(out, OPTION_NAME, "--%s", o->name);
    for (char *c = out + 2; *c; c++)
        if (*c == '_') *c = '-';
}

void cli_option_about(Text *out, const Option *o)
{
    text_add(out, "%s", o->about);
    if (o->initial) text_add(out, " (default %s)", o->initial);
    if (o->kind == OPTION_IS_LIST) text_add(out, "; may be given several times");
}

static bool among(const char *text, const char *choices)
{
    size_t n = strlen(text);
    for (const char *at = choices; n; at++) {
        size_t len = strcspn(at, "|");
        if (len == n && !memcmp(at, text, n)) return true;
        at += len;
        if (!*at) break;
    }
    return false;
}

/* Texts become parts of paths, and the paths within a folder are longer than its own. */
static Status check_length(const char *what, const char *text, Err *err)
{
    size_t n = strlen(text);
    if (n <= CLI_TEXT) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "%s: %.40s... has %zu bytes, more than %d", what, text, n,
                   CLI_TEXT);
}

static Status set(void *options, const Option *o, const char *text, Err *err)
{
    char    name[OPTION_NAME];
    char   *field = (char *)options + o->offset;
    int64_t whole = 0;
    double  number = 0;
    cli_option_name(name, o);
    switch (o->kind) {
    case OPTION_IS_FLAG: *(bool *)field = true; return STATUS_OK;
    case OPTION_IS_TEXT:
    case OPTION_IS_WORDS:
        if (!*text) return err_set(err, STATUS_CONFIG, "%s: empty", name);
        if (check_length(name, text, err)) return err->code;
        if (o->choices && o->kind == OPTION_IS_TEXT && !among(text, o->choices))
            return err_set(err, STATUS_CONFIG, "%s: \"%s\" is not one of %s", name, text,
                           o->choices);
        *(const char **)field = text;
        return STATUS_OK;
    case OPTION_IS_LIST: {
        OptionList *list = (OptionList *)field;
        if (list->n == LIST_MOST)
            return err_set(err, STATUS_CONFIG, "%s: given more than %d times", name, LIST_MOST);
        list->item[list->n++] = text;
        return STATUS_OK;
    }
    case OPTION_IS_INT:
        if (o->initial && !strcmp(o->initial, OPTION_WORD_AUTO) && !strcmp(text, o->initial))
            text = "0";
        if (!text_to_int64(text, &whole))
            return err_set(err, STATUS_CONFIG, "%s: \"%s\" is not a whole number", name, text);
        number = (double)whole;
        break;
    case OPTION_IS_NUMBER:
        if (!text_to_double(text, &number))
            return err_set(err, STATUS_CONFIG, "%s: \"%s\" is not a number", name, text);
        break;
    }
    if (!(number >= o->lo && number <= o->hi))
        return err_set(err, STATUS_CONFIG, "%s: %s is not between %g and %g", name, text, o->lo,
                       o->hi);
    if (o->kind == OPTION_IS_INT) *(long *)field = (long)whole;
    else *(double *)field = number;
    return STATUS_OK;
}

const Option *cli_find_option(const Command *c, const char *arg, size_t n)
{
    for (const Option *o = c->options; o && o->name; o++) {
        char name[OPTION_NAME];
        cli_option_name(name, o);
        if (strlen(name) == n && !memcmp(name, arg, n)) return o;
        if (o->letter && n == 2 && arg[1] == o->letter) return o;
    }
    return NULL;
}

static Status no_option(const Command *c, const char *arg, size_t n, Err *err)
{
    char        word[OPTION_NAME], names[64][OPTION_NAME];
    const char *candidates[65];
    int         k = 0;
    for (const Option *o = c->options; o && o->name && k < 64; o++, k++) {
        cli_option_name(names[k], o);
        candidates[k] = names[k];
    }
    candidates[k] = NULL;
    snprintf(word, sizeof word, "%.*s", (int)n, arg);
    const char *near = text_nearest(word, candidates);
    return near ? err_set(err, STATUS_CONFIG, "%s has no option %s; did you mean %s?", c->name,
                          word, near)
                : err_set(err, STATUS_CONFIG, "%s has no option %s; see maskgrid %s --help",
                          c->name, word, c->name);
}

Status cli_parse(const Command *c, void *options, char **arguments, int *n_arguments, int argc,
                 char **argv, Err *err)
{
    bool only_arguments = false;
    int  n = 0;
    for (const Option *o = c->options; o && o->name; o++)
        if (o->initial && set(options, o, o->initial, err)) return err->code;

    for (int i = 0; i < argc; i++) {
        const char *arg = argv[i];
        if (!only_arguments && !strcmp(arg, "--")) {
            only_arguments = true;
            continue;
        }
        if (only_arguments || arg[0] != '-' || !arg[1]) {
            if (!c->internal && check_length(c->name, arg, err)) return err->code;
            arguments[n++] = argv[i];
            continue;
        }
        size_t        len = strcspn(arg, "=");
        const Option *o = cli_find_option(c, arg, len);
        if (!o) return no_option(c, arg, len, err);
        const char *value = arg[len] ? arg + len + 1 : NULL;
        if (o->kind == OPTION_IS_FLAG && value)
            return err_set(err, STATUS_CONFIG, "%.*s takes no value", (int)len, arg);
        if (o->kind != OPTION_IS_FLAG && !value) {
            if (i + 1 == argc)
                return err_set(err, STATUS_CONFIG, "%s needs a value", arg);
            value = argv[++i];
        }
        if (set(options, o, value, err)) return err->code;
    }
    *n_arguments = n;
    if (n < c->least || n > c->most)
        return err_set(err, STATUS_CONFIG, "%s takes %s, not %d argument%s; see maskgrid %s --help",
                       c->name, c->arguments ? c->arguments : "no arguments", n,
                       text_s(n), c->name);
    return STATUS_OK;
}

/* --- help -------------------------------------------------------------- */

/* Words of text from column `left` on, wrapped before column 80; the cursor
 * stands at `at`. */
static void wrap(const char *text, int at, int left)
{
    while (*text) {
        int n = (int)strcspn(text, " \n");
        if (at > left && at + 1 + n > 79) printf("\n%*s", at = left, "");
        else if (at > left) putchar(' '), at++;
        printf("%.*s", n, text);
        at += n, text += n;
        if (!strncmp(text, "\n\n", 2)) printf("\n\n%*s", at = left, ""); /* a paragraph */
        text += strspn(text, " \n");
    }
    putchar('\n');
}

void cli_beside(int left, const char *name, const char *text)
{
    int at = printf("%s", name);
    if (at >= left) putchar('\n'), at = 0;
    printf("%*s", left - at, "");
    wrap(text, left, left);
}

static void help_option(const Option *o)
{
    char head[2 * OPTION_NAME], name[OPTION_NAME];
    Text about = { 0 };
    cli_option_name(name, o);
    const char *value = o->choices ? o->choices : o->value;
    snprintf(head, sizeof head, "  %s%c%s%s%s%s", o->letter ? "-" : "",
             o->letter ? o->letter : ' ', o->letter ? ", " : "", name, value ? " " : "",
             value ? value : "");
    if (!o->letter) memmove(head + 2, head + 3, strlen(head + 2));
    cli_option_about(&about, o);
    cli_beside(28, head, text_get(&about));
    text_free(&about);
}

static int help(const Command *c)
{
    printf("Usage: maskgrid %s%s%s%s\n\n", c->name, c->arguments ? " " : "",
           c->arguments ? c->arguments : "", c->options ? " [options]" : "");
    wrap(c->about, 0, 0);
    if (c->examples) printf("\nExamples:\n%s", c->examples);
    if (c->details) putchar('\n'), wrap(c->details, 0, 0);
    if (c->options) printf("\nOptions:\n");
    for (const Option *o = c->options; o && o->name; o++) help_option(o);
    return EXIT_DONE;
}

/* --- the list of commands ------------------------------------------------ */

const ExitMeaning cli_exits[] = {
    { EXIT_DONE, "done" },
    { EXIT_FAILED, "failed" },
    { EXIT_USAGE, "usage or recipe error" },
    { EXIT_CELLS_FAILED, "some cells failed" },
    { EXIT_CHECK_FAILED, "a check failed" },
    { EXIT_DATA, "data or plug-in missing" },
    { EXIT_STOPPED, "stopped cleanly, resumable" },
    { 0, NULL }
};

static int by_place(const void *a, const void *b)
{
    return ((const Command *)a)->place - ((const Command *)b)->place;
}

bool cli_command(Command *c, int i)
{
    Command sorted[N_COMMANDS];
    if (i >= N_COMMANDS) return false;
    for (int k = 0; k < N_COMMANDS; k++) {
        sorted[k] = *all[k].command;
        sorted[k].name = all[k].name;
    }
    qsort(sorted, N_COMMANDS, sizeof *sorted, by_place);
    *c = sorted[i];
    return true;
}

static void list_commands(void)
{
    Command c;
    Text    exits = { 0 };
    printf("Usage: maskgrid COMMAND [options]\n\n"
           "Does it matter which patches a masked autoencoder hides?  Draws masks with\n"
           "many strategies, trains the same autoencoder under each, measures what it\n"
           "learned, and says how sure that is.\n\nCommands:\n");
    for (int i = 0; cli_command(&c, i); i++) {
        if (c.internal) continue;
        char name[64];
        snprintf(name, sizeof name, "  %s", c.name);
        cli_beside(16, name, c.about);
    }
    for (const ExitMeaning *e = cli_exits; e->means; e++)
        text_add(&exits, "%s%d %s", e == cli_exits ? "Exit codes: " : "; ", e->code, e->means);
    text_add(&exits, ".");
    printf("\n`maskgrid COMMAND --help` says more.  `maskgrid --version` names the version.\n\n");
    wrap(text_get(&exits), 0, 0);
    text_free(&exits);
}

/* --- the program ------------------------------------------------------- */

static bool wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--"); i++)
        if (!strcmp(argv[i], "--help")) return true;
    return false;
}

static int run_command(const Command *c, int argc, char **argv)
{
    Err    err;
    int    n = 0;
    void  *options = calloc(1, c->size + 1);
    char **arguments = calloc((size_t)argc + 1, sizeof *arguments);
    CHECK(options && arguments, "no memory for the options of %s", c->name);
    int code = cli_parse(c, options, arguments, &n, argc, argv, &err)
                   ? cli_fail(&err)
                   : c->run(options, arguments, n);
    free(arguments);
    free(options);
    return code;
}

static int obey(int argc, char **argv)
{
    /* An arena's block goes back to the system when it is freed; by itself malloc
     * would come to keep blocks of up to 32 MB. */
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    if (argc >= 2 && !strcmp(argv[1], "--version")) {
        printf("maskgrid %s\n", MASKGRID_VERSION);
        return EXIT_DONE;
    }
    bool asked = argc >= 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"));
    if (asked && argc == 2) {
        list_commands();
        return EXIT_DONE;
    }
    if (argc < 2) {
        fprintf(stderr, "maskgrid: which command?  See maskgrid --help\n");
        return EXIT_USAGE;
    }

    const char *word = argv[asked ? 2 : 1], *names[N_COMMANDS + 1] = { NULL };
    for (int i = 0; i < N_COMMANDS; i++) {
        if (!strcmp(all[i].name, word)) {
            Command c = *all[i].command;
            c.name = all[i].name;
            if (asked || wants_help(argc - 2, argv + 2)) return help(&c);
            return run_command(&c, argc - 2, argv + 2);
        }
        names[i] = all[i].name;
    }
    const char *near = text_nearest(word, names);
    fprintf(stderr, "maskgrid: no command \"%s\"%s%s%s; see maskgrid --help\n", word,
            near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return EXIT_USAGE;
}

int cli_main(int argc, char **argv)
{
    const int code = obey(argc, argv);
    if ((!fflush(stdout) && !ferror(stdout)) || code != EXIT_DONE) return code;
    perror("maskgrid: standard output");
    return EXIT_FAILED;
}
