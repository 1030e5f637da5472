#include "core/model/pyramid.h"

#include "core/tape/maps.h"

#include <math.h>
#include <stdio.h>

double level_scale(int level) { return ldexp(1, LEVEL_OWN - level); }

/* A 2 x 2 deconvolution that nobody starts. */
static Layer add_up(Params *p, int outputs, int inputs, const char *prefix,
                    const char *part)
{
    const Init init = init_default(4 * outputs);
    char       name[PARAM_NAME];
    snprintf(name, sizeof name, "%s%s", prefix, part);
    return deconv_add(p, outputs, inputs, init, init, name);
}

/* --- four taps ----------------------------------------------------------- */

enum { GROUPS = 32 };

void taps_add(Taps *k, Params *p, TapsNorm norm, int width, int finest,
              const char *prefix)
{
    char name[PARAM_NAME];
    *k = (Taps){ .norm = norm };
    for (int i = 0; i < TAPS; i++) k->level[i] = i + 2 < finest ? finest : i + 2;
    if (finest <= 2) {
        k->up[0][0] = add_up(p, width, width, prefix, "fpn1.0");
        snprintf(name, sizeof name, "%sfpn1.1", prefix);
        k->between = params_norm(p, width, "%s", name);
        if (norm == TAPS_BATCH_NORM) k->running = params_running(p, width, name);
        k->up[0][1] = add_up(p, width, width, prefix, "fpn1.3");
    } else if (finest == 3) {
        k->up[0][0] = add_up(p, width, width, prefix, "fpn1.0");
    }
    if (finest <= 3) k->up[1][0] = add_up(p, width, width, prefix, "fpn2.0");
}

static Tensor *between(Tape *t, const Taps *k, Tensor *x, bool training)
{
    if (k->norm == TAPS_GROUP_NORM)
        x = op_group_norm(t, x, k->between.w, k->between.b,
                          x->dim[3] % GROUPS ? 1 : GROUPS);
    else
        x = op_map_norm(t, x, k->between.w, k->between.b, k->running.mean, k->running.var,
                        training, 0.1);
    return op_gelu(t, x);
}

void taps_forward(Tape *t, const Taps *k, Tensor **map, bool training)
{
    for (int i = 0; i < TAPS; i++) {
        if (k->up[i][0].w) map[i] = deconv_forward(t, k->up[i][0], map[i]);
        if (k->up[i][1].w) {
            map[i] = between(t, k, map[i], training);
            map[i] = deconv_forward(t, k->up[i][1], map[i]);
        }
        if (k->level[i] == LEVEL_LAST) map[i] = op_max_pool(t, map[i], 2, 2);
    }
}

/* --- pyramids ------------------------------------------------------------ */

/* Of a feature pyramid network started as detectron2 does, else as nobody does. */
static Conv add_conv(Params *p, ConvNorm kind, int O, int I, int size, const char *prefix,
                     const char *part, int number)
{
    const int  inputs = I * size * size;
    const Init init = kind == CONV_BATCH ? (Init){ INIT_UNIFORM, sqrt(3.0 / inputs) }
                                         : init_default(inputs);
    char name[PARAM_NAME], norm[PARAM_NAME + 8];
    snprintf(name, sizeof name, "%s%s%d", prefix, part, number);
    snprintf(norm, sizeof norm, "%s.norm", name);
    return conv_add(p, kind, O, I, size, init, name, norm);
}

/* The sequence simfp_LEVEL: its deconvolutions, GELU and pool count in the names. */
static void add_simple(Pyramid *y, Params *p, int level, int D, const char *prefix)
{
    const int i = level - 2;
    int       width = D, at = level == 2 ? 4 : level == LEVEL_OWN ? 0 : 1;
    char      part[24];
    if (level < LEVEL_OWN) {
        snprintf(part, sizeof part, "simfp_%d.0", level);
        y->up[i][0] = add_up(p, width / 2, width, prefix, part);
        width /= 2;
    }
    if (level == 2) {
        y->between = params_norm(p, width, "%ssimfp_2.1", prefix);
        y->up[i][1] = add_up(p, width / 2, width, prefix, "simfp_2.3");
        width /= 2;
    }
    snprintf(part, sizeof part, "simfp_%d.", level);
    y->conv1[i] = add_conv(p, CONV_LAYER, y->channels, width, 1, prefix, part, at);
    y->conv2[i] =
        add_conv(p, CONV_LAYER, y->channels, y->channels, 3, prefix, part, at + 1);
}

