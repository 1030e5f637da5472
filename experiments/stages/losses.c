#include "experiments/stages/losses.h"

#include "core/base/status.h"

void losses_open(Losses *s, Arena *host, int count, int rows, int cols)
{
    size_t n = (size_t)count * (size_t)(rows * cols);
    *s = (Losses){ count, rows, cols, ARENA_NEW(host, real, n) };
    for (size_t i = 0; i < n; i++) s->mean[i] = 1;
}

static double mean_of_hidden(const real *loss, const Visible *v)
{
    double sum = 0;
    for (int n = 0; n < v->N; n++)
        for (int k = v->K; k < v->L - v->thrown; k++) {
            size_t row = (size_t)n * (size_t)v->L;
            sum += (double)loss[row + (size_t)v->ids[row + (size_t)k]];
        }
    return sum / ((double)v->N * (v->L - v->thrown - v->K));
}

/* mean = momentum mean + (1 - momentum) loss / batch mean */
void losses_add(Losses *s, const Batch *b, const real *loss, const Visible *v)
{
    double mean = mean_of_hidden(loss, v);
    if (!(mean > 0)) return; /* all is drawn perfectly: nothing to compare */
    CHECK(v->L == s->rows * s->cols, "losses of %d patches, maps of %d x %d", v->L, s->rows,
          s->cols);
    for (int n = 0; n < v->N; n++) {
        size_t row = (size_t)n * (size_t)v->L;
        real  *map = s->mean + (size_t)b->ids[n] * (size_t)v->L;
        for (int k = v->K; k < v->L - v->thrown; k++) {
            int   at = v->ids[row + (size_t)k];
            real *to = &map[crop_cell(&b->crops[n], &b->wholes[n], at, s->rows, s->cols)];
            *to = (real)(LOSSES_MOMENTUM * (double)*to +
                         (1 - LOSSES_MOMENTUM) * (double)loss[row + (size_t)at] / mean);
        }
    }
}
