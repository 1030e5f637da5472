/* Annotated pictures: pixels, labels, boxes and outlines change together. */
#include "core/base/rng.h"
#include "core/data/dense.h"
#include "core/data/jitter.h"
#include "core/data/scene.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

static DenseData *scenes(void)
{
    DenseConfig c = dense_defaults();
    DenseData  *d;
    Err         err;
    c.train_count = 40, c.scenes.objects_min = 2, c.scenes.objects_max = 5;
    cr_assert(!dense_open(&d, &c, SPLIT_TRAIN, &err), "%s", err.text);
    return d;
}

static void get(const DenseData *d, int i, Annotated *s)
{
    Err err;
    cr_assert(!dense_get(d, i, s, &err), "%s", err.text);
}

/* Boxes are those of the masks, masks are of their class in the label map, and nothing
 * else is labelled. */
static void agree(const Annotated *s, const char *when)
{
    const int H = s->image.height, W = s->image.width;
    Arena     a;
    arena_open(&a, "test", NULL, NULL);
    uint8_t *mask = ARENA_NEW(&a, uint8_t, H * W);
    int     *left = ARENA_NEW(&a, int, H * W);
    cr_assert(s->labels.height == H && s->labels.width == W, "%s %d", when, s->index);
    for (int p = 0; p < H * W; p++) left[p] = s->labels.label[p] != 0;
    for (int k = 0; k < s->count; k++) {
        const Instance *o = &s->instance[k];
        Rle             m;
        double          box[4];
        cr_assert(outline_runs(&m, &a, &o->outline, H, W) && m.height == H && m.width == W);
        cr_assert(outline_box(box, &o->outline));
        for (int i = 0; i < 4; i++)
            cr_assert(box[i] == o->box[i], "%s %d: object %d", when, s->index, k);
        rle_to_pixels(mask, &m);
        for (int p = 0; p < H * W; p++) {
            if (!mask[p]) continue;
            cr_assert(s->labels.label[p] == o->class + 1 && left[p], "%s %d: object %d", when,
                      s->index, k);
            left[p] = 0;
        }
    }
    for (int p = 0; p < H * W; p++)
        cr_assert(!left[p], "%s %d: pixel %d is no object's", when, s->index, p);
    arena_close(&a);
}

Test(annotated, scenes_are_what_the_generator_drew)
{
    static Scene   scene;
    static uint8_t pixels[64 * 64 * 3];
    DenseData     *d = scenes();
    Annotated      s;
    ScenesConfig   c = dense_defaults().scenes;
    int            objects = 0;
    c.objects_min = 2, c.objects_max = 5;
    annotated_open(&s);
    cr_assert(d->count == 40 && d->classes == 10 && d->labels == 11 && d->channels == 3);
    cr_expect_str_eq(d->class_names[9], "arrow");
    cr_expect_str_eq(d->label_names[0], "ground");
    cr_expect_str_eq(d->label_names[10], "arrow");
    for (int i = 0; i < d->count; i++, objects += s.count) {
        get(d, i, &s);
        scene_make(&scene, &c, SPLIT_TRAIN, i);
        scene_draw(&scene, pixels);
        cr_assert(s.image.height == 64 && s.image.width == 64 && s.image.channels == 3);
        cr_expect(!memcmp(s.image.pixels, pixels, sizeof pixels), "scene %d", i);
        cr_expect(s.count == scene.count && s.index == i && s.id == i && !s.file);
        cr_expect(s.height == 64 && s.width == 64);
        agree(&s, "as drawn");
        for (int k = 0; k < s.count; k++) {
            cr_expect(s.instance[k].area == scene.object[k].seen && !s.instance[k].crowd);
            cr_expect(s.instance[k].box[0] == scene.object[k].left &&
                      s.instance[k].box[3] == scene.object[k].bottom, "scene %d", i);
        }
    }
    cr_expect(objects > 80, "%d", objects);
    annotated_close(&s);
    dense_close(d);
}

/* Nearest pixels of runs are those of Pillow, so labels must be resized so here too; an
 * object with no pixel left has no box, which is when a crop drops it. */
Test(annotated, pixels_labels_boxes_and_runs_change_together)
{
    DenseData *d = scenes();
    Annotated  s;
    annotated_open(&s);
    for (int i = 0; i < d->count; i++) {
        get(d, i, &s);
        annotated_flip(&s);
        agree(&s, "flipped");
        annotated_resize(&s, 90, 40, LIKE_PILLOW);
        annotated_crop(&s, 0, 0, 90, 40);
        agree(&s, "resized");
        annotated_crop(&s, 7 + i % 20, i % 9, 37, 20);
        cr_assert(s.image.height == 37 && s.image.width == 20);
        agree(&s, "cropped");
    }
    annotated_close(&s);
    dense_close(d);
}

