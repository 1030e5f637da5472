/* How often each strategy shows each patch. */
#include "experiments/figures/figure.h"
#include "experiments/figures/pictures.h"

#include <stdio.h>

/* Mean over seeds, as a block: the name, then column, row, share. */
static Status add_visibility(const Figures *f, int row, Arena *a, Text *out, int *panels,
                             Err *err)
{
    double *share;
    int     rows, cols;
    if (shares_of_row(&share, &rows, &cols, f->r, row, a, err)) return err->code;
    if (!share) return STATUS_OK;
    text_add(out, "%s", (*panels)++ ? "\n\n" : "");
    results_label(f->r, row, out);
    text_add(out, "\n");
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < cols; x++)
            text_add(out, "%d\t%d\t%.5f\n", x, y, share[y * cols + x]);
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
    if (!bad && n && !f->plan->terminal)
        bad = figure_draw(f, &(Drawing){
            .name = "visibility", .title = "Visible patches", .script = "visibility",
            .about = "How often each strategy shows each patch, over all images and epochs.",
            .columns = { FIGURE_BLOCK "column\trow\tshare" }, .tsv = &tsv,
            .arguments = { panels } }, err);
    else if (!bad)
        figure_left(f, "visibility", n ? "a terminal has no room for it"
                                       : "no pre-training is done yet");
    arena_close(&a);
    text_free(&tsv);
    return bad;
}
