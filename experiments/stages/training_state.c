/* Where a training stands: what it learns, what was seen so far. */
#include "experiments/stages/training.h"

#include "core/base/file.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void state_path(char out[CELL_PATH], const Training *t, Saved which)
{
    cell_state(out, t->context->results, t->cell, t->kind, which);
}

/* Tensors are reals; a double that is not one is kept as its exact sum of three. */
enum { PARTS = 3 };

static real *split(Arena *a, const double *x, size_t n)
{
    real *part = ARENA_NEW(a, real, PARTS * n);
    for (size_t i = 0; i < n; i++) {
        double rest = x[i];
        for (int k = 0; k < PARTS; k++) {
            real head = (real)rest;
            part[(size_t)k * n + i] = head;
            rest -= (double)head;
        }
    }
    return part;
}

static void join(double *x, const real *part, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = 0;
        for (int k = PARTS; k-- > 0;) x[i] += (double)part[(size_t)k * n + i];
    }
}

void state_put(SafetensorsOut *out, Arena *a, const char *name, const double *x, long n)
{
    if (n) safetensors_add(out, name, NULL, split(a, x, (size_t)n), 2, (int[]){ PARTS, (int)n });
}

Status state_get(const Safetensors *in, Arena *a, const char *name, double *x, long n,
                 Err *err)
{
    const SafeTensor *t;
    if (!n) return STATUS_OK;
    if (safetensors_expect(in, name, 2, (int[]){ PARTS, (int)n }, &t, err)) return err->code;
    real *part = ARENA_NEW(a, real, t->count);
    if (safetensors_read(in, t, part, err)) return err->code;
    join(x, part, (size_t)n);
    return STATUS_OK;
}

void state_note(SafetensorsOut *out, const char *key, double x)
{
    char text[32];
    text_from_double(text, x);
    safetensors_note(out, key, text);
}

bool state_number(const Safetensors *in, const char *key, double *x)
{
    const char *text = safetensors_meta(in, key);
    return text && text_to_double(text, x);
}

/* --- pictures ------------------------------------------------------------ */

/* Pictures found damaged so far, which are counted: a sitting need not meet them again. */
static void put_damaged(const Training *t, SafetensorsOut *out, Arena *a)
{
    const int count = t->data ? t->data->count : 0;
    double   *which = ARENA_NEW(a, double, count);
    long      n = 0;
    for (int i = 0; i < count; i++)
        if (data_damaged(t->data, i)) which[n++] = i;
    state_put(out, a, "run.damaged", which, n);
    state_note(out, "run.damaged", (double)n);
}

/* They are met again, and counted, or are too many, as they were. */
static Status get_damaged(const Training *t, const Safetensors *in, Arena *a, Err *err)
{
    const int count = t->data ? t->data->count : 0;
    double    n;
    Image     picture = { 0 };
    if (!state_number(in, "run.damaged", &n) || !(n >= 0 && n <= count))
        return err_set(err, STATUS_FORMAT, "%s: pictures of another training", in->path);
    double *which = ARENA_NEW(a, double, n);
    Status  bad = state_get(in, a, "run.damaged", which, (long)n, err);
    for (long i = 0; i < (long)n && !bad; i++)
        if (which[i] >= 0 && which[i] < count)
            bad = data_read(t->data, (int)which[i], &picture, err);
    image_free(&picture);
    return bad;
}

/* --- who takes the steps ------------------------------------------------- */

static void put_team(const Training *t, SafetensorsOut *out)
{
    state_note(out, "run.ranks", t->ranks);
    state_note(out, "run.threads", t->threads);
    if (t->begun_by[0]) safetensors_note(out, "run.begun_by", t->begun_by);
}

static void team_text(char out[48], int ranks, int threads)
{
    snprintf(out, 48, "%d rank%s of %d thread%s", ranks, text_s(ranks), threads,
             text_s(threads));
}

/* Sums are taken in an order that depends on how many take them. */
static void get_team(Training *t, const Safetensors *in)
{
    const int   ranks = t->ranks, threads = t->threads;
    const char *begun_by = safetensors_meta(in, "run.begun_by");
    double      r, n;
    char        before[48], now[48];
    if (begun_by) snprintf(t->begun_by, sizeof t->begun_by, "%s", begun_by);
    if (!state_number(in, "run.ranks", &r) || !state_number(in, "run.threads", &n)) return;
    if ((r == ranks && n == threads) || !(r >= 1 && r < 1e6 && n >= 1 && n < 1e6)) return;
    t->ranks = (int)r, t->threads = (int)n;
    if (t->step == t->steps) return;
    team_text(before, t->ranks, t->threads);
    team_text(now, ranks, threads);
    if (!begun_by) snprintf(t->begun_by, sizeof t->begun_by, "%s, to step %ld", before, t->step);
    t->ranks = ranks, t->threads = threads;
    if (stage_writes(t->context))
        fprintf(stderr, "maskgrid: step %ld of %ld was reached by %s, %s will go on: the bits "
                "are not those of an unbroken run\n", t->step, t->steps, before, now);
}