Test(annotated, two_flips_are_none_and_a_crop_is_where_it_is)
{
    DenseData *d = scenes();
    Annotated  s, t;
    annotated_open(&s), annotated_open(&t);
    for (int i = 0; i < d->count; i++) {
        get(d, i, &s), get(d, i, &t);
        annotated_flip(&t);
        cr_expect(t.image.pixels[0] == s.image.pixels[63 * 3], "%d", i);
        annotated_flip(&t);
        cr_expect(!memcmp(s.image.pixels, t.image.pixels, 64 * 64 * 3));
        cr_expect(!memcmp(s.labels.label, t.labels.label, 64 * 64 * sizeof *s.labels.label));
        for (int k = 0; k < s.count; k++) {
            const Rle *p = &s.instance[k].outline.runs, *q = &t.instance[k].outline.runs;
            cr_assert(p->n == q->n && !memcmp(p->count, q->count, p->n * sizeof *p->count));
            cr_expect(!memcmp(s.instance[k].box, t.instance[k].box, sizeof s.instance[k].box));
        }
        annotated_crop(&t, 5, 9, 30, 20);
        for (int y = 0; y < 30; y++)
            cr_expect(!memcmp(t.image.pixels + y * 60,
                              s.image.pixels + ((y + 5) * 64 + 9) * 3, 60), "%d", y);
    }
    annotated_close(&s), annotated_close(&t);
    dense_close(d);
}

Test(annotated, the_model_reads_normalised_pixels_and_zeros)
{
    DenseData   *d = scenes();
    Annotated    s;
    static real  x[3][50][40];
    static int   label[50][40];
    annotated_open(&s);
    get(d, 3, &s);
    annotated_crop(&s, 10, 10, 45, 30);
    annotated_input(&s, d->mean, d->std, &x[0][0][0], 50, 40);
    annotated_labels(&s, &label[0][0], 50, 40);
    for (int row = 0; row < 50; row++)
        for (int col = 0; col < 40; col++) {
            bool inside = row < 45 && col < 30;
            cr_expect(label[row][col] == (inside ? s.labels.label[row * 30 + col] : LABEL_IGNORED));
            for (int c = 0; c < 3; c++) {
                double v = inside ? s.image.pixels[(row * 30 + col) * 3 + c] : 0;
                double want = inside ? (v / 255 - 0.5) / 0.25 : 0;
                cr_expect(fabs((double)x[c][row][col] - want) <= 1e-6, "%d %d", row, col);
            }
        }
    annotated_close(&s);
    dense_close(d);
}

Test(annotated, an_instance_is_scored_with_its_box_and_mask)
{
    DenseData *d = scenes();
    Annotated  s;
    annotated_open(&s);
    get(d, 5, &s);
    for (int k = 0; k < s.count; k++) {
        Object o = annotated_object(&s, k, &s.memory);
        cr_expect(o.mask.count != s.instance[k].outline.runs.count, "it dies with the sample");
        double box[4];
        rle_box(box, &o.mask);
        cr_expect(!memcmp(box, o.box, sizeof box) && o.image == 5 && !o.crowd);
        cr_expect(o.area == (double)rle_area(&o.mask) && o.category == s.instance[k].class);
    }
    annotated_close(&s);
    dense_close(d);
}

/* --- large-scale jitter ------------------------------------------------------- */

Test(jitter, depends_on_seed_epoch_and_index_alone)
{
    DenseData *d = scenes();
    Annotated  s, t;
    Jitter     j = jitter_defaults(64);
    int        same = 0;
    annotated_open(&s), annotated_open(&t);
    for (int i = 0; i < d->count; i++) {
        get(d, i, &s), get(d, d->count - 1 - i, &t), get(d, i, &t);
        jitter_apply(&j, &s, 1, 2), jitter_apply(&j, &t, 1, 2);
        cr_assert(s.image.height == t.image.height && s.count == t.count);
        size_t n = (size_t)s.image.height * (size_t)s.image.width * 3;
        cr_expect(!memcmp(s.image.pixels, t.image.pixels, n), "%d", i);
        get(d, i, &t);
        jitter_apply(&j, &t, 1, 3);
        same += s.image.height == t.image.height;
    }
    cr_expect(same < 25, "%d of 40 have the same size in another epoch", same);
    annotated_close(&s), annotated_close(&t);
    dense_close(d);
}

/* Twice the size to a tenth: half of all are larger than what the model sees. */
Test(jitter, fits_and_keeps_the_aspect)
{
    DenseData *d = scenes();
    Annotated  s;
    Jitter     j = jitter_defaults(64);
    int        full = 0, least = 64;
    annotated_open(&s);
    for (int e = 0; e < 20; e++)
        for (int i = 0; i < d->count; i++) {
            get(d, i, &s);
            jitter_apply(&j, &s, 7, (uint64_t)e);
            cr_assert(s.image.height <= 64 && s.image.height == s.image.width);
            full += s.image.height == 64;
            if (s.image.height < least) least = s.image.height;
            agree(&s, "jittered");
        }
    cr_expect(full > 350 && full < 500, "%d of 800", full); /* 10 in 19: 421; measured 424 */
    cr_expect(least == 6 || least == 7, "%d", least);
    annotated_close(&s);
    dense_close(d);
}

Test(jitter, is_evaluated_with_the_longest_side)
{
    DenseData *d = scenes();
    Annotated  s;
    annotated_open(&s);
    get(d, 0, &s);
    annotated_crop(&s, 0, 0, 40, 64);
    jitter_whole(&s, 100);
    cr_expect(s.image.width == 100 && s.image.height == 63);
    annotated_resize(&s, 1, 200, LIKE_PILLOW);
    jitter_whole(&s, 50);
    cr_expect(s.image.width == 50 && s.image.height == 1);
    annotated_close(&s);
    dense_close(d);
}
