#include "experiments/run/estimate_dense.h"

#include "core/data/dense_loader.h"
#include "core/train/footprint.h"
#include "experiments/recipe/dense_look.h"

#include <math.h>
#include <string.h>

/* --- operations ------------------------------------------------------------- */

/* Of a convolution k x k; where it is transposed, of the places it comes from. */
static double conv(double places, double in, double out, int k)
{
    return 2 * places * in * out * k * k;
}

static double patches(const DenseVitConfig *v) { return vit_patches(&v->encoder); }

/* In windows a patch attends to those of its window. */
static double backbone(const DenseVitConfig *v)
{
    const VitConfig *e = &v->encoder;
    const double     T = patches(v), D = e->size.D, depth = e->size.depth;
    const double     wide = v->window ? v->wide : depth, window = v->window * v->window;
    return conv(T, e->channels, D, e->patch) + depth * 24 * T * D * D +
           4 * T * D * (wide * T + (depth - wide) * window);
}

static double places(const DenseVitConfig *v, int level)
{
    return patches(v) * pow(level_scale(level), 2);
}

/* The deconvolutions that lead to a level; `half`: each halves the width. */
static double upwards(const DenseVitConfig *v, int level, bool half)
{
    const double D = v->encoder.size.D;
    double       flop = 0;
    for (int l = LEVEL_OWN; l > level; l--) {
        double in = half ? D / pow(2, LEVEL_OWN - l) : D;
        flop += conv(places(v, l), in, half ? in / 2 : in, 2);
    }
    return flop;
}

static double detect_maps(const MaskRcnnConfig *m)
{
    const DenseVitConfig *v = &m->backbone;
    const bool            half = m->pyramid == PYRAMID_SIMPLE;
    const double          C = m->channels, anchors = 5.0 * m->rules.ratios;
    double                flop = 0;
    for (int level = m->finest; level <= LEVEL_LAST; level++) {
        double n = places(v, level), fine = LEVEL_OWN - level;
        double D = v->encoder.size.D / (half && fine > 0 ? pow(2, fine) : 1);
        flop += upwards(v, level, half) + conv(n, D, C, 1) + conv(n, C, C, 3);
        flop += m->rpn_convs * conv(n, C, C, 3) + conv(n, C, anchors, 1);
    }
    return flop;
}

static double box_head(const MaskRcnnConfig *m, double regions)
{
    const double cells = regions * m->box_cells * m->box_cells, C = m->channels;
    return m->box_convs * conv(cells, C, C, 3) + conv(cells, C, m->hidden, 1) +
           conv(regions, m->hidden, 5.0 * m->classes + 1, 1);
}

static double mask_head(const MaskRcnnConfig *m, double regions)
{
    const double cells = regions * m->mask_cells * m->mask_cells, C = m->channels;
    return m->mask_convs * conv(cells, C, C, 3) + conv(cells, C, C, 2) +
           conv(4 * cells, C, m->classes, 1);
}

/* Of all regions a test image may have, about a tenth are found. */
static double detect_flop(const Cell *c, double seen, double tested)
{
    const MaskRcnnConfig m = dense_mask_rcnn(c);
    const BoxRules      *r = &m.rules;
    const double         maps = backbone(&m.backbone) + detect_maps(&m);
    const double         foreground = r->regions * r->regions_foreground;
    return 3 * seen * (maps + box_head(&m, r->regions) + mask_head(&m, foreground)) +
           tested * (maps + box_head(&m, r->after) + mask_head(&m, 0.1 * r->detections));
}

static double segment_flop(const Cell *c, double seen, double tested)
{
    const UpernetConfig   u = dense_upernet(c);
    const DenseVitConfig *v = &u.backbone;
    const double          D = v->encoder.size.D, C = u.channels, pooled = 1 + 4 + 9 + 36;
    double flop = backbone(v) + conv(pooled, D, C, 1) +
                  conv(places(v, LEVEL_LAST), D + 4 * C, C, 3) +
                  conv(places(v, LEVEL_OWN), D, u.aux_channels, 3);
    for (int tap = 0, level = 2; tap < TAPS - 1; tap++, level++) {
        int at = level < u.finest ? u.finest : level;
        flop += upwards(v, at, false) + conv(places(v, at), D, C, 1) +
                conv(places(v, at), C, C, 3);
    }
    flop += conv(places(v, u.finest), TAPS * C, C, 3) +
            conv(places(v, u.finest), C, u.classes, 1);
    return flop * (3 * seen + tested);
}

/* A photograph takes about two windows. */
double estimate_dense_flop(const Cell *c, StageKind kind)
{
    const DenseFacts *f = cell_dense(c, kind);
    const DenseTask   d = config_dense(&c->config, kind);
    const double      seen = (double)d.epochs * f->train_count, tested = f->test_count;
    if (kind == STAGE_DETECT) return detect_flop(c, seen, tested);
    return segment_flop(c, seen, strcmp(d.data.name, "scenes") ? 2 * tested : tested);
}

/* --- bytes ------------------------------------------------------------------ */

double estimate_dense_memory(const Cell *c, StageKind kind)
{
    const DenseTask d = config_dense(&c->config, kind);
    const bool      recompute = c->config.model.recompute;
    const int       parts = d.accumulate, N = d.batch / parts;
    const double    batch = dense_loader_bytes(
        &(DenseLoaderConfig){ .batch = N, .size = d.size }, cell_dense(c, kind)->channels);
    if (kind == STAGE_DETECT) {
        const MaskRcnnConfig m = dense_mask_rcnn(c);
        return batch + fmax((double)footprint_detect(&m, N, parts, recompute),
                            (double)footprint_detected(&m, 1));
    }
    const UpernetConfig u = dense_upernet(c);
    return batch + fmax((double)footprint_segment(&u, N, parts, recompute),
                        (double)footprint_segmented(&u, 1));
}
