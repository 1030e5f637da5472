/* Where a training stands: weights, moments, what was seen so far. */
#include "experiments/stages/pretrain.h"

#include "core/base/file.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void state_path(char out[CELL_PATH], const Pretrain *p)
{
    cell_file(out, p->context->results, p->cell, "state.safetensors");
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

static void put(SafetensorsOut *out, Arena *a, const char *name, const double *x, long n)
{
    if (n) safetensors_add(out, name, NULL, split(a, x, (size_t)n), 2, (int[]){ PARTS, (int)n });
}

static Status get(const Safetensors *in, Arena *a, const char *name, double *x, long n, Err *err)
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

Status pretrain_save(const Pretrain *p, Err *err)
{
    char           path[CELL_PATH];
    SafetensorsOut out;
    Arena          a;
    state_path(path, p);
    arena_open(&a, "state", NULL, NULL);
    safetensors_start(&out);
    params_put(&p->mae.params, "", &out);
    adamw_put(&p->adamw, "", &out);
    guide_put(&p->guide, &out);
    put(&out, &a, "run.loss", p->loss, p->step);
    put(&out, &a, "run.seen", p->seen, p->cell->rows * p->cell->cols);
    safetensors_note(&out, "run.id", p->cell->stage[STAGE_PRETRAIN].id);
    state_note(&out, "run.step", (double)p->step);
    state_note(&out, "run.gflop", p->gflop);
    state_note(&out, "run.mask_s", p->mask_s);
    state_note(&out, "run.wall_s", p->wall_s);
    Status bad = safetensors_write(&out, path, err);
    arena_close(&a);
    return bad;
}

bool state_number(const Safetensors *in, const char *key, double *x)
{
    const char *text = safetensors_meta(in, key);
    return text && text_to_double(text, x);
}

static Status read_state(Pretrain *p, const Safetensors *in, Arena *a, Err *err)
{
    double step;
    if (!state_number(in, "run.step", &step) || !state_number(in, "run.gflop", &p->gflop) ||
        !state_number(in, "run.mask_s", &p->mask_s) ||
        !state_number(in, "run.wall_s", &p->wall_s) || !(step >= 0 && step <= (double)p->steps))
        return err_set(err, STATUS_FORMAT, "%s: not a state of this training; remove it",
                       in->path);
    p->step = (long)step;
    if (params_get(&p->mae.params, "", in, err) || adamw_get(&p->adamw, "", in, err) ||
        get(in, a, "run.loss", p->loss, p->step, err) ||
        get(in, a, "run.seen", p->seen, p->cell->rows * p->cell->cols, err) ||
        guide_get(&p->guide, in, err))
        return err->code;
    return STATUS_OK;
}

Status pretrain_resume(Pretrain *p, Err *err)
{
    char        path[CELL_PATH];
    Safetensors in;
    Arena       a;
    state_path(path, p);
    if (!file_exists(path)) return STATUS_OK;
    if (safetensors_open(&in, path, err)) return err->code;
    const char *id = safetensors_meta(&in, "run.id");
    Status      bad = STATUS_OK;
    if (id && !strcmp(id, p->cell->stage[STAGE_PRETRAIN].id)) {
        arena_open(&a, "state", NULL, NULL);
        bad = read_state(p, &in, &a, err);
        arena_close(&a);
    }
    safetensors_close(&in);
    return bad;
}

void pretrain_forget(const Pretrain *p)
{
    char path[CELL_PATH];
    state_path(path, p);
    unlink(path);
}
