/* segment: the encoder learns the class of every pixel, as UPerNet.
 *
 * Source: Xiao et al. 2018, arXiv:1807.10221, as BEiT (Bao et al. 2022, arXiv:2106.08254) and
 * the masked autoencoder train it.  Evaluated in windows, two thirds of their side apart;
 * scored from totals over the test set. */
#include "core/model/upernet.h"
#include "core/tape/maps.h"
#include "experiments/recipe/dense_look.h"
#include "experiments/record/dense_record.h"
#include "experiments/stages/dense.h"

#include <string.h>

typedef struct {
    Dense     run;
    Upernet   model;
    bool      open;
    Confusion all;
    int64_t  *counts; /* [images, classes, PIXEL_COUNTS] */
} Segment;

static Status take(void *self, Err *err)
{
    Segment    *g = self;
    Tape       *t = &g->run.tape;
    Tensor     *images;
    DenseChance chance;
    if (dense_next(&g->run, &images, &chance, err)) return err->code;
    UpernetOut out = upernet_forward(t, &g->model, images, &chance);
    return dense_learn(&g->run, upernet_loss(t, &g->model, &out, g->run.loader.labels,
                                             LABEL_IGNORED), err);
}

/* --- one picture ------------------------------------------------------------- */

/* Windows that cover n pixels, and where one begins: the last ends with the picture. */
static int windows(int n, int size)
{
    const int stride = size * 2 / 3;
    return n > size ? (n - size + stride - 1) / stride + 1 : 1;
}

static int window_at(int i, int n, int size)
{
    int at = i * (size * 2 / 3);
    return at + size <= n ? at : n > size ? n - size : 0;
}

/* A window of the resized picture, as large as the model sees it or all there is. */
static void look(Segment *g, const Annotated *s, int top, int left, real *sum, int *times)
{
    Dense    *u = &g->run;
    Tape     *t = &u->tape;
    const int size = u->how.size, C = g->model.config.classes, H = s->image.height;
    const int W = s->image.width, rows = H < size ? H : size, cols = W < size ? W : size;
    ArenaMark mark = arena_mark(&u->scratch);
    Annotated part = *s; /* borrows all but the window's pixels */
    const size_t channels = (size_t)s->image.channels;
    part.image = (Image){ .height = rows, .width = cols, .channels = s->image.channels,
        .pixels = ARENA_NEW(&u->scratch, uint8_t, (size_t)(rows * cols) * channels) };
    for (int y = 0; y < rows; y++)
        memcpy(part.image.pixels + (size_t)(y * cols) * channels,
               s->image.pixels + (size_t)((top + y) * W + left) * channels,
               (size_t)cols * channels);
    Tensor *logits = upernet_forward(t, &g->model, dense_input(u, &part), NULL).logits;
    logits = op_resize(t, logits, size, size);
    real *host = ARENA_NEW(&u->scratch, real, tensor_count(logits));
    t->be->read(host, logits->data, tensor_count(logits));
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < cols; x++) {
            size_t to = (size_t)(top + y) * (size_t)W + (size_t)(left + x);
            for (int k = 0; k < C; k++) sum[to * (size_t)C + (size_t)k] +=
                host[((size_t)y * (size_t)size + (size_t)x) * (size_t)C + (size_t)k];
            times[to]++;
        }
    tape_reset(t);
    arena_rewind(&u->scratch, mark);
}

