#include "experiments/recipe/dense_look.h"

#include <string.h>

struct DenseLooked {
    DenseConfig  asked, config; /* as it was asked for; with counts */
    StageKind    kind;
    DenseFacts   facts;
    DenseLooked *next;
};

/* The names of the keys that may be to blame. */
typedef struct {
    const char *set, *folder, *train, *test, *model, *size, *batch, *accumulate, *epochs,
        *scratch_epochs, *warmup, *scale_max;
} Said;

#define SAID(section)                                                                     \
    { section ".set", section ".folder", section ".train", section ".test",               \
      section ".model", section ".size", section ".batch", section ".accumulate",         \
      section ".epochs",                                                                  \
      section ".scratch-epochs", section ".warmup", section ".scale-max" }

static const Said said_of[] = { [STAGE_DETECT] = SAID("detect"),
                                [STAGE_SEGMENT] = SAID("segment") };

/* --- pictures --------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool same(const DenseConfig *a, const DenseConfig *b)
{
    return same_text(a->name, b->name) && same_text(a->folder, b->folder) &&
           a->train_count == b->train_count && a->test_count == b->test_count &&
           a->classes == b->classes && a->ignore == b->ignore &&
           a->reduce_zero == b->reduce_zero && !memcmp(&a->scenes, &b->scenes, sizeof a->scenes);
}

static bool is_of_files(const char *name)
{
    for (int i = 0; dense_kinds[i]; i++)
        if (!strcmp(dense_kinds[i]->name, name)) return strcmp(name, "scenes");
    return false;
}

/* What is said of files has no effect on data.set's scenes: the set was forgotten.  Who asks for
 * scenes puts them in the place of files. */
static Status check_forgotten(const DenseConfig *c, const char *data_set, StageKind kind,
                              const char **blame, Err *err)
{
    const DenseConfig usual = dense_defaults();
    if (c->name || strcmp(data_set, "scenes")) return STATUS_OK;
    *blame = said_of[kind].folder;
    if (c->folder)
        return err_set(err, STATUS_CONFIG, "scenes, as data.set is, has none; %s says what the "
                       "folder holds", said_of[kind].set);
    *blame = c->classes != usual.classes ? "segment.classes"
             : c->ignore != usual.ignore ? "segment.ignore"
                                         : "segment.reduce-zero";
    if (kind == STAGE_DETECT || (c->classes == usual.classes && c->ignore == usual.ignore &&
                                 c->reduce_zero == usual.reduce_zero))
        return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "scenes, as data.set is, has labels of its own; "
                   "segment.set: label-maps has those of files");
}

static Status look_at_split(DenseLooked *l, DenseData **of, Split split, const char **blame,
                            Err *err)
{
    DenseFacts *f = &l->facts;
    Status      bad = dense_open(of, &l->config, split, err);
    if (bad == STATUS_CONFIG)
        *blame = split == SPLIT_TRAIN ? said_of[l->kind].train : said_of[l->kind].test;
    if (bad) return bad;
    const DenseData *d = *of;
    f->classes = l->kind == STAGE_DETECT ? d->classes : d->labels;
    f->channels = d->channels;
    if (split == SPLIT_TRAIN) f->train_count = l->config.train_count = d->count;
    else f->test_count = l->config.test_count = d->count;
    if (!f->classes)
        return err_set(err, STATUS_CONFIG, "%s has no %s", d->name,
                       l->kind == STAGE_DETECT ? "objects with boxes and masks" : "label maps");
    return dense_identity(split == SPLIT_TRAIN ? f->train : f->test, d, err);
}

static Status look_at_both(DenseLooked *l, const char **blame, Err *err)
{
    DenseData *train = NULL, *test = NULL;
    Status     bad = look_at_split(l, &train, SPLIT_TRAIN, blame, err);
    if (!bad) bad = look_at_split(l, &test, SPLIT_TEST, blame, err);
    if (!bad) bad = dense_same_classes(train, test, err);
    dense_close(train);
    dense_close(test);
    return bad;
}

/* The key of label maps that mends it where it has its usual value; else the set's. */
static const char *who_is_wrong(const DenseConfig *c, StageKind kind)
{
    const DenseConfig usual = dense_defaults();
    DenseConfig       other = *c;
    Err               err;
    other.ignore = usual.ignore;
    if (kind == STAGE_SEGMENT && !dense_check(&other, &err)) return "segment.ignore";
    other.classes = usual.classes;
    if (kind == STAGE_SEGMENT && !dense_check(&other, &err)) return "segment.classes";
    return said_of[kind].set;
}

static Status look(DenseLooked **found, const DenseConfig *c, StageKind kind, Arena *a,
                   DenseLooked **all, const char **blame, Err *err)
{
    for (*found = *all; *found; *found = (*found)->next)
        if ((*found)->kind == kind && same(&(*found)->asked, c)) return STATUS_OK;
    DenseLooked *l = ARENA_NEW(a, DenseLooked, 1);
    *l = (DenseLooked){ .asked = *c, .config = *c, .kind = kind, .next = *all };
    if (dense_check(&l->config, err)) {
        *blame = who_is_wrong(c, kind);
        return err->code;
    }
    if (look_at_both(l, blame, err)) return err->code;
    *found = *all = l;
    return STATUS_OK;
}

/* --- models ----------------------------------------------------------------- */

static VitConfig encoder_of(const Cell *c, int channels, int size)
{
    return config_mae(&c->config, channels, size, size).encoder;
}

static void train_as(DenseVitConfig *v, const DenseTask *d)
{
    v->drop_path = d->drop_path, v->layer_decay = d->layer_decay;
}

