/* The dense models against PyTorch: golden/dense_models.py runs small ones under the
 * names and shapes of detectron2 and mmseg. */
#include "core/model/mask_rcnn.h"
#include "core/model/upernet.h"
#include "core/train/checkpoint.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

enum { N = 2, SIDE = 16 };
static const VitConfig encoder = { 3, SIDE, SIDE, 4, { 8, 4, 2 }, 0 };
static const double    LIMIT = 1e-5;

typedef struct {
    Safetensors file;
    Tape        tape;
} Reference;

static void open_reference(Reference *r)
{
    Err err;
    cr_assert(!safetensors_open(&r->file, "tests/golden/dense_models.safetensors", &err),
              "%s", err.text);
    tape_open(&r->tape, test_backend());
}

static void close_reference(Reference *r)
{
    tape_close(&r->tape);
    safetensors_close(&r->file);
}

/* The caller frees. */
static real *values(const Reference *r, const char *name, size_t n)
{
    Err               err;
    const SafeTensor *x = safetensors_find(&r->file, name);
    real             *out = malloc(n * sizeof *out);
    cr_assert(x && out && x->count == n, "%s: no such tensor of %zu", name, n);
    cr_assert(!safetensors_read(&r->file, x, out, &err), "%s", err.text);
    return out;
}

static void take(const Reference *r, Params *p, const char *prefix)
{
    Err err;
    cr_assert(!params_get(p, prefix, &r->file, &err), "%s", err.text);
}

static void expect_same(const Reference *r, const char *name, const Tensor *x)
{
    const size_t n = tensor_count(x);
    real        *want = values(r, name, n), *got = malloc(n * sizeof *got);
    double       off = 0, size = 0;
    r->tape.be->read(got, x->data, n);
    for (size_t i = 0; i < n; i++) {
        off += pow((double)got[i] - (double)want[i], 2);
        size += pow((double)want[i], 2);
    }
    off = sqrt(off / size);
    cr_expect(off <= LIMIT, "%s: off by %.2e", name, off);
    free(got);
    free(want);
}

static Tensor *pictures(Reference *r)
{
    real   *x = values(r, "images", N * 3 * SIDE * SIDE);
    Tensor *images = tape_constant(&r->tape, 4, (int[]){ N, 3, SIDE, SIDE });
    r->tape.be->write(images->data, x, tensor_count(images));
    free(x);
    return images;
}

static const DenseChance chance = { 1, 0, (const uint64_t[]){ 1, 2 } };

Test(dense_reference, upernet)
{
    Reference     r;
    Upernet       u;
    UpernetConfig c = upernet_published(&encoder, SIDE, 3);
    int           label[N * SIDE * SIDE];
    c.channels = 6;
    c.aux_channels = 5;
    c.dropout = c.backbone.drop_path = 0;
    open_reference(&r);
    upernet_open(&u, test_backend(), &c, 0);
    take(&r, &u.params, "upernet.");
    expect_same(&r, "upernet_logits",
                upernet_forward(&r.tape, &u, pictures(&r), NULL).logits);
    UpernetOut out = upernet_forward(&r.tape, &u, pictures(&r), &chance);
    expect_same(&r, "upernet_train_logits", out.logits);
    expect_same(&r, "upernet_train_aux", out.aux);
    real *labels = values(&r, "upernet_label", N * SIDE * SIDE);
    for (int i = 0; i < N * SIDE * SIDE; i++) label[i] = (int)labels[i];
    expect_same(&r, "upernet_loss", upernet_loss(&r.tape, &u, &out, label, 255));
    free(labels);
    upernet_close(&u);
    close_reference(&r);
}

static MaskRcnnConfig small_detector(void)
{
    const VitConfig trained = { 3, 8, 8, 4, { 8, 4, 2 }, 0 };
    MaskRcnnConfig  c = mask_rcnn_published(&trained, SIDE, 2);
    c.backbone.window = 3;
    c.backbone.wide = 2;
    c.channels = 6;
    c.hidden = 10;
    c.box_convs = c.mask_convs = 2;
    c.box_cells = 3;
    c.mask_cells = 2;
    c.rules.usual_side = 8;
    return c;
}

Test(dense_reference, mask_rcnn)
{
    enum { R = 5 };
    Reference            r;
    MaskRcnn             m;
    const MaskRcnnConfig c = small_detector();
    int                  image[R], level[R];
    char                 name[32];
    open_reference(&r);
    mask_rcnn_open(&m, test_backend(), &c, 0);
    take(&r, &m.params, "rcnn.");
    RpnOut rpn = mask_rcnn_rpn(&r.tape, &m, pictures(&r), NULL);
    cr_expect(rpn.maps.count == 5);
    for (int k = 0; k < rpn.maps.count; k++) {
        snprintf(name, sizeof name, "rcnn_logits%d", k);
        expect_same(&r, name, rpn.logits[k]);
        snprintf(name, sizeof name, "rcnn_deltas%d", k);
        expect_same(&r, name, rpn.deltas[k]);
    }
    real *box = values(&r, "rcnn_box", 4 * R), *of = values(&r, "rcnn_image", R);
    for (int i = 0; i < R; i++) {
        const real *b = box + 4 * i;
        image[i] = (int)of[i];
        level[i] = region_level((Box){ b[0], b[1], b[2], b[3] }, &c.rules);
    }
    const Rois regions = { R, image, box, level };
    BoxOut     out = mask_rcnn_box_head(&r.tape, &m, &rpn, &regions);
    expect_same(&r, "rcnn_scores", out.scores);
    expect_same(&r, "rcnn_box_deltas", out.deltas);
    expect_same(&r, "rcnn_masks", mask_rcnn_mask_head(&r.tape, &m, &rpn, &regions));
    free(box);
    free(of);
    mask_rcnn_close(&m);
    close_reference(&r);
}
