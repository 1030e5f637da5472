/* Training loss of each strategy. */
#include "experiments/figures/figure.h"

#include <math.h>

/* Steps are averaged to so many points: single steps differ by their images
 * more than strategies do. */
enum { POINTS_MOST = 64 };

typedef struct {
    double epoch[POINTS_MOST];
    double loss[POINTS_MOST];
    int    n;
} Curve;

static Status read_curve(const Results *r, int row, int seed, Curve *c, Err *err)
{
    Arena   a;
    double *step, *epoch, *loss;
    size_t  n;
    H5     *f;
    if (results_record(r, STAGE_PRETRAIN, row, seed, &f, err)) return err->code;
    arena_open(&a, "curves", NULL, NULL);
    Status bad = record_curve_read(f, "epoch", "step", &a, &step, &epoch, &n, NULL, err);
    if (!bad) bad = record_curve_read(f, "loss", "step", &a, &step, &loss, &n, NULL, err);
    *c = (Curve){ .n = bad ? 0 : n < POINTS_MOST ? (int)n : POINTS_MOST };
    for (int i = 0; i < c->n; i++) {
        size_t from = n * (size_t)i / (size_t)c->n;
        size_t to = n * (size_t)(i + 1) / (size_t)c->n;
        for (size_t k = from; k < to; k++) {
            c->epoch[i] += epoch[k] / (double)(to - from);
            c->loss[i] += loss[k] / (double)(to - from);
        }
    }
    arena_close(&a);
    h5_close(f);
    return bad;
}

/* Seeds of a row that trained for as many steps as the first of them; an encoder from a file
 * has no curve. */
static Status add_loss(const Figures *f, int row, Text *out, int *rows, Err *err)
{
    const Results *r = f->r;
    double         sum[POINTS_MOST] = { 0 }, squares[POINTS_MOST] = { 0 };
    Curve          first = { .n = 0 }, c;
    int            n = 0;
    for (int k = 0; k < r->n_seeds; k++) {
        if (results_state(r, STAGE_PRETRAIN, row, k) != POINT_DONE ||
            !cell_trains(r->rows[row].cells[k]))
            continue;
        if (read_curve(r, row, k, &c, err)) return err->code;
        if (!n) first = c;
        if (c.n != first.n) continue;
        n++;
        for (int i = 0; i < c.n; i++) { /* Welford 1962 */
            double off = c.loss[i] - sum[i];
            sum[i] += off / n;
            squares[i] += off * (c.loss[i] - sum[i]);
        }
    }
    if (!n) return STATUS_OK;
    text_add(out, "%s", *rows ? "\n\n" : "");
    results_label(r, row, out);
    text_add(out, "\n");
    for (int i = 0; i < first.n; i++) {
        double sd = n > 1 ? sqrt(squares[i] / (n - 1)) : 0;
        text_add(out, "%.6g\t%.6g\t%.6g\t%.6g\n", first.epoch[i], sum[i], sum[i] - sd,
                 sum[i] + sd);
    }
    ++*rows;
    return STATUS_OK;
}

static bool trains(const Recipe *r)
{
    for (int i = 0; i < r->n_cells; i++)
        if (cell_trains(&r->cells[i])) return true;
    return false;
}

Status figure_loss(const Figures *f, Err *err)
{
    Text   tsv = { 0 }, shades = { 0 };
    int    rows = 0;
    Status bad = STATUS_OK;
    for (int row = 0; row < f->r->n_rows && !bad; row++) {
        int before = rows;
        bad = add_loss(f, row, &tsv, &rows, err);
        if (rows > before) text_add(&shades, "%d ", figure_shade(f, row));
    }
    if (!bad && rows)
        bad = figure_draw(f, &(Drawing){
            .name = "loss", .title = "Training loss", .script = "lines", .tsv = &tsv,
            .columns = { FIGURE_BLOCK "epoch\tmean\tmean - sd\tmean + sd" },
            .about = "Mean squared error of hidden patches over the epochs: mean over seeds, with "
                     "a band of one standard deviation.",
            .arguments = { text_get(&shades), "epoch",
                           "mean squared error\nof hidden patches", "cut sd" } }, err);
    else if (!bad)
        figure_left(f, "loss", trains(f->r->recipe) ? "no pre-training is done yet"
                                                    : "none of the encoders is pre-trained here");
    text_free(&tsv);
    text_free(&shades);
    return bad;
}