/* As many more before suppression. */
static void propose_more(BoxRules *r, int proposals)
{
    r->before_train = r->before_train * proposals / r->after;
    r->before_test = r->before_test * proposals / r->after;
    r->after = proposals;
}

MaskRcnnConfig dense_mask_rcnn(const Cell *c)
{
    const DenseTask  d = config_dense(&c->config, STAGE_DETECT);
    const VitConfig  encoder = encoder_of(c, c->detect->channels, d.size);
    const int        classes = c->detect->classes;
    MaskRcnnConfig   m = !strcmp(d.model, "vitdet") ? mask_rcnn_published(&encoder, d.size, classes)
                         : !strcmp(d.model, "taps") ? mask_rcnn_earlier(&encoder, d.size, classes)
                         : !strcmp(d.model, "plain") ? mask_rcnn_plain(&encoder, d.size, classes)
                                                     : mask_rcnn_small(&encoder, d.size, classes);
    train_as(&m.backbone, &d);
    if (d.regions) m.rules.regions = d.regions;
    if (d.proposals) propose_more(&m.rules, d.proposals);
    return m;
}

UpernetConfig dense_upernet(const Cell *c)
{
    const DenseTask d = config_dense(&c->config, STAGE_SEGMENT);
    const VitConfig encoder = encoder_of(c, c->segment->channels, d.size);
    const int       classes = c->segment->classes;
    UpernetConfig   u = !strcmp(d.model, "upernet") ? upernet_published(&encoder, d.size, classes)
                                                    : upernet_small(&encoder, d.size, classes);
    train_as(&u.backbone, &d);
    return u;
}

static Status check_model(const Cell *c, StageKind kind, const char **blame, Err *err)
{
    const DenseFacts *f = cell_dense(c, kind);
    const DenseTask   d = config_dense(&c->config, kind);
    const Said       *said = &said_of[kind];
    *blame = said->set;
    if (f->channels != c->data->channels)
        return err_set(err, STATUS_CONFIG, "%d channels, and the encoder sees %d", f->channels,
                       c->data->channels);
    *blame = said->size;
    if (d.size % c->config.model.patch)
        return err_set(err, STATUS_CONFIG, "%d is no multiple of model.patch %d", d.size,
                       c->config.model.patch);
    *blame = said->model;
    if (kind == STAGE_DETECT) {
        MaskRcnnConfig m = dense_mask_rcnn(c);
        return mask_rcnn_check(&m, err);
    }
    UpernetConfig u = dense_upernet(c);
    return upernet_check(&u, err);
}

/* --- training --------------------------------------------------------------- */

#define NEEDS_TWO "UPerNet's norms need two: a pooled map of one has nothing to differ from"

static Status check_course(const Cell *c, StageKind kind, const char **blame, Err *err)
{
    const DenseTask d = config_dense(&c->config, kind);
    const Said     *said = &said_of[kind];
    const int       images = cell_dense(c, kind)->train_count;
    *blame = said->batch;
    if (d.batch > images)
        return err_set(err, STATUS_CONFIG, "%d is more than the %d images to train on", d.batch,
                       images);
    *blame = said->accumulate;
    if (d.batch % d.accumulate)
        return err_set(err, STATUS_CONFIG, "%d parts of %s %d are not equal", d.accumulate,
                       said->batch, d.batch);
    if (d.accumulate > 1 && d.batch == d.accumulate && kind == STAGE_SEGMENT)
        return err_set(err, STATUS_CONFIG, "parts of one image; " NEEDS_TWO);
    *blame = said->batch;
    if (d.batch == 1 && kind == STAGE_SEGMENT)
        return err_set(err, STATUS_CONFIG, "1 image; " NEEDS_TWO);
    *blame = said->warmup;
    if (!(d.warmup <= d.epochs))
        return err_set(err, STATUS_CONFIG, "%.6g is more than %s %d", d.warmup,
                       cell_untrained(c) ? said->scratch_epochs : said->epochs, d.epochs);
    *blame = said->scale_max;
    if (!(d.scale_min <= d.scale_max))
        return err_set(err, STATUS_CONFIG, "%g is less than scale-min %g", d.scale_max,
                       d.scale_min);
    return STATUS_OK;
}

Status dense_look(Cell *c, Arena *a, DenseLooked **all, const char **blame, Err *err)
{
    static const StageKind kinds[] = { STAGE_DETECT, STAGE_SEGMENT };
    for (int i = 0; i < 2; i++) {
        const StageKind kind = kinds[i];
        DenseTask      *d = kind == STAGE_DETECT ? &c->config.detect : &c->config.segment;
        DenseLooked    *l;
        if (!cell_wants(c, kind)) continue;
        if (check_forgotten(&d->data, c->config.data.name, kind, blame, err)) return err->code;
        config_dense_data(&c->config, kind);
        *blame = said_of[kind].set;
        if (!d->data.folder && is_of_files(d->data.name))
            return err_set(err, STATUS_MISSING, "%s: not given; it says where the pictures of "
                           "%s are", said_of[kind].folder, d->data.name);
        if (look(&l, &d->data, kind, a, all, blame, err))
            return err->code == STATUS_MISSING ? err_in(err, "%s", said_of[kind].folder)
                                               : err->code;
        d->data = l->config;
        *(kind == STAGE_DETECT ? &c->detect : &c->segment) = &l->facts;
        if (check_course(c, kind, blame, err) || check_model(c, kind, blame, err))
            return err->code;
    }
    return STATUS_OK;
}
