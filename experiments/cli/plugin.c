/* maskgrid plugin: begin a strategy outside of the program. */
#define _XOPEN_SOURCE 700 /* realpath, mkdtemp */
#include "experiments/cli/cli.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "experiments/recipe/find.h"
#include "strategies/registry.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct { const char *out; bool python; } Options;

static const Option options[] = {
    OPTION_TEXT(Options, out, "DIR", NULL, "the folder to make; otherwise ./NAME"),
    OPTION_FLAG(Options, python, "a slow script, to try an idea; not C"),
    { 0 }
};

enum { PATH_ROOM = 4096, MOST_NAME = 40, MOST_BYTES = 1 << 16 };

/* The example that a plug-in begins as, and the word in it that becomes its name. */
static const char WORD[] = "edges", CALL[] = "MASKGRID ?= maskgrid\n";
static const char *const C_FILES[] = { "edges.c", "Makefile", "README.md", NULL };
static const char *const PYTHON_FILES[] = { "edges.py", NULL };

/* --- where the program has its files -------------------------------------- */

/* The folder of a file that comes with the program, see program_file. */
static Status find(char out[PATH_ROOM], const char *installed, const char *built,
                   const char *file, Err *err)
{
    char there[PATH_ROOM / 4], here[PATH_ROOM / 4], path[PATH_ROOM];
    snprintf(there, sizeof there, "%s/%s", installed, file);
    snprintf(here, sizeof here, "%s/%s", built, file);
    if (program_file(path, sizeof path, there, here, err)) return err->code;
    path[strlen(path) - strlen(file) - 1] = '\0';
    return realpath(path, out) ? STATUS_OK
                               : err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
}

static Status find_headers(char out[PATH_ROOM], Err *err)
{
    return find(out, "include/maskgrid", ".", "core/mask/mask.h", err);
}

static Status find_example(char out[PATH_ROOM], Err *err)
{
    return find(out, "share/maskgrid/plugin", "strategies/plugin", C_FILES[0], err);
}

/* How a shell calls this program: by its name if it finds it, else by its path. */
static void find_call(char out[PATH_ROOM])
{
    char        found[PATH_ROOM], program[PATH_ROOM];
    const char *path = getenv("PATH");
    program_path(program, sizeof program);
    snprintf(out, PATH_ROOM, "%s", program);
    while (path && *path) {
        size_t n = strcspn(path, ":");
        Text   one = { 0 };
        text_add(&one, "%.*s/maskgrid", (int)n, path);
        if (realpath(text_get(&one), found) && !strcmp(found, program))
            snprintf(out, PATH_ROOM, "maskgrid");
        text_free(&one);
        path += n + (path[n] == ':');
    }
    if (strpbrk(out, " \t#$%")) snprintf(out, PATH_ROOM, "maskgrid"); /* make cannot quote */
}

/* --- a new plug-in ------------------------------------------------------- */

static Status check_name(const char *name, Err *err)
{
    size_t                n = strlen(name);
    const StrategyEntry  *e = strategies;
    char                  spelled[MOST_NAME + 1];
    bool good = n >= 1 && n <= MOST_NAME && !isdigit((unsigned char)*name);
    for (size_t i = 0; good && i < n; i++)
        good = isalnum((unsigned char)name[i]) || name[i] == '_';
    if (!good)
        return err_set(err, STATUS_CONFIG, "\"%s\" cannot be the name of a strategy: expected "
                       "1 to %d letters, digits and underscores, no digit first", name,
                       MOST_NAME);
    for (size_t i = 0; i <= n; i++) spelled[i] = name[i] == '_' ? '-' : name[i];
    while (e->name && strcmp(e->name, spelled)) e++;
    return e->name ? err_set(err, STATUS_CONFIG, "the program has a strategy %s of its own",
                             spelled) : STATUS_OK;
}

/* Add the text with the plug-in's name, as it is written in C, for the example's; in
 * front of an @ it is as it is written in a recipe. */
static void rename_in(Text *out, const char *text, const char *name)
{
    char call[PATH_ROOM];
    find_call(call);
    while (*text) {
        if (text_starts(text, CALL)) {
            text_add(out, "%.*s%s\n", (int)(strrchr(CALL, ' ') + 1 - CALL), CALL, call);
            text += strlen(CALL);
        } else if (text_starts(text, WORD)) {
            text += strlen(WORD);
            for (const char *c = name; *c; c++)
                text_add(out, "%c", *c == '_' && *text == '@' ? '-' : *c);
        } else {
            text_add_bytes(out, text++, 1);
        }
    }
}

