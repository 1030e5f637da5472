/* maskgrid bench: how fast, and how far from the machine's matrix products. */
#define _POSIX_C_SOURCE 200809L /* fork, pipe */
#include "experiments/cli/cli.h"

#include "core/base/threads.h"
#include "core/cpu/gemmlog.h"
#include "core/mask/draw.h"
#include "core/model/mae.h"
#include "core/train/adamw.h"
#include "experiments/record/provenance.h"
#include "strategies/registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    const char *preset;
    bool        json, no_strategies;
    long        threads;
    double      seconds;
} Options;

static const Option options[] = {
    OPTION_CHOICE(Options, preset, "micro|tiny|small|base", NULL, "this one only"),
    OPTION_NUMBER(Options, seconds, "S", "20", 1, 3600, "time for each preset, at least 5 steps"),
    OPTION_INT(Options, threads, "N", "0", 0, 1024, "threads; 0: one a core"),
    OPTION_FLAG(Options, no_strategies, "leave out masks a second"),
    OPTION_FLAG(Options, json, "JSON instead of a table"),
    { 0 }
};

/* The shapes that the literature and other programs are measured at. */
typedef struct {
    const char *name;
    int         side, channels, patch, batch;
} Setting;

static const Setting settings[] = {
    { "micro", 28, 1, 4, 128 },
    { "tiny", 32, 3, 4, 128 },
    { "small", 64, 3, 8, 64 },
    { "base", 224, 3, 16, 16 },
};
enum { N_SETTINGS = sizeof settings / sizeof *settings, WARM_UP = 3, LEAST = 5, MOST = 1000 };

typedef struct {
    double step_s, gemm_s, step_over_gemm, flop, peak_bytes;
} Speed;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, by_value);
    return (x[(n - 1) / 2] + x[n / 2]) / 2;
}

/* --- a training step --------------------------------------------------- */

typedef struct {
    Mae    mae;
    AdamW  adamw;
    Tape   tape;
    Arena  host;
    Mask  *mask;
    real  *images;
    int   *ids;
    const Setting *s;
    int    rows, K;
    uint64_t epoch;
} Bench;

static Status bench_open(Bench *b, const Setting *s, Err *err)
{
    const Backend *be;
    MaeConfig      c = { .normalized = true };
    AdamWConfig    adamw = adamw_defaults();
    *b = (Bench){ .s = s, .rows = s->side / s->patch };
    if (backend_open(&be, NULL, err) || mae_preset(&c, s->name, err)) return err->code;
    c.encoder.channels = s->channels;
    c.encoder.height = c.encoder.width = s->side;
    c.encoder.patch = s->patch;
    if (mae_check(&c, err) || strategy_open(&b->mask, "random", b->rows, b->rows, err))
        return err->code;

    mae_open(&b->mae, be, &c, 1);
    adamw_open(&b->adamw, &b->mae.params, &adamw);
    tape_open(&b->tape, be);
    arena_open(&b->host, "bench", NULL, NULL);
    size_t n = (size_t)s->batch * s->channels * s->side * s->side;
    int    L = b->rows * b->rows;
    Rng    rng = rng_at(1, STREAM_TEST, 0, 0);
    b->K = mask_visible(L, 0.75);
    b->images = ARENA_NEW(&b->host, real, n);
    b->ids = ARENA_NEW(&b->host, int, s->batch * L);
    for (size_t i = 0; i < n; i++) b->images[i] = (real)rng_normal(&rng);
    return STATUS_OK;
}

static void bench_close(Bench *b)
{
    mask_close(b->mask);
    arena_close(&b->host);
    tape_close(&b->tape);
    mae_close(&b->mae);
}

static void step(Bench *b)
{
    const Setting *s = b->s;
    uint64_t       image[1024];
    for (int i = 0; i < s->batch; i++) image[i] = (uint64_t)i;
    mask_draw_batch(b->mask, b->ids, &(MaskView){ 0 }, 1, b->epoch++, image, s->batch, b->K);

    Visible visible = { s->batch, b->rows * b->rows, b->K, b->ids };
    Tensor *x = tape_constant(&b->tape, 4, (int[]){ s->batch, s->channels, s->side, s->side });
    b->mae.params.be->write(x->data, b->images, tensor_count(x));
    MaeResult r = mae_forward(&b->tape, &b->mae, x, &visible);
    adamw_backward(&b->adamw, &b->tape, r.loss, 1e-4);
    tape_reset(&b->tape);
}

/* Steps and their bare products in turn, so that both see the same machine. */
static Status measure(Speed *speed, const Setting *s, double seconds, Err *err)
{
    Bench   b;
    GemmLog log = { 0 };
    double  whole[MOST], bare[MOST], ratio[MOST];
    int     n = 0;
    if (bench_open(&b, s, err)) return err->code;
    for (int i = 0; i < WARM_UP; i++) step(&b);
    speed->peak_bytes = provenance_peak_bytes(); /* before the products take theirs */

    gemmlog_start(&log);
    step(&b);
    gemmlog_stop();
    gemmlog_replay(&log);
    for (double end = clock_s() + seconds; n < LEAST || (n < MOST && clock_s() < end); n++) {
        double start = clock_s();
        step(&b);
        whole[n] = clock_s() - start;
        bare[n] = gemmlog_replay(&log);
        ratio[n] = whole[n] / bare[n];
    }
    speed->flop = gemmlog_flop(&log);
    speed->step_s = median(whole, n);
    speed->gemm_s = median(bare, n);
    speed->step_over_gemm = median(ratio, n);
    gemmlog_free(&log);
    bench_close(&b);
    return STATUS_OK;
}

/* --- masks a second ---------------------------------------------------- */

