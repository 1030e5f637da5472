#include "tests/model/parity.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

#define REQUIRE(call) cr_assert(!(call), "%s", err.text)

real *parity_values(const Parity *p, const char *run, const char *name)
{
    Err  err;
    char full[2 * PARAM_NAME];
    snprintf(full, sizeof full, "%s.%s", run, name);
    const SafeTensor *x = safetensors_find(&p->file, full);
    cr_assert(x, "no tensor %s", full);
    real *values = malloc((x->count + 1) * sizeof *values);
    REQUIRE(safetensors_read(&p->file, x, values, &err));
    return values;
}

double parity_off(const Parity *p, const char *run, const char *name, const real *x)
{
    char full[2 * PARAM_NAME];
    snprintf(full, sizeof full, "%s.%s", run, name);
    size_t n = safetensors_find(&p->file, full)->count;
    real  *y = parity_values(p, run, name);
    double off = 0, norm = 0;
    for (size_t i = 0; i < n; i++) {
        double d = (double)x[i] - (double)y[i];
        off += d * d;
        norm += (double)y[i] * (double)y[i];
    }
    free(y);
    return sqrt(off) / sqrt(norm);
}

void parity_open(Parity *p, const char *run)
{
    Err err;
    *p = (Parity){ .run = run, .N = 3, .L = 64, .K = 16, .P = 48, .D = 48 };
    MaeConfig c = { .encoder = { 3, 32, 32, 4, { 48, 3, 3 } },
                    .decoder = { 32, 2, 4 },
                    .normalized = run[0] == 'n' };
    REQUIRE(backend_open(&p->be, "cpu", &err));
    REQUIRE(safetensors_open(&p->file, PARITY_FILE, &err));
    mae_open(&p->mae, p->be, &c, 0);
    REQUIRE(params_get(&p->mae.params, "weights.", &p->file, &err));
    tape_open(&p->tape, p->be);
    p->ids = calloc((size_t)(p->N * p->L), sizeof *p->ids);
    p->order = calloc((size_t)(p->N * p->L), sizeof *p->order);
}

void parity_close(Parity *p)
{
    free(p->order);
    free(p->ids);
    tape_close(&p->tape);
    mae_close(&p->mae);
    safetensors_close(&p->file);
}

/* The K patches of smallest noise are visible. */
static void draw(Parity *p, int step)
{
    char name[32];
    snprintf(name, sizeof name, "noise.%d", step);
    real *noise = parity_values(p, "input", name);
    for (int i = 0; i < p->N; i++) {
        const real *z = noise + i * p->L;
        int         visible = 0, hidden = p->K;
        for (int a = 0; a < p->L; a++) {
            int rank = 0;
            for (int b = 0; b < p->L; b++) rank += z[b] < z[a] || (z[b] == z[a] && b < a);
            p->order[i * p->L + rank] = a;
            p->ids[i * p->L + (rank < p->K ? visible++ : hidden++)] = a;
        }
    }
    free(noise);
}

MaeResult parity_forward(Parity *p, int step)
{
    draw(p, step);
    tape_reset(&p->tape);
    real   *pixels = parity_values(p, "input", "images");
    Tensor *images = tape_constant(&p->tape, 4, (int[]){ p->N, 3, 32, 32 });
    p->be->write(images->data, pixels, tensor_count(images));
    free(pixels);
    Visible v = { .N = p->N, .L = p->L, .K = p->K, .ids = p->ids };
    return mae_forward(&p->tape, &p->mae, images, &v);
}
