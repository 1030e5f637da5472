/* What represent found: the spectrum of features, attention block by block, cuts over the
 * epochs, and how alike the features of strategies are. */
#include "experiments/figures/figure.h"

#include "core/metrics/geometry.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { POINTS_MOST = 512, ALIKE_IMAGES = 256 };

/* --- curves -------------------------------------------------------------- */

typedef struct {
    const char *figure, *curve, *axis, *across, *scale;
} Line;

#define BY_BLOCK(curve) { curve "_by_block", curve, "block", "block", "linear" }
#define BY_EPOCH(curve) { curve "_by_epoch", curve, "epoch", "epoch", "linear" }

static const Line lines[] = {
    { "spectrum", "sigma_centred", "component", "component", "log" },
    { "spectrum_raw", "sigma", "component", "component", "log" },
    BY_BLOCK("rank_of_class"),
    BY_BLOCK("rank_of_mean"),
    BY_BLOCK("rank_of_patch"),
    { "frequencies", "frequencies", "frequency", "frequency over Nyquist's", "linear" },
    BY_BLOCK("high_frequencies"),
    BY_BLOCK("attention_distance"),
    BY_BLOCK("attention_entropy"),
    BY_BLOCK("attention_nmi"),
    { "exploitation_by_block", "exploitation_of_block", "decoder_block",
      "block of the decoder", "linear" },
    { "relation_divergence_by_block", "relation_divergence_of_block", "block", "block",
      "linear" },
    BY_EPOCH("relation_divergence"),
    BY_EPOCH("cut_gap"),
    BY_EPOCH("cut_gap_attention"),
    BY_EPOCH("cut_agreement"),
    BY_EPOCH("feature_variance"),
    BY_EPOCH("relation_variance"),
    BY_EPOCH("exploitation_share"),
    BY_EPOCH("exploitation_rate"),
};
enum { N_LINES = sizeof lines / sizeof *lines };

bool figure_represent_name(int i, const char **figure, const char **curve)
{
    *figure = i < N_LINES ? lines[i].figure : "cka";
    *curve = i < N_LINES ? lines[i].curve : "cka";
    return i <= N_LINES;
}

typedef struct {
    double x[POINTS_MOST], mean[POINTS_MOST], squares[POINTS_MOST];
    int    n, seeds;
    char   label[128];
} Curve;

/* One more seed; of another length than the first it does not count. */
static Status add_seed(Curve *c, H5 *f, const Line *l, Err *err)
{
    Arena       a;
    double     *x, *y;
    size_t      n;
    char        path[128];
    const char *label;
    snprintf(path, sizeof path, "curves/%s", l->curve);
    if (!h5_has(f, path)) return STATUS_OK; /* no snapshots were kept */
    arena_open(&a, "curve", NULL, NULL);
    Status bad = record_curve_read(f, l->curve, l->axis, &a, &x, &y, &n, &label, err);
    if (n > POINTS_MOST) n = POINTS_MOST;
    if (!bad && (!c->seeds || (int)n == c->n)) {
        c->n = (int)n;
        c->seeds++;
        snprintf(c->label, sizeof c->label, "%s%s", label ? label : l->curve,
                 strcmp(l->curve, "attention_distance") ? "" : " [pixels]");
        for (int i = 0; i < c->n; i++) { /* Welford 1962 */
            double off = y[i] - c->mean[i];
            c->x[i] = x[i];
            c->mean[i] += off / c->seeds;
            c->squares[i] += off * (y[i] - c->mean[i]);
        }
    }
    arena_close(&a);
    return bad;
}

static void add_block(const Figures *f, int row, const Curve *c, const Line *l, Text *out)
{
    double floor = strcmp(l->scale, "log") ? -(double)INFINITY : 1e-6;
    text_add(out, "%s", out->length ? "\n\n" : "");
    results_label(f->r, row, out);
    text_add(out, "\n");
    for (int i = 0; i < c->n; i++) {
        double sd = c->seeds > 1 ? sqrt(c->squares[i] / (c->seeds - 1)) : 0;
        double low = c->mean[i] - sd < floor ? floor : c->mean[i] - sd;
        if (!(c->mean[i] > floor)) continue; /* noise, below what a log can show */
        text_add(out, "%.6g\t%.6g\t%.6g\t%.6g\n", c->x[i], c->mean[i], low, c->mean[i] + sd);
    }
}

/* No record has the curve: because nobody asked for it, or for what it is of. */
static const char *why_not(const Figures *f, const Line *l)
{
    for (int row = 0; row < f->r->n_rows; row++)
        if (results_count(f->r, STAGE_REPRESENT, row, POINT_DONE))
            return strcmp(l->across, "epoch") ? "no record has it"
                                              : "no moments were kept; set pretrain.snapshots";
    return "no represent is done; evaluate: [represent] asks for it";
}

