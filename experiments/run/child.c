#define _GNU_SOURCE /* dup2, execv, O_CLOEXEC, strerrordesc_np */
#include "experiments/run/child.h"

#include "core/base/file.h"
#include "core/base/process.h"
#include "experiments/recipe/find.h"
#include "experiments/run/claim.h"
#include "experiments/run/journal.h"
#include "experiments/run/share.h"
#include "experiments/run/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a cell is does not change: an earlier start has mostly left it. */
static bool is_there(const char *path, const Text *yaml)
{
    char  *bytes;
    size_t n;
    Err    err;
    if (file_read(path, yaml->length, &bytes, &n, &err)) return false;
    bool same = n == yaml->length && !memcmp(bytes, yaml->s, n);
    free(bytes);
    return same;
}

static Status write_config(const Task *t, const char *results, Err *err)
{
    char path[CELL_PATH];
    Text yaml = { 0 };
    cell_yaml(t->cell, t->kind, &yaml);
    cell_config(path, results, t->cell, t->kind);
    Status bad = STATUS_OK;
    if (!is_there(path, &yaml)) bad = file_write(path, yaml.s, yaml.length, err);
    text_free(&yaml);
    return bad;
}

static _Noreturn void cannot_become(const char *program)
{
    const char *const said[] = { "maskgrid: ", program, ": ", strerrordesc_np(errno), "\n" };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (write(STDERR_FILENO, said[i], strlen(said[i])) < 0) break;
    _exit(127);
}

/* Between fork and exec: only what is safe after the fork of a process with
 * threads. */
static void become(const char *program, char *const *argv, int claim, int log,
                   const Team *team)
{
    fcntl(claim, F_SETFD, 0); /* it is inherited, by this process alone */
    if (team->seat >= 0) share_sit(team->seat, team->threads);
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    if (!program) execv("/proc/self/exe", argv); /* whatever became of our file meanwhile */
    execv(argv[0], argv);
    cannot_become(argv[0]);
}

static Status start(pid_t *pid, const char *program, char *const *argv, int claim,
                    const Team *team, const char *log_path, Err *err)
{
    int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (log < 0) return err_set(err, STATUS_IO, "%s: %s", log_path, strerror(errno));
    Status bad = process_fork(pid, PROCESS_FOLLOWS, SIGTERM, err);
    if (*pid == 0) become(program, argv, claim, log, team);
    close(log);
    return bad;
}

static Status write_configs(const Work *w, const char *results, Err *err)
{
    Status bad = STATUS_OK;
    for (int i = 0; i < w->n && !bad; i++) bad = write_config(&w->tasks[i], results, err);
    return bad;
}

Status child_prepare(int *claim, Work *w, const char *results, Err *err)
{
    char path[CELL_PATH];
    *claim = -1;
    cell_folder(path, results, w->cell);
    if (file_make_folders(path, err) || claim_take(claim, path, err)) return err->code;
    if (*claim < 0) return STATUS_OK;
    claim_clear(path);
    work_look(w, results);
    if (w->state == WORK_DONE || !write_configs(w, results, err)) return STATUS_OK;
    close(*claim);
    *claim = -1;
    return err->code;
}

int child_threads(const Work *w, const char *results, const ScheduleConfig *c, int most)
{
    char        folder[CELL_PATH];
    JournalLine line;
    cell_folder(folder, results, w->cell);
    bool kept = c->keep_threads && journal_last(&line, folder) && line.threads;
    return kept && line.threads <= most ? line.threads : c->threads;
}

Status child_start(pid_t *pid, int claim, const Work *w, const char *results,
                   const ScheduleConfig *c, const Team *team, Err *err)
{
    enum { HEAD = 11 };
    char         path[CELL_PATH], own[CELL_PATH], threads[16], seconds[32], lock[16], folder[17];
    const char **argv = calloc((size_t)w->n + HEAD + 1, sizeof *argv);
    CHECK(argv, "no memory for %d stages", w->n);
    snprintf(threads, sizeof threads, "%d", team->threads);
    text_from_double(seconds, c->save_every_s);
    snprintf(lock, sizeof lock, "%d", claim);
    snprintf(folder, sizeof folder, "%.16s", w->cell->stage[STAGE_PRETRAIN].id);
    program_path(own, sizeof own);
    const char *program = c->program ? c->program : own;
    const char *head[HEAD] = { program,        "cell",  "--results", results, "--threads", threads,
                               "--save-every", seconds, "--claim",   lock,    folder };
    memcpy(argv, head, sizeof head);
    for (int i = 0, k = HEAD; i < w->n; i++)
        if (work_needs(w, i)) argv[k++] = w->tasks[i].cell->stage[w->tasks[i].kind].name;
    cell_file(path, results, w->cell, "log.txt");
    Status bad = start(pid, c->program, (char *const *)argv, claim, team, path, err);
    close(claim);
    free(argv);
    return bad;
}

long child_logged(const Work *w, const char *results)
{
    char        path[CELL_PATH];
    struct stat is;
    cell_file(path, results, w->cell, "log.txt");
    return !stat(path, &is) && S_ISREG(is.st_mode) ? (long)is.st_size : 0;
}

void child_note(const Work *w, const char *results, const char *line)
{
    char path[CELL_PATH];
    cell_file(path, results, w->cell, "log.txt");
    FILE *log = fopen(path, "a");
    if (!log) return;
    fprintf(log, "maskgrid: %s\n", line);
    fclose(log);
}
