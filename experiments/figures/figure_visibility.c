/* How often each strategy shows each patch. */
#include "experiments/figures/figures.h"

#include <stdio.h>

/* Mean over seeds, as a block: the name, then column, row, share. */
static Status add_visibility(const Figures *f, int row, Arena *a, Text *out, int *panels,
                             Err *err)
{
    const Results *r = f->r;
    double        *sum = NULL;
    int            n = 0, rows = 0, cols = 0;
    for (int k = 0; k < r->n_seeds; k++) {
        H5   *h;
        H5Set set = { .name = "maps/visible_share", .kind = NUMBER_DOUBLE, .rank = 2 };
        void *x;
        if (results_state(r, STAGE_PRETRAIN, row, k) != POINT_DONE) continue;
        if (results_record(r, STAGE_PRETRAIN, row, k, &h, err)) return err->code;
        Status bad = h5_get(h, &set, a, &x, err);
        h5_close(h);
        if (bad) return bad;
        if (!n) sum = x, rows = (int)set.dim[0], cols = (int)set.dim[1];
        else if ((int)set.dim[0] == rows && (int)set.dim[1] == cols)
            for (int i = 0; i < rows * cols; i++) sum[i] += ((double *)x)[i];
        else continue;
        n++;
    }
    if (!n) return STATUS_OK;
    text_add(out, "%s", (*panels)++ ? "\n\n" : "");
    results_label(r, row, out);
    text_add(out, "\n");
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < cols; x++)
            text_add(out, "%d\t%d\t%.5f\n", x, y, sum[y * cols + x] / n);
    return STATUS_OK;
}

Status figure_visibility(const Figures *f, Err *err)
{
    Text   tsv = { 0 };
    Arena  a;
    char   panels[16];
    int    n = 0;
    Status bad = STATUS_OK;
    arena_open(&a, "visibility", NULL, NULL);
    for (int row = 0; row < f->r->n_rows && !bad; row++)
        if (!f->r->rows[row].untrained) bad = add_visibility(f, row, &a, &tsv, &n, err);
    snprintf(panels, sizeof panels, "%d", n);
    if (!bad && n)
        bad = figure_draw(f, "visibility", "visibility", &tsv,
                          (const char *const[]){ panels, f->widest, text_get(&f->footer),
                                                 NULL }, err);
    arena_close(&a);
    text_free(&tsv);
    return bad;
}
