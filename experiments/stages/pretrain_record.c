/* What a pre-training leaves: curves, costs, which patches were visible, and a
 * few test images as the trained model completes them. */
#include "experiments/stages/display.h"
#include "experiments/stages/pretrain.h"

enum { SHOWN = 16 }; /* test images kept for figures */

static Status reconstruct(Pretrain *p, Record *r, const Data *test, const Batch *b, Err *err)
{
    const Cell    *c = p->cell;
    const Backend *be = p->mae.params.be;
    int            N = b->N, L = c->rows * c->cols, K = pretrain_visible(p, p->run.steps);
    size_t         size = (size_t)test->height * test->width * test->channels;
    uint8_t       *original = ARENA_NEW(&p->host, uint8_t, N * size);
    uint8_t       *shown = ARENA_NEW(&p->host, uint8_t, N * size);
    uint8_t       *hidden = ARENA_NEW(&p->host, uint8_t, N * L);

    MaskView view;
    if (guide_view(&p->guide, &view, b, 1, false, err)) return err->code;
    mask_draw_batch(p->mask, p->ids, &view, c->config.seed, 0, b->ids, N, K);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < L; k++) hidden[i * L + p->ids[(size_t)i * L + k]] = k >= K;

    p->tape.recording = false;
    Visible   visible = { .N = N, .L = L, .K = K, .ids = p->ids,
                          .thrown = mask_thrown(p->mask, K) };
    Tensor   *images = stage_images(&p->tape, &p->mae.config.encoder, b->images, N);
    MaeResult m = mae_forward(&p->tape, &p->mae, images, &visible);
    Tensor   *raw = op_target_patches(&p->tape, images, c->config.model.patch, false);
    int       P = m.pred->dim[2];
    real     *pred = ARENA_NEW(&p->host, real, tensor_count(m.pred));
    real     *pixels = ARENA_NEW(&p->host, real, tensor_count(raw));
    be->read(pred, m.pred->data, tensor_count(m.pred));
    be->read(pixels, raw->data, tensor_count(raw));
    tape_reset(&p->tape);
    Display display = { test, c->rows, c->cols, c->config.model.patch, p->mae.config.normalized };
    double *x = ARENA_NEW(&p->host, double, size), *y = ARENA_NEW(&p->host, double, size);
    for (int i = 0; i < N; i++) { /* row 0 of pred is the class token's */
        display_image(x, y, &display, pred + ((size_t)i * (L + 1) + 1) * P,
                      pixels + (size_t)i * L * P, hidden + (size_t)i * L);
        for (size_t k = 0; k < size; k++) {
            original[i * size + k] = display_pixel(x[k]);
            shown[i * size + k] = display_pixel(y[k]);
        }
    }
    record_reconstruction(r, original, hidden, shown, (size_t)N, (size_t)test->height,
                          (size_t)test->width, (size_t)test->channels);
    return STATUS_OK;
}

static Status show(Pretrain *p, Record *r, Err *err)
{
    Data  *test;
    Loader loader;
    int    n = p->cell->config.pretrain.batch < SHOWN ? p->cell->config.pretrain.batch : SHOWN;
    if (data_open(&test, &p->cell->config.data, SPLIT_TEST, err)) return err->code;
    loader_open(&loader, test, &(LoaderConfig){ .batch = n });
    Batch  b = batch_new(&p->host, &loader);
    Status bad = loader_batch(&loader, &b, 0, 0, err);
    if (!bad) bad = reconstruct(p, r, test, &b, err);
    loader_close(&loader);
    data_close(test);
    return bad;
}

/* What it takes to train together, a step, on rank 0; waiting is what the way back did not
 * hide. */
static void exchange(const Pretrain *p, Record *r)
{
    const MeanCost c = mean_cost(p->adamw.mean);
    const double   step_s = p->run.wall_s / (double)p->run.steps;
    if (p->run.ranks > 1) record_whole(r, "ranks", p->run.ranks);
    if (c.steps == 0) return; /* alone, or this sitting has only written the record */
    record_metric(r, "exchange_bytes", c.bytes / c.steps, "byte",
                  "gradients that a rank sends in a step", LOWER);
    record_metric(r, "exchange_s", c.span_s / c.steps, "s",
                  "of a step, from the first gradients sent to the last received", LOWER);
    record_metric(r, "exchange_wait_s", c.wait_s / c.steps, "s",
                  "of a step, waiting for gradients", LOWER);
    record_metric(r, "exchange_wait_share", 100 * c.wait_s / c.steps / step_s, "percent",
                  "share of the time spent on waiting for gradients", LOWER);
}

static void curves(Pretrain *p, Record *r)
{
    const Training *t = &p->run;
    size_t  n = (size_t)t->steps;
    long    L = p->cell->rows * p->cell->cols;
    double *visible = ARENA_NEW(&p->host, double, n), *share = ARENA_NEW(&p->host, double, L);
    training_curves(t, r, &p->host, "pretrain", "mean squared error of hidden patches");
    for (size_t i = 0; i < n; i++) visible[i] = pretrain_visible(p, (long)i);
    record_curve(r, "visible", "step", visible, n, "1", "visible patches of an image");

    double images = (double)t->steps * (double)t->batch;
    for (long i = 0; i < L; i++) share[i] = p->seen[i] / images;
    record_map(r, "visible_share", share, "1", "share of images in which the patch was visible");
    record_metric(r, "mask_share", 100 * p->mask_s / t->wall_s, "percent",
                  "share of the time spent on masks", LOWER);
    guide_record(&p->guide, r);
    exchange(p, r);
    training_cost(t, r, "train");
}

Status pretrain_record(Pretrain *p, Err *err)
{
    Record *r;
    Status  bad = STATUS_OK;
    char    path[CELL_PATH];
    if (stage_record(&r, p->cell, STAGE_PRETRAIN, p->context, err)) return err->code;
    record_whole(r, "parameters", (int64_t)params_count(&p->mae.params));
    record_whole(r, "bad_images", stage_bad_images(p->data));
    if (p->cell->config.pretrain.from) {
        record_text(r, "from", p->cell->config.pretrain.from);
        record_text(r, "from_hash", p->cell->config.pretrain.from_id);
    }
    if (cell_trains(p->cell)) {
        curves(p, r);
        bad = show(p, r, err);
    } else {
        record_cost(r, 0, 0);
    }
    cell_model(path, p->context->results, p->cell, MODEL_ENCODER);
    if (!bad) bad = guide_keep(&p->guide, err);
    if (!bad) bad = checkpoint_save(path, &p->mae, p->cell->stage[STAGE_PRETRAIN].id, err);
    if (!bad) return record_close(r, err);
    record_drop(r);
    return bad;
}
