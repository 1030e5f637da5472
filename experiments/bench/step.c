#include "experiments/bench/step.h"

#include "core/base/threads.h"
#include "core/train/footprint.h"
#include "strategies/registry.h"

#include <string.h>

const StepConfig step_presets[] = {
    { .preset = "micro", .side = 28, .channels = 1, .patch = 4, .batch = 128,
      .ratio = 0.75 },
    { .preset = "tiny", .side = 32, .channels = 3, .patch = 4, .batch = 128,
      .ratio = 0.75 },
    { .preset = "small", .side = 64, .channels = 3, .patch = 8, .batch = 64,
      .ratio = 0.75 },
    { .preset = "base", .side = 224, .channels = 3, .patch = 16, .batch = 16,
      .ratio = 0.75 },
    { .preset = "large", .side = 224, .channels = 3, .patch = 16, .batch = 16,
      .ratio = 0.75, .on_request = true },
    { 0 }
};

const StepConfig *step_preset(const char *name)
{
    const StepConfig *c = step_presets;
    while (c->preset && strcmp(c->preset, name)) c++;
    CHECK(c->preset, "no preset %s", name);
    return c;
}

void step_show(Step *s, const real *images)
{
    s->mae.params.be->write(s->images->data, images, tensor_count(s->images));
}

static void show_noise(Step *s)
{
    Rng       rng = rng_at(1, STREAM_TEST, 0, 0);
    ArenaMark mark = arena_mark(&s->host);
    size_t    n = tensor_count(s->images);
    real     *noise = ARENA_NEW(&s->host, real, n);
    for (size_t i = 0; i < n; i++) noise[i] = (real)rng_normal(&rng);
    step_show(s, noise);
    arena_rewind(&s->host, mark);
}

/* Everything that a step reads, allocated once. */
static void open_input(Step *s)
{
    const StepConfig *c = &s->config;
    const int         dim[] = { c->batch, c->channels, c->side, c->side };
    const Backend    *be = s->mae.params.be;
    arena_open(&s->host, "bench", NULL, NULL);
    arena_open(&s->pictures, "pictures", be->alloc, be->release);
    s->images = tensor_new(&s->host, &s->pictures, 4, dim, false);
    s->ids = ARENA_NEW(&s->host, int, (size_t)c->batch * s->L);
    s->numbers = ARENA_NEW(&s->host, uint64_t, c->batch);
    for (int i = 0; i < c->batch; i++) s->numbers[i] = (uint64_t)i;
    show_noise(s);
}

static FootprintStep dry_step(const Step *s)
{
    return (FootprintStep){ .N = s->config.batch, .K = s->K,
                            .recompute = s->config.recompute };
}

Status step_mae(MaeConfig *m, const StepConfig *c, Err *err)
{
    *m = (MaeConfig){ .normalized = true };
    if (mae_preset(m, c->preset, err)) return err->code;
    m->encoder.channels = c->channels;
    m->encoder.height = m->encoder.width = c->side;
    m->encoder.patch = c->patch;
    return mae_check(m, err);
}

Status step_open(Step *s, const StepConfig *c, Err *err)
{
    const Backend *be;
    MaeConfig      mae;
    AdamWConfig    adamw = adamw_defaults();
    int            rows = c->side / c->patch;
    threads_set(c->threads ? c->threads : threads_get());
    if (backend_open(&be, NULL, err) || step_mae(&mae, c, err)) return err->code;
    *s = (Step){ .config = *c, .L = rows * rows };
    s->K = mask_visible(s->L, c->ratio);
    if (strategy_open(&s->mask, "random", rows, rows, err))
        return err->code;
    mae_open(&s->mae, be, &mae, 1);
    adamw_open(&s->adamw, &s->mae.params, &adamw);
    tape_open(&s->tape, be);
    s->tape.recompute = c->recompute;
    FootprintStep dry = dry_step(s);
    footprint_reserve(&s->tape, &mae, &dry);
    open_input(s);
    return STATUS_OK;
}

Tensor *step_forward(Step *s)
{
    const StepConfig *c = &s->config;
    mask_draw_batch(s->mask, s->ids, &(MaskView){ 0 }, 1, s->epoch++, s->numbers,
                    c->batch, s->K);
    Visible visible = { .N = c->batch, .L = s->L, .K = s->K, .ids = s->ids };
    return mae_train(&s->tape, &s->mae, s->images, &visible).loss;
}

void step_backward(Step *s, Tensor *loss)
{
    adamw_backward(&s->adamw, &s->tape, loss, 1e-4);
    tape_reset(&s->tape);
}

void step_run(Step *s) { step_backward(s, step_forward(s)); }

double step_predicted_bytes(const Step *s)
{
    FootprintStep dry = dry_step(s);
    return FOOTPRINT_PROCESS + (double)(footprint_train(&s->mae.config, &dry) + s->host.used);
}

void step_close(Step *s)
{
    mask_close(s->mask);
    arena_close(&s->pictures);
    arena_close(&s->host);
    tape_close(&s->tape);
    mae_close(&s->mae);
}
