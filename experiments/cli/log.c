/* maskgrid log: what a cell has said. */
#define _POSIX_C_SOURCE 200809L /* getline, nanosleep */
#include "core/base/text.h"
#include "experiments/cli/cli.h"
#include "experiments/run/claim.h"
#include "experiments/run/named.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    bool        follow;
    const char *results;
} Options;

static const Option options[] = {
    OPTION_FLAG(Options, follow, "go on while a process works on it"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

/* Names of files may stand there that a stranger has chosen. */
static void print_lines(FILE *f)
{
    char  *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, f) > 0) {
        text_tame(line, true);
        fputs(line, stdout);
    }
    free(line);
    fflush(stdout);
    clearerr(f); /* there may be more behind the end, later */
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    char           folder[CELL_PATH], path[CELL_PATH + 16];
    Err            err;
    (void)n;
    if (named_cell(folder, o->results, arguments[0], &err)) return cli_fail(&err);
    snprintf(path, sizeof path, "%s/log.txt", folder);
    FILE *f = fopen(path, "r");
    if (!f) {
        err_set(&err, STATUS_MISSING, "%s: %s; `maskgrid run` writes it, and `merge` brings it "
                "where there is one", path, strerror(errno));
        return cli_fail(&err);
    }
    for (bool more = true; more;) {
        more = o->follow && claim_held(folder); /* asked first: what it said last is printed */
        print_lines(f);
        if (more) nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
    }
    fclose(f);
    return EXIT_DONE;
}

COMMAND(log) = {
    .place = 64, .arguments = "CELL", .least = 1, .most = 1,
    .about = "what a cell has said",
    .details = "CELL is the first digits of its name, at least four, as status lists it, or "
               "what tells it from the other cells in the folder of results: KEY=VALUE, with "
               "commas between several; the last word of a key is enough.",
    .examples = "  maskgrid log 3f2a\n"
                "  maskgrid log strategy=spiral,seed=0 --follow\n",
    .options = options, .size = sizeof(Options), .run = run,
};