static Status copy(const char *from, const char *to, const char *file, const char *name,
                   Err *err)
{
    char   path[2 * PATH_ROOM], *bytes;
    size_t n;
    Text   text = { 0 }, called = { 0 };
    snprintf(path, sizeof path, "%s/%s", from, file);
    if (file_read(path, MOST_BYTES, &bytes, &n, err)) return err->code;
    rename_in(&text, bytes, name);
    rename_in(&called, file, name);
    snprintf(path, sizeof path, "%s/%s", to, text_get(&called));
    Status bad = file_write(path, text.s, text.length, err);
    bool   runs = text_starts(text.s, "#!");
    if (!bad && runs && chmod(path, 0755))
        bad = err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
    text_free(&text);
    text_free(&called);
    free(bytes);
    return bad;
}

/* All files into a folder aside, which then gets its name: there is the whole of it
 * or nothing. */
static Status make(const char *folder, const char *name, const char *const *files, Err *err)
{
    char example[PATH_ROOM], aside[PATH_ROOM + 8];
    if (find_example(example, err)) return err->code;
    if (file_exists(folder))
        return err_set(err, STATUS_CONFIG, "%s is there already", folder);
    snprintf(aside, sizeof aside, "%s.XXXXXX", folder);
    if (!mkdtemp(aside))
        return err_set(err, STATUS_IO, "%s: %s", folder, strerror(errno));
    Status bad = STATUS_OK;
    for (int i = 0; files[i] && !bad; i++) bad = copy(example, aside, files[i], name, err);
    if (!bad && (chmod(aside, 0755) || rename(aside, folder)))
        bad = err_set(err, STATUS_IO, "%s: %s", folder, strerror(errno));
    if (!bad) return STATUS_OK;
    for (int i = 0; files[i]; i++) {
        Text path = { 0 };
        text_add(&path, "%s/", aside);
        rename_in(&path, files[i], name);
        unlink(text_get(&path));
        text_free(&path);
    }
    rmdir(aside);
    return bad;
}

/* --- the command --------------------------------------------------------- */

static int begin(const Options *o, const char *name)
{
    char   folder[PATH_ROOM];
    size_t n = (size_t)snprintf(folder, sizeof folder, "%s", o->out ? o->out : name);
    Err    err;
    if (n >= sizeof folder || !n) {
        err_set(&err, STATUS_CONFIG, "--out: not the name of a folder");
        return cli_fail(&err);
    }
    while (n > 1 && folder[n - 1] == '/') folder[--n] = '\0';
    if (check_name(name, &err) ||
        make(folder, name, o->python ? PYTHON_FILES : C_FILES, &err))
        return cli_fail(&err);
    printf("%s/%s.%s: rank the patches there; the highest scores are hidden\n", folder, name,
           o->python ? "py" : "c");
    if (o->python) printf("maskgrid masks %s/%s.py draws it\n", folder, name);
    else printf("make -C %s draw builds %s.so and draws it; test lints it\n", folder, name);
    return EXIT_DONE;
}

static int headers(void)
{
    char path[PATH_ROOM];
    Err  err;
    if (find_headers(path, &err)) return cli_fail(&err);
    puts(path);
    return EXIT_DONE;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Err            err;
    if (n == 2 && !strcmp(arguments[0], "new")) return begin(o, arguments[1]);
    if (n == 1 && !strcmp(arguments[0], "headers") && !o->out && !o->python)
        return headers();
    err_set(&err, STATUS_CONFIG, "plugin: expected `new NAME` or `headers`, not `%s%s%s`",
            arguments[0], n > 1 ? " " : "", n > 1 ? arguments[1] : "");
    return cli_fail(&err);
}

COMMAND(plugin) = {
    .place = 35,
    .arguments = "new NAME | headers",
    .least = 1, .most = 2,
    .about = "begin a strategy of your own, outside of the program",
    .details = "`new` writes a folder with a strategy that works, its Makefile and what to do "
               "next; `headers` prints the folder to compile with. A plug-in is used by its "
               "path, ./NAME.so, or by its name from the folders of MASKGRID_PLUGIN_PATH, "
               "~/.local/share/maskgrid/plugins or PREFIX/lib/maskgrid/plugins.",
    .examples = "  maskgrid plugin new mine && make -C mine test\n"
                "  maskgrid masks mine/mine.so:noise=3\n"
                "  maskgrid plugin new idea --python && maskgrid masks idea/idea.py\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