/* On one thread, 14 x 14, ratio 0.75; attention is a plain uniform map. */
static Status measure_masks(double *per_s, const char *name, Err *err)
{
    enum { SIDE = 14, L = SIDE * SIDE };
    static float attention[L * L];
    int          ids[L];
    Mask        *m;
    if (strategy_open(&m, name, SIDE, SIDE, err)) return err->code;
    for (int i = 0; i < L * L; i++) attention[i] = 1.0F / L;
    MaskView view = { .heads = 1, .attention = attention };
    double   rate[LEAST];
    uint64_t image = 0;
    for (int i = 0; i < LEAST; i++) {
        double start = clock_s(), now = start;
        long   n = 0;
        for (; now - start < 0.05; now = clock_s())
            for (int k = 0; k < 256; k++, n++)
                mask_draw(m, ids, &view, 1, 0, image++, mask_visible(L, 0.75));
        rate[i] = (double)n / (now - start);
    }
    *per_s = median(rate, LEAST);
    mask_close(m);
    return STATUS_OK;
}

/* --- each in a process of its own -------------------------------------- */

/* Peak memory is a process's, so every measurement gets a fresh one.  `value`
 * comes back through a pipe, an error as a message on stderr. */
typedef Status Measurement(void *value, const void *what, double seconds, Err *err);

static Status apart(Measurement *run, void *value, size_t n, const void *what, double seconds,
                    Err *err)
{
    int    end[2], state = 0;
    char  *at = value;
    size_t got = 0;
    fflush(stdout);
    if (pipe(end)) return err_set(err, STATUS_IO, "pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child < 0) return err_set(err, STATUS_IO, "fork: %s", strerror(errno));
    if (!child) {
        close(end[0]);
        if (run(value, what, seconds, err)) _exit(cli_fail(err));
        _exit(write(end[1], value, n) == (ssize_t)n ? 0 : 1);
    }
    close(end[1]);
    for (ssize_t k; got < n && (k = read(end[0], at + got, n - got)) > 0;) got += (size_t)k;
    close(end[0]);
    waitpid(child, &state, 0);
    if (got != n) return err_set(err, STATUS_FAILED, "a measurement failed");
    return STATUS_OK;
}

static Status speed_of(void *value, const void *what, double seconds, Err *err)
{
    return measure(value, what, seconds, err);
}

static Status masks_of(void *value, const void *what, double seconds, Err *err)
{
    (void)seconds;
    threads_set(1);
    return measure_masks(value, what, err);
}

/* --- printing ---------------------------------------------------------- */

static void print_speed(const Setting *s, const Speed *v, bool json, bool first)
{
    double images = s->batch / v->step_s, gflop = 1e-9 * v->flop / v->step_s;
    if (json)
        printf("%s\n    {\"name\": \"%s\", \"step_s\": %.6g, \"images_per_s\": %.6g, "
               "\"gflop_per_s\": %.6g, \"gemm_s\": %.6g, \"step_over_gemm\": %.4g, "
               "\"peak_bytes\": %.0f}",
               first ? "" : ",", s->name, v->step_s, images, gflop, v->gemm_s,
               v->step_over_gemm, v->peak_bytes);
    else
        printf("%-8s %10.2f %12.1f %10.1f %10.2f %10.2f %10.0f\n", s->name, 1e3 * v->step_s,
               images, gflop, 1e3 * v->gemm_s, v->step_over_gemm, v->peak_bytes / (1 << 20));
    fflush(stdout);
}

static Status presets(const Options *o, Err *err)
{
    bool first = true;
    if (o->json) printf("{\n  \"threads\": %d,\n  \"presets\": [", threads_get());
    else
        printf("%-8s %10s %12s %10s %10s %10s %10s\n", "preset", "step ms", "images/s",
               "GFLOP/s", "GEMM ms", "step/GEMM", "peak MiB");
    for (int i = 0; i < N_SETTINGS; i++) {
        Speed v = { 0 };
        if (o->preset && strcmp(o->preset, settings[i].name)) continue;
        if (apart(speed_of, &v, sizeof v, &settings[i], o->seconds, err)) return err->code;
        print_speed(&settings[i], &v, o->json, first);
        first = false;
    }
    if (o->json) printf("\n  ],\n");
    return STATUS_OK;
}

static Status masks(const Options *o, Err *err)
{
    if (o->json) printf("  \"strategies\": [");
    else if (!o->no_strategies)
        printf("\n%-12s %12s   (14 x 14, ratio 0.75, one thread)\n", "strategy", "masks/s");
    for (const StrategyEntry *e = strategies; e->name && !o->no_strategies; e++) {
        double per_s = 0;
        if (apart(masks_of, &per_s, sizeof per_s, e->name, 0, err)) return err->code;
        if (o->json)
            printf("%s\n    {\"name\": \"%s\", \"masks_per_s\": %.6g}",
                   e == strategies ? "" : ",", e->name, per_s);
        else printf("%-12s %12.0f\n", e->name, per_s);
    }
    if (o->json) printf("\n  ]\n}\n");
    return STATUS_OK;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Err            err;
    (void)arguments, (void)n;
    if (o->threads) threads_set((int)o->threads);
    if (presets(o, &err) || masks(o, &err)) return cli_fail(&err);
    return EXIT_DONE;
}

COMMAND(bench) = {
    .place = 140,
    .about = "throughput, and how far from the machine's matrix products",
    .examples = "  maskgrid bench\n  maskgrid bench --preset tiny --json\n",
    .details = "A step is forward, backward and AdamW at ratio 0.75. GEMM is the time of the "
               "step's own matrix products alone, forward and backward, run by OpenBLAS at the "
               "same shapes in the same process, in turn with the steps. Figures are medians; "
               "peak is the process's memory after the first steps.",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
