/* detect: the encoder learns to find objects, with boxes and masks, as Mask R-CNN.
 *
 * Sources: Li et al. 2022, arXiv:2203.16527; for the protocol of the masked autoencoder's own
 * numbers Li et al. 2021, arXiv:2111.11429.  Scored as COCO is. */
#include "core/model/mask_rcnn.h"
#include "core/model/paste.h"
#include "experiments/recipe/dense_look.h"
#include "experiments/record/dense_record.h"
#include "experiments/stages/dense.h"

#include <stdlib.h>

/* Objects of the test set, one after the other. */
typedef struct {
    Object *object;
    size_t  n, room;
} Objects;

typedef struct {
    Dense    run;
    MaskRcnn model;
    bool     open;
    Objects  truth, found;
} Detect;

/* --- a step ----------------------------------------------------------------- */

static void draw(void *env, uint8_t *mask, int image, int i, Box box, int size)
{
    Detect         *d = env;
    ArenaMark       mark = arena_mark(&d->run.scratch);
    const Instance *instance = &d->run.loader.sample[image].instance[i];
    const double    at[4] = { (double)box.x0, (double)box.y0, (double)box.x1, (double)box.y1 };
    outline_target(mask, &d->run.scratch, &instance->outline, at, size);
    arena_rewind(&d->run.scratch, mark);
}

/* What is in the batch, until the next one. */
static DenseTruth truth_of(Detect *d)
{
    const DenseLoader *l = &d->run.loader;
    const int          N = l->N;
    Arena             *a = &d->run.scratch;
    Truth             *truth = ARENA_NEW(a, Truth, N);
    for (int i = 0; i < N; i++) {
        const Annotated *s = &l->sample[i];
        Box             *box = ARENA_NEW(a, Box, s->count);
        int             *class = ARENA_NEW(a, int, s->count);
        for (int k = 0; k < s->count; k++) {
            const double *b = s->instance[k].box;
            box[k] = (Box){ (real)b[0], (real)b[1], (real)b[2], (real)b[3] };
            class[k] = s->instance[k].class;
        }
        truth[i] = (Truth){ s->count, box, class };
    }
    return (DenseTruth){ truth, draw, d };
}

static Status take(void *self, Err *err)
{
    Detect     *d = self;
    Tape       *t = &d->run.tape;
    Tensor     *images;
    DenseChance chance;
    Chosen      chosen;
    if (dense_next(&d->run, &images, &chance, err)) return err->code;
    arena_reset(&d->run.scratch);
    DenseTruth truth = truth_of(d);
    RpnOut     rpn = mask_rcnn_rpn(t, &d->model, images, &chance);
    mask_rcnn_choose(&chosen, &d->run.scratch, &d->model, &rpn, &truth, &chance);
    return dense_learn(&d->run, mask_rcnn_losses(t, &d->model, &rpn, &chosen).sum, err);
}

/* --- the test set ------------------------------------------------------------ */

static void add(Objects *all, const Object *o)
{
    if (all->n == all->room) {
        all->room = all->room ? 2 * all->room : 256;
        all->object = realloc(all->object, all->room * sizeof *all->object);
        CHECK(all->object, "no memory for %zu objects", all->room);
    }
    all->object[all->n++] = *o;
}

/* From pixels of what the model has read to those of the picture; false if nothing of it is
 * in the picture. */
static bool put_back(Object *o, Arena *a, Detection x, const real *mask, int size, int image,
                     const int read[2], const int whole[2])
{
    if (!detections_resize(&x, 1, read[0], read[1], whole[0], whole[1])) return false;
    const Box b = x.box;
    *o = (Object){ .image = image, .category = x.class, .score = (double)x.score,
                   .box = { (double)b.x0, (double)b.y0, (double)(b.x1 - b.x0),
                            (double)(b.y1 - b.y0) } };
    mask_paste(&o->mask, a, mask, size, b, whole[0], whole[1], box_rules.inside);
    return true;
}

static void add_found(Detect *d, const Annotated *s, const int whole[2], int i, bool shown)
{
    Dense     *u = &d->run;
    const int  read[2] = { s->image.height, s->image.width };
    RpnOut     rpn = mask_rcnn_rpn(&u->tape, &d->model, dense_input(u, s), NULL);
    Found      found;
    mask_rcnn_detect(&found, &u->scratch, &u->tape, &d->model, &rpn);
    const size_t each = (size_t)found.size * (size_t)found.size;
    for (int k = 0; k < found.n; k++) {
        Object o;
        if (!put_back(&o, &u->host, found.list[k], found.mask + (size_t)k * each, found.size, i,
                      read, whole))
            continue;
        add(&d->found, &o);
        if (shown) shown_object(&u->shown, &o, false);
    }
}

static void see(void *self, Annotated *s, int i)
{
    Detect    *d = self;
    Dense     *u = &d->run;
    const int  whole[2] = { s->image.height, s->image.width };
    const bool shown = shown_image(&u->shown, &s->image);
    for (int k = 0; k < s->count; k++) {
        Object o = annotated_object(s, k, &u->host);
        o.image = i;
        add(&d->truth, &o);
        if (shown && !o.crowd) shown_object(&u->shown, &o, true);
    }
    jitter_whole(s, u->how.size);
    add_found(d, s, whole, i, shown);
}

/* --- the record -------------------------------------------------------------- */

static void put_scores(Record *r, const Detect *d, Arena *a)
{
    static const char *const arrays[] = { [COCO_BOX] = "box_numbers",
                                          [COCO_MASK] = "mask_numbers" };
    const DenseData *test = d->run.test;
    CocoMatches      m[2];
    CocoScore       *each = ARENA_NEW(a, CocoScore, test->classes);
    record_primary(r, "box_AP mask_AP");
    for (int kind = COCO_BOX; kind <= COCO_MASK; kind++) {
        CocoScore total;
        coco_match_all(&m[kind], a, &(CocoTask){
            .truth = d->truth.object, .truths = d->truth.n, .found = d->found.object,
            .founds = d->found.n, .categories = test->classes, .kind = (CocoKind)kind });
        coco_numbers(&total, each, &m[kind], NULL);
        record_coco(r, (CocoKind)kind, &total, each, test->classes, arrays[kind]);
    }
    record_classes(r, NULL, test->class_names, test->classes);
    record_matches(r, &m[COCO_BOX], &m[COCO_MASK]);
}

static Status run(Detect *d, Err *err)
{
    Dense  *u = &d->run;
    Record *r;
    if (dense_start(u, err)) return err->code;
    const MaskRcnnConfig config = dense_mask_rcnn(u->cell);
    mask_rcnn_open(&d->model, u->backend, &config, u->cell->config.seed);
    d->open = true;
    if (dense_train(u, &d->model.vit, err) || dense_pass(u, see, d, err) ||
        dense_record(u, &r, err))
        return err->code;
    put_scores(r, d, &u->host);
    return dense_close_record(u, r, "sum of the losses of both stages and of masks", err);
}

Status stage_detect(const Cell *c, const StageContext *x, Err *err)
{
    Detect d = { .run = { .cell = c, .context = x, .kind = STAGE_DETECT, .take = take } };
    d.run.self = &d, d.run.params = &d.model.params;
    Status bad = run(&d, err);
    dense_end(&d.run);
    if (d.open) mask_rcnn_close(&d.model);
    free(d.truth.object);
    free(d.found.object);
    return bad;
}