void pyramid_add(Pyramid *y, Params *p, PyramidKind kind, int width, int channels,
                 int finest, const char *prefix)
{
    *y = (Pyramid){ .kind = kind, .finest = finest, .channels = channels };
    CHECK(finest == 2 || (kind == PYRAMID_SIMPLE && 2 < finest && finest <= LEVEL_OWN),
          "a pyramid from level %d on", finest);
    if (kind == PYRAMID_FOUR_TAP)
        taps_add(&y->taps, p, TAPS_GROUP_NORM, width, finest, prefix);
    for (int level = finest; level <= LEVEL_LAST; level++) {
        if (kind == PYRAMID_SIMPLE) {
            add_simple(y, p, level, width, prefix);
            continue;
        }
        const int i = level - 2;
        y->conv1[i] =
            add_conv(p, CONV_BATCH, channels, width, 1, prefix, "fpn_lateral", level);
        y->conv2[i] = add_conv(p, CONV_BATCH, channels, channels, 3, prefix, "fpn_output",
                               level);
    }
}

static Tensor *simple_level(Tape *t, const Pyramid *y, int level, Tensor *x,
                            bool training)
{
    const int i = level - 2;
    if (level < LEVEL_OWN) x = deconv_forward(t, y->up[i][0], x);
    if (level == 2) {
        x = op_gelu(t, op_norm(t, x, y->between.w, y->between.b, NORM_EPS));
        x = deconv_forward(t, y->up[i][1], x);
    }
    if (level == LEVEL_LAST) x = op_max_pool(t, x, 2, 2);
    x = conv_forward(t, &y->conv1[i], x, training);
    return conv_forward(t, &y->conv2[i], x, training);
}

/* Every place four times: of squares the means of twice as many cells, each of which lies
 * within one place. */
static Tensor *doubled(Tape *t, Tensor *x)
{
    CHECK(x->dim[1] == x->dim[2], "%d x %d is no square", x->dim[1], x->dim[2]);
    return op_mean_pool(t, x, 2 * x->dim[1]);
}

/* From the coarsest down: each level gets what the one above it has found. */
static void four_tap_levels(Tape *t, const Pyramid *y, Tensor *const *tap, Maps *m,
                            bool training)
{
    Tensor *map[TAPS], *above = NULL;
    for (int i = 0; i < TAPS; i++) map[i] = tap[i];
    taps_forward(t, &y->taps, map, training);
    for (int k = m->count - 1; k >= 0; k--) {
        const int i = m->level[k] - 2;
        Tensor   *x = conv_forward(t, &y->conv1[i], map[i], training);
        above = above ? op_add(t, x, doubled(t, above)) : x;
        m->map[k] = conv_forward(t, &y->conv2[i], above, training);
    }
}

Maps pyramid_forward(Tape *t, const Pyramid *y, Tensor *const *map, bool training)
{
    Maps m = { .count = LEVEL_LAST - y->finest + 1 };
    for (int k = 0; k < m.count; k++) m.level[k] = y->finest + k;
    if (y->kind == PYRAMID_FOUR_TAP) four_tap_levels(t, y, map, &m, training);
    for (int k = 0; y->kind == PYRAMID_SIMPLE && k < m.count; k++)
        m.map[k] = simple_level(t, y, m.level[k], map[0], training);
    m.level[m.count] = LEVEL_LAST + 1;
    m.map[m.count] = op_max_pool(t, m.map[m.count - 1], 1, 2);
    m.count++;
    return m;
}
