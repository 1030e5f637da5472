#define _POSIX_C_SOURCE 200809L /* posix_spawnp */
#include "experiments/record/gnuplot.h"

#include "core/base/file.h"
#include "experiments/recipe/find.h"

#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

extern char **environ;

/* Beside the tree the program was built in, or installed with it. */
static Status find_script(char path[PATH_ROOM], const char *name, Err *err)
{
    static const char *const places[] = { "../../scripts/gnuplot", "../share/maskgrid/gnuplot" };
    char                     program[PATH_ROOM / 2];
    program_path(program, sizeof program);
    char *slash = strrchr(program, '/');
    if (slash) *slash = '\0';
    for (int i = 0; i < 2; i++) {
        snprintf(path, PATH_ROOM, "%s/%s/%s.gp", program, places[i], name);
        if (file_exists(path)) return STATUS_OK;
    }
    return err_set(err, STATUS_MISSING, "no script %s.gp in %s nor in %s of %s", name, places[0],
                   places[1], program);
}

static Status run(const char *script, const char *format, const char *out,
                  const char *const *arguments, Err *err)
{
    char        aside[PATH_ROOM];
    const char *argv[GNUPLOT_ARGUMENTS + 6] = { "gnuplot", "-c", script, format, aside };
    int         n = 5, status = 0;
    pid_t       pid;
    for (; *arguments; arguments++) {
        CHECK(n < GNUPLOT_ARGUMENTS + 5, "too many arguments for %s", script);
        argv[n++] = *arguments;
    }
    file_aside(out, aside, sizeof aside);
    int bad = posix_spawnp(&pid, "gnuplot", NULL, NULL, (char *const *)argv, environ);
    if (bad)
        return err_set(err, STATUS_MISSING, "gnuplot: %s; install gnuplot-nox", strerror(bad));
    if (waitpid(pid, &status, 0) != pid || status || !file_exists(aside)) {
        unlink(aside);
        return err_set(err, STATUS_FORMAT, "gnuplot could not draw %s with %s", out, script);
    }
    return file_commit(aside, out, err);
}

Status gnuplot_run(const char *name, const char *out, const char *const *arguments, Text *made,
                   Err *err)
{
    static const char *const formats[] = { "png", "svg" };
    char                     script[PATH_ROOM], path[PATH_ROOM];
    if (find_script(script, name, err)) return err->code;
    for (int i = 0; i < 2; i++) {
        int n = snprintf(path, sizeof path, "%s.%s", out, formats[i]);
        CHECK(n > 0 && n < (int)sizeof path, "path too long: %s", out);
        if (run(script, formats[i], path, arguments, err)) return err->code;
        text_add(made, "%s\n", path);
    }
    return STATUS_OK;
}
