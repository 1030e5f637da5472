#define _POSIX_C_SOURCE 200809L /* posix_spawnp */
#include "experiments/figures/gnuplot.h"

#include "core/base/file.h"
#include "experiments/recipe/find.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

extern char **environ;

static Status find_script(char path[PATH_ROOM], const char *name, Err *err)
{
    char installed[80], built[80];
    snprintf(installed, sizeof installed, "share/maskgrid/gnuplot/%s.gp", name);
    snprintf(built, sizeof built, "scripts/gnuplot/%s.gp", name);
    return program_file(path, PATH_ROOM, installed, built, err);
}

/* gnuplot warns of much that is as it should be; only its last words before a
 * failure count. */
static Status complain(const char *log, const char *out, const char *script, Err *err)
{
    char  *said = NULL;
    size_t n = 0;
    Err    none;
    if (file_read(log, 1 << 20, &said, &n, &none)) n = 0;
    while (n && said[n - 1] == '\n') said[--n] = '\0';
    char *last = n ? strrchr(said, '\n') : NULL;
    err_set(err, STATUS_FORMAT, "%s: gnuplot failed on %s: %.300s", out, script,
            last ? last + 1 : n ? said : "no word why");
    free(said);
    return err->code;
}

static Status missing(int why, Err *err)
{
    return err_set(err, STATUS_MISSING, "gnuplot: %s; install gnuplot-nox", strerror(why));
}

static Status run(const char *script, const char *format, const char *out,
                  const char *const *arguments, Err *err)
{
    char        aside[PATH_ROOM], log[PATH_ROOM + 8];
    const char *argv[GNUPLOT_ARGUMENTS + 6] = { "gnuplot", "-c", script, format, aside };
    int         n = 5, status = 0;
    pid_t       pid;
    for (; *arguments; arguments++) {
        CHECK(n < GNUPLOT_ARGUMENTS + 5, "too many arguments for %s", script);
        argv[n++] = *arguments;
    }
    file_aside(out, aside, sizeof aside);
    snprintf(log, sizeof log, "%s.log", aside);

    posix_spawn_file_actions_t to_log;
    posix_spawn_file_actions_init(&to_log);
    posix_spawn_file_actions_addopen(&to_log, 2, log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int bad = posix_spawnp(&pid, "gnuplot", &to_log, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&to_log);
    if (bad)
        missing(bad, err);
    else if (waitpid(pid, &status, 0) != pid || status || !file_exists(aside))
        bad = complain(log, out, script, err);
    unlink(log);
    if (!bad) return file_commit(aside, out, err);
    unlink(aside);
    return err->code;
}

Status gnuplot_check(const char *name, Err *err)
{
    char        script[PATH_ROOM];
    char *const argv[] = { "gnuplot", "--version", NULL };
    int         status = 0;
    pid_t       pid;
    if (find_script(script, name, err)) return err->code;
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    int bad = posix_spawnp(&pid, "gnuplot", &quiet, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (bad) return missing(bad, err);
    waitpid(pid, &status, 0);
    return status ? err_set(err, STATUS_MISSING, "gnuplot does not run") : STATUS_OK;
}

Status gnuplot_run(const char *name, const char *only, const char *out,
                   const char *const *arguments, Text *made, Err *err)
{
    static const char *const formats[] = { "png", "svg", "pdf" };
    enum { FORMATS = sizeof formats / sizeof *formats };
    char                     script[PATH_ROOM], path[PATH_ROOM];
    if (find_script(script, name, err)) return err->code;
    for (int i = 0; i < FORMATS; i++) {
        if (only && strcmp(only, formats[i])) continue;
        int n = snprintf(path, sizeof path, "%s.%s", out, formats[i]);
        CHECK(n > 0 && n < (int)sizeof path, "path too long: %s", out);
        if (run(script, formats[i], path, arguments, err)) return err->code;
        text_add(made, "%s\n", path);
    }
    return STATUS_OK;
}

/* Nothing is to be seen in it: blanks, and how they are coloured. */
static bool is_blank(const char *line, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (line[i] == '\033') i += strcspn(line + i, "m");
        else if (line[i] != ' ') return false;
    return true;
}

/* Without blanks at the ends of lines, blank lines around them, and form feeds. */
static void add_lines(Text *show, const char *text)
{
    int blank = -1; /* lines since the last that was added; -1: none was */
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        line += *line == '\f';
        size_t n = strcspn(line, "\n");
        while (n && line[n - 1] == ' ') n--;
        if (is_blank(line, n)) {
            blank += blank >= 0;
            continue;
        }
        for (; blank > 0; blank--) text_add(show, "\n");
        text_add_bytes(show, line, n);
        text_add(show, "\n");
        blank = 0;
    }
}

Status gnuplot_show(const char *name, const char *format, const char *out,
                    const char *const *arguments, Text *show, Err *err)
{
    enum { LIMIT = 1 << 20 };
    char   script[PATH_ROOM], *text;
    size_t n;
    if (find_script(script, name, err) || run(script, format, out, arguments, err))
        return err->code;
    Status bad = file_read(out, LIMIT, &text, &n, err);
    unlink(out);
    if (bad) return bad;
    add_lines(show, text);
    free(text);
    return STATUS_OK;
}