static Status draw_lines(const Figures *f, const Line *l, Err *err)
{
    const Results *r = f->r;
    Text           tsv = { 0 }, shades = { 0 }, label = { 0 };
    Status         bad = STATUS_OK;
    char           words[128] = "", columns[FIGURE_NAME];
    for (int row = 0; row < r->n_rows && !bad; row++) {
        Curve c = { .n = 0 };
        for (int k = 0; k < r->n_seeds && !bad; k++) {
            H5 *file;
            if (results_state(r, STAGE_REPRESENT, row, k) != POINT_DONE) continue;
            bad = results_record(r, STAGE_REPRESENT, row, k, &file, err);
            if (bad) break;
            bad = add_seed(&c, file, l, err);
            h5_close(file);
        }
        if (bad || !c.seeds) continue;
        memcpy(words, c.label, sizeof words);
        add_block(f, row, &c, l, &tsv);
        text_add(&shades, "%d ", figure_shade(f, row));
    }
    if (!bad && tsv.length) {
        figure_label(&label, words);
        snprintf(columns, sizeof columns, FIGURE_BLOCK "%s\tmean\tmean - sd\tmean + sd", l->axis);
        bad = figure_draw(f, &(Drawing){
            .name = l->figure, .title = words, .script = "lines", .tsv = &tsv,
            .columns = { columns },
            .about = "Mean over seeds, with a band of one standard deviation.",
            .arguments = { text_get(&shades), l->across, label.s,
                           strcmp(l->scale, "log") ? "sd" : "log sd" } }, err);
    } else if (!bad) {
        figure_left(f, l->figure, why_not(f, l));
    }
    text_free(&label);
    text_free(&tsv);
    text_free(&shades);
    return bad;
}

/* --- likeness ------------------------------------------------------------ */

typedef struct {
    float *x;
    int    n, d;
} Features;

/* Features of one cell, of the kind that its recipe asks for; n 0 without a record. */
static Status read_features(const Figures *f, int row, int seed, Arena *a, Features *out, Err *err)
{
    const Cell *c = f->r->rows[row].cells[seed];
    H5         *file;
    void       *x;
    *out = (Features){ NULL, 0, 0 };
    if (results_state(f->r, STAGE_REPRESENT, row, seed) != POINT_DONE) return STATUS_OK;
    if (results_record(f->r, STAGE_REPRESENT, row, seed, &file, err)) return err->code;
    bool   class = !strcmp(c->config.represent.feature, "class");
    H5Set  set = { .name = class ? "features/class" : "features/mean", .kind = NUMBER_FLOAT,
                   .rank = 2 };
    Status bad = h5_get(file, &set, a, &x, err);
    h5_close(file);
    if (bad) return bad;
    size_t n = set.dim[0] < ALIKE_IMAGES ? set.dim[0] : ALIKE_IMAGES;
    *out = (Features){ x, (int)n, (int)set.dim[1] };
    return STATUS_OK;
}

/* Of different seeds, so that a strategy is compared with itself like with any other; of a
 * single seed only strategies can be compared. */
static double alike(const Features *all, int seeds, int i, int j)
{
    double sum = 0;
    int    n = 0;
    for (int s = 0; s < seeds; s++) {
        const Features *x = &all[i * seeds + s], *y = &all[j * seeds + (s + 1) % seeds];
        if (x == y || !x->n || x->n != y->n) continue;
        sum += geometry_cka(x->x, x->d, y->x, y->d, x->n, true);
        n++;
    }
    return n ? sum / n : i == j ? 1 : (double)NAN;
}

static Status draw_likeness(const Figures *f, Err *err)
{
    const Results *r = f->r;
    Arena          a;
    Text           tsv = { 0 }, caption = { 0 };
    Status         bad = STATUS_OK;
    char           count[16];
    int            shown = 0, *row = NULL;
    arena_open(&a, "likeness", NULL, NULL);
    row = ARENA_NEW(&a, int, r->n_rows + 1);
    Features *all = ARENA_NEW(&a, Features, (r->n_rows + 1) * r->n_seeds);
    for (int i = 0; i < r->n_rows && !bad; i++) {
        bool any = false;
        for (int s = 0; s < r->n_seeds && !bad; s++) {
            bad = read_features(f, i, s, &a, &all[shown * r->n_seeds + s], err);
            any = any || (!bad && all[shown * r->n_seeds + s].n > 2);
        }
        if (any) row[shown++] = i;
    }
    for (int i = 0; i < shown && !bad; i++)
        for (int j = 0; j < shown; j++) {
            double x = alike(all, r->n_seeds, i, j);
            text_add(&tsv, "%d\t%d\t", i, j);
            results_label(r, row[i], &tsv);
            text_add(&tsv, "\t");
            results_label(r, row[j], &tsv);
            text_add(&tsv, isfinite(x) ? "\t%.6g\n" : "\tnan\n", x);
        }
    snprintf(count, sizeof count, "%d", shown);
    text_add(&caption, "linear CKA of features, debiased%s",
             r->n_seeds > 1 ? "; between seeds, the diagonal too" : "");
    if (!bad && shown > 1)
        bad = figure_draw(f, &(Drawing){
            .name = "cka", .title = "How alike features are", .script = "heat", .tsv = &tsv,
            .columns = { "row\tcolumn\tlabel\tlabel of the column\tlinear CKA" },
            .about = "Linear CKA of the features of strategies; 1: the same but for a rotation.",
            .arguments = { count, count, text_get(&caption), "unit" } }, err);
    else if (!bad)
        figure_left(f, "cka", "it needs two strategies with a represent that is done");
    text_free(&caption);
    text_free(&tsv);
    arena_close(&a);
    return bad;
}

Status figure_represent(const Figures *f, Err *err)
{
    Status bad = STATUS_OK;
    for (int i = 0; i < N_LINES && !bad; i++)
        if (figure_wanted(f, lines[i].figure) || figure_wanted(f, lines[i].curve))
            bad = draw_lines(f, &lines[i], err);
    return bad || !figure_wanted(f, "cka") ? bad : draw_likeness(f, err);
}