/* --- the whole ----------------------------------------------------------- */

Status training_save(const Training *t, Err *err)
{
    char           path[CELL_PATH], before[CELL_PATH];
    SafetensorsOut out;
    Arena          a;
    if (!stage_writes(t->context)) return STATUS_OK;
    state_path(path, t, STATE_NEWEST);
    state_path(before, t, STATE_PREVIOUS);
    arena_open(&a, "state", NULL, NULL);
    safetensors_start(&out);
    safetensors_seal(&out);
    safetensors_keep(&out, before);
    t->put(t->self, &out, &a);
    put_damaged(t, &out, &a);
    state_put(&out, &a, "run.loss", t->loss, t->step);
    safetensors_note(&out, "run.id", t->cell->stage[t->kind].id);
    state_note(&out, "run.step", (double)t->step);
    state_note(&out, "run.gflop", t->gflop);
    state_note(&out, "run.wall_s", t->wall_s);
    state_note(&out, "run.began_s", t->began_s);
    state_note(&out, "run.sittings", (double)t->sittings);
    put_team(t, &out);
    Status bad = safetensors_write(&out, path, err);
    arena_close(&a);
    return bad;
}

Status training_stopped(const Training *t, Err *err)
{
    Err kept;
    if (err->code == STATUS_STOPPED && training_save(t, &kept)) *err = kept;
    return err->code;
}

static Status read_state(Training *t, const Safetensors *in, Arena *a, Err *err)
{
    double step, sittings;
    if (!state_number(in, "run.step", &step) || !state_number(in, "run.gflop", &t->gflop) ||
        !state_number(in, "run.wall_s", &t->wall_s) ||
        !state_number(in, "run.began_s", &t->began_s) ||
        !state_number(in, "run.sittings", &sittings) ||
        !(step >= 0 && step <= (double)t->steps && sittings >= 1 && sittings < 1e9))
        return err_set(err, STATUS_FORMAT, "%s: not a state of this training; remove it",
                       in->path);
    t->step = (long)step, t->sittings = (long)sittings;
    get_team(t, in);
    if (state_get(in, a, "run.loss", t->loss, t->step, err) || get_damaged(t, in, a, err))
        return err->code;
    return t->get(t->self, in, a, err);
}

/* Nothing is read of it, and it must not take the place of a good one. */
static void tell_damage(const Training *t, Saved which, const char *path, const char *why)
{
    char before[CELL_PATH];
    if (!stage_writes(t->context)) return;
    state_path(before, t, STATE_PREVIOUS);
    fprintf(stderr, "maskgrid: %s; %s\n", why,
            which == STATE_NEWEST && file_exists(before) ? "the state before it is taken"
                                                   : "the training begins again");
    unlink(path);
}

static Status check_state(const Safetensors *in, const Training *t, Err *err)
{
    if (safetensors_verify(in, err)) return err->code;
    const char *id = safetensors_meta(in, "run.id");
    if (id && !strcmp(id, t->cell->stage[t->kind].id)) return STATUS_OK;
    return err_set(err, STATUS_FORMAT, "%s: the state of another training", in->path);
}

/* *found: it is there, whole, and of this training. */
static Status open_state(Safetensors *in, bool *found, const Training *t, Saved which, Err *err)
{
    char path[CELL_PATH];
    *found = false;
    state_path(path, t, which);
    if (!file_exists(path)) return STATUS_OK;
    Status bad = safetensors_open(in, path, err);
    if (!bad && check_state(in, t, err)) {
        bad = err->code;
        safetensors_close(in);
    }
    if (bad == STATUS_FORMAT) {
        tell_damage(t, which, path, err->text);
        return STATUS_OK;
    }
    *found = !bad;
    return bad;
}

Status training_resume(Training *t, Err *err)
{
    Safetensors in;
    Arena       a;
    bool        found = false;
    for (Saved which = 0; which < STATES && !found; which++)
        if (open_state(&in, &found, t, which, err)) return err->code;
    if (!found) return STATUS_OK;
    arena_open(&a, "state", NULL, NULL);
    Status bad = read_state(t, &in, &a, err);
    arena_close(&a);
    safetensors_close(&in);
    return bad;
}

void training_forget(const Training *t)
{
    cell_forget_states(t->context->results, t->cell, t->kind);
}
