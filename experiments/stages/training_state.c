/* Where a training stands: what it learns, what was seen so far. */
#include "experiments/stages/training.h"

#include "core/base/file.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void state_path(char out[CELL_PATH], const Training *t)
{
    char name[STAGE_NAME + 24];
    snprintf(name, sizeof name, "%s.state.safetensors", t->cell->stage[t->kind].name);
    cell_file(out, t->context->results, t->cell, name);
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

Status training_save(const Training *t, Err *err)
{
    char           path[CELL_PATH];
    SafetensorsOut out;
    Arena          a;
    state_path(path, t);
    arena_open(&a, "state", NULL, NULL);
    safetensors_start(&out);
    t->put(t->self, &out, &a);
    state_put(&out, &a, "run.loss", t->loss, t->step);
    safetensors_note(&out, "run.id", t->cell->stage[t->kind].id);
    state_note(&out, "run.step", (double)t->step);
    state_note(&out, "run.gflop", t->gflop);
    state_note(&out, "run.wall_s", t->wall_s);
    Status bad = safetensors_write(&out, path, err);
    arena_close(&a);
    return bad;
}

static Status read_state(Training *t, const Safetensors *in, Arena *a, Err *err)
{
    double step;
    if (!state_number(in, "run.step", &step) || !state_number(in, "run.gflop", &t->gflop) ||
        !state_number(in, "run.wall_s", &t->wall_s) || !(step >= 0 && step <= (double)t->steps))
        return err_set(err, STATUS_FORMAT, "%s: not a state of this training; remove it",
                       in->path);
    t->step = (long)step;
    if (state_get(in, a, "run.loss", t->loss, t->step, err)) return err->code;
    return t->get(t->self, in, a, err);
}

Status training_resume(Training *t, Err *err)
{
    char        path[CELL_PATH];
    Safetensors in;
    Arena       a;
    state_path(path, t);
    if (!file_exists(path)) return STATUS_OK;
    if (safetensors_open(&in, path, err)) return err->code;
    const char *id = safetensors_meta(&in, "run.id");
    Status      bad = STATUS_OK;
    if (id && !strcmp(id, t->cell->stage[t->kind].id)) {
        arena_open(&a, "state", NULL, NULL);
        bad = read_state(t, &in, &a, err);
        arena_close(&a);
    }
    safetensors_close(&in);
    return bad;
}

void training_forget(const Training *t)
{
    char path[CELL_PATH];
    state_path(path, t);
    unlink(path);
}
