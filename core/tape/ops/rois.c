/* Regions of maps, cut out and brought to one size. */
#include "core/tape/dense.h"

#include <math.h>

typedef struct {
    const Rois *rois;
    double      scale[MAX_INPUTS];
    int         levels, size;
} Cut;

/* Far outside of any picture; with it the number of samples stays within an int. */
static const double FARTHEST = 1 << 20;

static void check_rois(const Rois *r, int N, int levels)
{
    CHECK(r->count >= 1, "no regions to cut out");
    for (int i = 0; i < r->count; i++) {
        int level = r->level ? r->level[i] : 0;
        CHECK(0 <= r->image[i] && r->image[i] < N && 0 <= level && level < levels,
              "region %d of image %d of %d, map %d of %d", i, r->image[i], N, level,
              levels);
        for (int k = 0; k < 4; k++)
            CHECK(fabs((double)r->box[4 * i + k]) <= FARTHEST, "region %d reaches to %g",
                  i, (double)r->box[4 * i + k]);
    }
}

static void roi_align_back(Tape *t, const Node *n)
{
    const Cut  *c = n->aux;
    const Rois *r = c->rois;
    for (int l = 0; l < c->levels; l++) {
        Tensor *x = n->in[l];
        t->be->roi_align_bwd(tape_grad(t, x), n->out->grad, r->image, r->box, r->level, l,
                             r->count, x->dim[0], x->dim[1], x->dim[2], x->dim[3],
                             c->size, c->scale[l]);
    }
}

Tensor *op_roi_align(Tape *t, Tensor *const *map, const double *scale, int levels,
                     const Rois *rois, int size)
{
    CHECK(1 <= levels && levels <= MAX_INPUTS, "regions of %d maps, at most %d", levels,
          MAX_INPUTS);
    CHECK(size >= 1, "regions of %d x %d cells", size, size);
    Tensor *in[MAX_INPUTS] = { NULL };
    Cut    *c = ARENA_NEW(&t->nodes, Cut, 1);
    *c = (Cut){ .rois = rois, .levels = levels, .size = size };
    int N = map[0]->dim[0], C = map[0]->dim[3];
    for (int l = 0; l < levels; l++) {
        CHECK(map[l]->rank == 4 && map[l]->dim[0] == N && map[l]->dim[3] == C,
              "map %d is not of %d images and %d channels", l, N, C);
        in[l] = map[l];
        c->scale[l] = scale[l];
    }
    check_rois(rois, N, levels);

    Tensor *y = tape_result(t, 4, (int[]){ rois->count, size, size, C }, in);
    for (int l = 0; l < levels; l++)
        t->be->roi_align_fwd(y->data, map[l]->data, rois->image, rois->box, rois->level,
                             l, rois->count, map[l]->dim[1], map[l]->dim[2], C, size,
                             scale[l]);
    tape_push(t, roi_align_back, y, in, c);
    return y;
}
