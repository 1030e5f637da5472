#define _POSIX_C_SOURCE 200809L /* truncate, pread, pwrite */
#include "experiments/chaos/damage.h"

#include "core/base/file.h"
#include "experiments/run/claim.h"
#include "experiments/run/worker.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- to a file ----------------------------------------------------------- */

static bool flip(const char *path, size_t bit)
{
    unsigned char byte;
    int           fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return false;
    bool done = pread(fd, &byte, 1, (off_t)(bit / 8)) == 1;
    byte ^= (unsigned char)(1U << bit % 8);
    done = done && pwrite(fd, &byte, 1, (off_t)(bit / 8)) == 1;
    close(fd);
    return done;
}

DamageKind damage_file(const char *path, Rng *rng)
{
    struct stat st;
    if (stat(path, &st) || !st.st_size) return DAMAGE_NONE;
    size_t at = (size_t)(rng_unit53(rng) * (double)st.st_size);
    if (rng_below(rng, 2)) return truncate(path, (off_t)at) ? DAMAGE_NONE : DAMAGE_CUT;
    return flip(path, 8 * at + rng_below(rng, 8)) ? DAMAGE_FLIP : DAMAGE_NONE;
}

/* --- to a cell ----------------------------------------------------------- */

void damage_open(Damage *d, Arena *a, const Works *w)
{
    *d = (Damage){ .works = w, .records = ARENA_NEW(a, int *, w->n),
                   .encoders = ARENA_NEW(a, int, w->n) };
    memset(d->encoders, 0, (size_t)w->n * sizeof *d->encoders);
    for (int i = 0; i < w->n; i++) {
        d->records[i] = ARENA_NEW(a, int, w->work[i].n);
        memset(d->records[i], 0, (size_t)w->work[i].n * sizeof **d->records);
    }
}

/* One of the files that were offered, each as likely. */
typedef struct {
    char path[CELL_PATH];
    int *count; /* of its damages; NULL: nobody counts */
    int  offered;
    Rng *rng;
} Choice;

static void offer(Choice *c, const char *path, int *count)
{
    if (!file_exists(path) || rng_below(c->rng, (uint32_t)++c->offered)) return;
    strcpy(c->path, path);
    c->count = count;
}

static void offer_task(Choice *c, Damage *d, int i, int k, bool records)
{
    const char *results = d->works->results;
    const Task *t = &d->works->work[i].tasks[k];
    char        path[CELL_PATH];
    if (t->done) cell_record(path, results, t->cell, t->kind);
    else cell_config(path, results, t->cell, t->kind);
    if (t->done || !records) offer(c, path, t->done ? &d->records[i][k] : NULL);
    for (Saved which = 0; which < STATES && !records; which++) {
        cell_state(path, results, t->cell, t->kind, which);
        offer(c, path, NULL);
    }
}

static void offer_rest(Choice *c, Damage *d, int i)
{
    const Work *w = &d->works->work[i];
    char        path[CELL_PATH];
    bool        needed = false;
    for (int k = 1; k < w->n; k++) needed = needed || !w->tasks[k].done;
    cell_model(path, d->works->results, w->cell, MODEL_ENCODER);
    if (needed && w->tasks[0].done) offer(c, path, &d->encoders[i]);
    cell_file(path, d->works->results, w->cell, "journal.jsonl");
    offer(c, path, NULL);
}

/* Under the claim, so that what is damaged is what the next process finds. */
static bool strike(Damage *d, int i, Rng *rng, bool records)
{
    Work  *w = &d->works->work[i];
    Choice c = { .rng = rng };
    char   folder[CELL_PATH];
    int    fd;
    Err    err;
    cell_folder(folder, d->works->results, w->cell);
    if (claim_take(&fd, folder, &err) || fd < 0) return false;
    work_look(w, d->works->results);
    for (int k = 0; k < w->n; k++) offer_task(&c, d, i, k, records);
    if (!records) offer_rest(&c, d, i);
    bool done = c.offered && damage_file(c.path, rng) != DAMAGE_NONE;
    if (done && c.count) ++*c.count;
    close(fd);
    return done;
}

static bool strike_any(Damage *d, Rng *rng, bool records)
{
    int n = d->works->n, from = (int)rng_below(rng, (uint32_t)n);
    for (int i = 0; i < n; i++)
        if (strike(d, (from + i) % n, rng, records)) return true;
    return false;
}

bool damage_one(Damage *d, Rng *rng) { return strike_any(d, rng, false); }
bool damage_record(Damage *d, Rng *rng) { return strike_any(d, rng, true); }

int damage_allows(const Damage *d, int work, int task)
{
    bool trained = d->works->work[work].tasks[task].kind == STAGE_PRETRAIN;
    return 1 + d->records[work][task] + (trained ? d->encoders[work] : 0);
}