/* Of all windows the mean, resized to height x width: the class of each pixel. */
static void predict(Segment *g, const Annotated *s, uint16_t *class, int height, int width)
{
    Dense       *u = &g->run;
    Tape        *t = &u->tape;
    const int    size = u->how.size, C = g->model.config.classes;
    const int    H = s->image.height, W = s->image.width;
    const size_t n = (size_t)H * (size_t)W, all = (size_t)height * (size_t)width;
    real        *sum = ARENA_NEW(&u->scratch, real, n * (size_t)C);
    int         *times = ARENA_NEW(&u->scratch, int, n);
    memset(sum, 0, n * (size_t)C * sizeof *sum);
    memset(times, 0, n * sizeof *times);
    for (int i = 0; i < windows(H, size); i++)
        for (int j = 0; j < windows(W, size); j++)
            look(g, s, window_at(i, H, size), window_at(j, W, size), sum, times);
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < C; k++) sum[i * (size_t)C + (size_t)k] /= (real)times[i];
    Tensor *x = tape_constant(t, 4, (int[]){ 1, H, W, C });
    t->be->write(x->data, sum, tensor_count(x));
    x = op_resize(t, x, height, width);
    real *y = ARENA_NEW(&u->scratch, real, tensor_count(x));
    t->be->read(y, x->data, tensor_count(x));
    for (size_t i = 0; i < all; i++, y += C) {
        int best = 0;
        for (int k = 1; k < C; k++)
            if (y[k] > y[best]) best = k;
        class[i] = (uint16_t)best;
    }
}

/* --- the test set ------------------------------------------------------------ */

static void see(void *self, Annotated *s, int i)
{
    Segment  *g = self;
    Dense    *u = &g->run;
    const int C = g->model.config.classes, height = s->labels.height, width = s->labels.width;
    const size_t n = (size_t)height * (size_t)width;
    const bool   shown = shown_image(&u->shown, &s->image);
    uint16_t    *truth = ARENA_NEW(&u->scratch, uint16_t, n);
    uint16_t    *class = ARENA_NEW(&u->scratch, uint16_t, n);
    Confusion    one;
    Flaw         flaw;
    memcpy(truth, s->labels.label, n * sizeof *truth);
    cutting_whole(&u->cutting, s);
    predict(g, s, class, height, width);
    confusion_open(&one, &u->scratch, C);
    bool ok = confusion_add(&one, truth, class, n, LABEL_IGNORED, false, &flaw);
    CHECK(ok, "label %d of %d classes", flaw.label, C); /* the data set has looked at them */
    for (size_t k = 0; k < (size_t)C * (size_t)(C + 1); k++) g->all.pixels[k] += one.pixels[k];
    pixel_counts(g->counts + (size_t)i * (size_t)C * PIXEL_COUNTS, &one);
    if (shown) shown_labels(&u->shown, truth, class, height, width, LABEL_IGNORED);
}

static void put_scores(Record *r, const Segment *g, Arena *a)
{
    const DenseData *test = g->run.test;
    const int        C = test->labels;
    double           total[PIXEL_NUMBERS], *each = ARENA_NEW(a, double, C * PIXEL_NUMBERS);
    pixel_percent(total, each, &g->all);
    record_miou(r, total, each, C);
    record_classes(r, NULL, test->label_names, C);
    record_pixels(r, g->counts, test->count, C);
}

static Status run(Segment *g, Err *err)
{
    Dense  *u = &g->run;
    Record *r;
    if (dense_start(u, err) || dense_has_labels(u->train, &u->how.data, err) ||
        dense_has_labels(u->test, &u->how.data, err))
        return err->code;
    const UpernetConfig config = dense_upernet(u->cell);
    const size_t        images = (size_t)u->test->count, classes = (size_t)config.classes;
    upernet_open(&g->model, u->backend, &config, u->cell->config.seed);
    g->open = true;
    confusion_open(&g->all, &u->host, config.classes);
    g->counts = ARENA_NEW(&u->host, int64_t, images * classes * PIXEL_COUNTS);
    if (dense_train(u, &g->model.vit, err) || dense_pass(u, see, g, err) ||
        dense_record(u, &r, err))
        return err->code;
    put_scores(r, g, &u->host);
    return dense_close_record(u, r, "cross entropy of pixels, with 0.4 of the auxiliary head's",
                              err);
}

Status stage_segment(const Cell *c, const StageContext *x, Err *err)
{
    Segment g = { .run = { .cell = c, .context = x, .kind = STAGE_SEGMENT, .take = take } };
    g.run.self = &g, g.run.params = &g.model.params;
    Status bad = run(&g, err);
    dense_end(&g.run);
    if (g.open) upernet_close(&g.model);
    return bad;
}
