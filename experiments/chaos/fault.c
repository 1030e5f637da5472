#define _POSIX_C_SOURCE 200809L /* kill, fileno */
#include "experiments/chaos/fault.h"

#include "core/base/file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const double LASTS_S = 2.0;          /* at most */
static const double SMALL_DISK = 1 << 28;   /* bytes; a larger one is not filled */

const struct FaultWord fault_words[FAULT_KINDS] = {
    [FAULT_KILL] = { "kill", "SIGKILL to a run and all its cells" },
    [FAULT_ORPHAN] = { "orphan", "SIGKILL to a run alone" },
    [FAULT_STOP] = { "stop", "SIGTERM, SIGINT or SIGUSR1 to a run, or to it and its cells" },
    [FAULT_CELL] = { "cell", "SIGKILL, SIGTERM or SIGUSR1 to the process of a cell" },
    [FAULT_FULL] = { "full", "no file may grow beyond some length; a small disk is filled" },
    [FAULT_DAMAGE] = { "damage", "a file of a cell cut off, or a bit of it flipped" },
    [FAULT_CLOSED] = { "closed", "a folder that cannot be written to" },
};

Status fault_read(unsigned *kinds, const char *names, Err *err)
{
    const char *word[FAULT_KINDS + 2] = { "all" };
    for (int i = 0; i < FAULT_KINDS; i++) word[i + 1] = fault_words[i].name;
    *kinds = 0;
    for (size_t n; *names; names += n + (names[n] == ',')) {
        char one[32];
        int  i = 0;
        n = strcspn(names, ",");
        snprintf(one, sizeof one, "%.*s", (int)n, names);
        while (word[i] && strcmp(word[i], one)) i++;
        if (!word[i]) {
            const char *near = text_nearest(one, word);
            return err_set(err, STATUS_CONFIG, "--faults: no fault %s%s%s%s; `maskgrid chaos "
                           "--help` lists them", one, near ? "; did you mean " : "",
                           near ? near : "", near ? "?" : "");
        }
        *kinds |= i ? 1U << (i - 1) : (1U << FAULT_KINDS) - 1;
    }
    if (!*kinds) return err_set(err, STATUS_CONFIG, "--faults: none named");
    return STATUS_OK;
}

/* --- signals ------------------------------------------------------------- */

/* One that is at work; -1: none is. */
static int some_run(const Faults *f)
{
    int from = (int)rng_below(f->rng, (uint32_t)f->crew->n);
    for (int i = 0; i < f->crew->n; i++)
        if (f->crew->pid[(from + i) % f->crew->n]) return (from + i) % f->crew->n;
    return -1;
}

static bool signal_run(const Faults *f, int signal, bool cells_too)
{
    int i = some_run(f);
    if (i < 0) return false;
    kill(cells_too ? -f->crew->pid[i] : f->crew->pid[i], signal);
    return true;
}

static bool signal_cell(const Faults *f, int signal)
{
    pid_t pid[CREW_CELLS];
    int   i = some_run(f), n = i < 0 ? 0 : crew_cells(f->crew, i, pid);
    if (!n) return false;
    kill(pid[rng_below(f->rng, (uint32_t)n)], signal);
    return true;
}

static int one_of(Rng *rng, const int *signals, uint32_t n) { return signals[rng_below(rng, n)]; }

/* --- disks --------------------------------------------------------------- */

static double a_while(const Faults *f, double now_s)
{
    return now_s + LASTS_S * rng_unit53(f->rng);
}

/* Takes all the room that there is, if that is not much. */
static void fill_disk(Faults *f)
{
    static const char zeros[1 << 16];
    struct statvfs    disk;
    const char       *folder = f->trial->config.folder;
    if (statvfs(folder, &disk) ||
        (double)disk.f_bavail * (double)disk.f_frsize > SMALL_DISK)
        return;
    snprintf(f->filler, sizeof f->filler, "%s/filler", folder);
    int fd = open(f->filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    while (fd >= 0 && write(fd, zeros, sizeof zeros) > 0) continue;
    if (fd >= 0) close(fd);
}

static bool fill(Faults *f, double now_s)
{
    char        path[CELL_PATH];
    struct stat st;
    if (f->full_s > 0 || !crew_at_work(f->crew)) return false;
    cell_model(path, f->trial->quiet.results, f->trial->quiet.work[0].cell, MODEL_ENCODER);
    if (stat(path, &st)) return false;
    fill_disk(f);
    if (!*f->filler) crew_limit(f->crew, (long)(rng_unit53(f->rng) * (double)st.st_size));
    f->full_s = a_while(f, now_s);
    return true;
}

static bool close_folder(Faults *f, double now_s)
{
    const Works *w = &f->trial->stormy;
    if (f->closed_s > 0) return false;
    if (rng_below(f->rng, 4)) {
        const Work *one = &w->work[rng_below(f->rng, (uint32_t)w->n)];
        cell_folder(f->closed, w->results, one->cell);
    } else
        snprintf(f->closed, sizeof f->closed, "%s", w->results);
    if (chmod(f->closed, 0555)) return false;
    f->closed_s = a_while(f, now_s);
    return true;
}

/* Whoever has begun meanwhile is held back too: to lift it from all is right. */
void fault_lift(Faults *f, double now_s)
{
    if (f->full_s > 0 && now_s >= f->full_s) {
        crew_limit(f->crew, -1);
        if (*f->filler) remove(f->filler);
        *f->filler = '\0', f->full_s = 0;
    }
    if (f->closed_s > 0 && now_s >= f->closed_s) {
        chmod(f->closed, 0777);
        f->closed_s = 0;
    }
}

/* --- any ----------------------------------------------------------------- */

static bool happens(Faults *f, FaultKind kind, double now_s)
{
    static const int ask[] = { SIGTERM, SIGINT, SIGUSR1 }, end[] = { SIGKILL, SIGTERM, SIGUSR1 };
    switch (kind) {
    case FAULT_KILL: return signal_run(f, SIGKILL, true);
    case FAULT_ORPHAN: return signal_run(f, SIGKILL, false);
    case FAULT_STOP: return signal_run(f, one_of(f->rng, ask, 3), rng_below(f->rng, 2));
    case FAULT_CELL: return signal_cell(f, one_of(f->rng, end, 3));
    case FAULT_FULL: return fill(f, now_s);
    case FAULT_DAMAGE: return damage_one(f->damage, f->rng);
    case FAULT_CLOSED: return close_folder(f, now_s);
    case FAULT_KINDS: break;
    }
    return false;
}

void fault_strike(Faults *f, double now_s)
{
    FaultKind kind = FAULT_KINDS;
    for (uint32_t k = 0, n = 0; k < FAULT_KINDS; k++)
        if (f->kinds >> k & 1 && !rng_below(f->rng, ++n)) kind = k;
    if (happens(f, kind, now_s)) f->times[kind]++;
}
