/* How the error of hidden patches grows with the distance to the nearest visible one. */
#include "experiments/figures/figure.h"
#include "experiments/figures/pictures.h"

#include <limits.h>
#include <math.h>

/* Distances in patches, to the nearest whole one; what is further counts there. */
enum { STEPS = 24, PATCHES_LEAST = 8 };

typedef struct { double sum[STEPS], n[STEPS]; } ByDistance;

/* Of patch i of a grid of which hidden [rows, cols] are hidden; 0 if all are. */
static int nearest_visible(const uint8_t *hidden, int rows, int cols, int i)
{
    int best = INT_MAX;
    for (int k = 0; k < rows * cols; k++) {
        int dy = k / cols - i / cols, dx = k % cols - i % cols;
        if (!hidden[k] && dy * dy + dx * dx < best) best = dy * dy + dx * dx;
    }
    int distance = best == INT_MAX ? 0 : (int)lround(sqrt(best));
    return distance < STEPS ? distance : STEPS - 1;
}

/* Mean squared error of a patch, of pixels from 0 to 1. */
static double error_of(const Pictures *p, size_t image, int i)
{
    const size_t down = p->H / (size_t)p->rows, across = p->W / (size_t)p->cols;
    const size_t top = (size_t)(i / p->cols) * down, left = (size_t)(i % p->cols) * across;
    double       sum = 0;
    for (size_t y = top; y < top + down; y++)
        for (size_t k = left * p->C; k < (left + across) * p->C; k++) {
            size_t at = (image * p->H + y) * p->W * p->C + k;
            double off = ((double)p->original[at] - p->completed[at]) / 255;
            sum += off * off;
        }
    return sum / (double)(down * across * p->C);
}

static void measure(ByDistance *b, const Pictures *p)
{
    const int L = p->rows * p->cols;
    for (size_t image = 0; image < p->n; image++)
        for (int i = 0; i < L; i++) {
            const uint8_t *hidden = p->hidden + image * (size_t)L;
            int distance = hidden[i] ? nearest_visible(hidden, p->rows, p->cols, i) : 0;
            if (!distance) continue;
            b->sum[distance] += error_of(p, image, i);
            b->n[distance]++;
        }
}

/* A value per seed, of distances that seed has some patches at. */
static Status add_row(const Figures *f, int row, Arena *a, Text *out, Text *shades, Err *err)
{
    const Results *r = f->r;
    double        *x = ARENA_NEW(a, double, STEPS * r->n_seeds);
    bool           any = false;
    for (int k = 0; k < r->n_seeds; k++) {
        Pictures   p;
        ByDistance b = { { 0 }, { 0 } };
        if (pictures_read(&p, r, row, k, a, err)) return err->code;
        measure(&b, &p);
        for (int d = 0; d < STEPS; d++) {
            bool enough = b.n[d] >= PATCHES_LEAST;
            x[d * r->n_seeds + k] = enough ? b.sum[d] / b.n[d] : (double)NAN;
            any = any || enough;
        }
    }
    if (!any) return STATUS_OK;
    text_add(out, "%s", out->length ? "\n\n" : "");
    results_label(r, row, out);
    text_add(out, "\n");
    for (int d = 1; d < STEPS; d++) {
        Summary s = stats_summary(x + d * r->n_seeds, r->n_seeds);
        double  sd = s.n > 1 ? s.sd : 0;
        if (s.n) text_add(out, "%d\t%.6g\t%.6g\t%.6g\n", d, s.mean, s.mean - sd, s.mean + sd);
    }
    text_add(shades, "%d ", figure_shade(f, row));
    return STATUS_OK;
}

Status figure_distance(const Figures *f, Err *err)
{
    Text   tsv = { 0 }, shades = { 0 };
    Arena  a;
    Status bad = STATUS_OK;
    arena_open(&a, "distances", NULL, NULL);
    for (int row = 0; row < f->r->n_rows && !bad; row++)
        if (!f->r->rows[row].untrained) bad = add_row(f, row, &a, &tsv, &shades, err);
    if (!bad && tsv.length)
        bad = figure_draw(f, &(Drawing){
            .name = "distance", .title = "Error by distance to the nearest visible patch",
            .about = "Mean squared error of hidden patches of a few test images (pixels from 0 to "
                     "1), by the distance to the nearest patch that is visible, in patches.",
            .script = "lines", .tsv = &tsv,
            .columns = { FIGURE_BLOCK "patches\tmean\tmean - sd\tmean + sd" },
            .arguments = { text_get(&shades), "patches to the nearest visible one",
                           "squared error of\nhidden pixels", "sd" } }, err);
    else if (!bad)
        figure_left(f, "distance", "no pre-training is done yet");
    arena_close(&a);
    text_free(&tsv);
    text_free(&shades);
    return bad;
}
