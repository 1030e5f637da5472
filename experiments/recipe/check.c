#include "experiments/recipe/check.h"

#include "core/mask/replay.h"
#include "experiments/recipe/schema.h"
#include "strategies/registry.h"

#include <string.h>

static const double SCENES_BYTES = 8e9; /* they are drawn into memory, all at once */

static char *keep(Arena *a, const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(arena_take(a, n), s, n);
}

/* --- data ---------------------------------------------------------------- */

/* What a range of one key cannot say. */
static Status check_scenes(const DataConfig *d, const char **blame, Err *err)
{
    const ScenesConfig *s = &d->scenes;
    const double        bytes = (double)s->size * s->size * s->channels;
    const bool          train = d->train_count >= d->test_count;
    const int           most = train ? d->train_count : d->test_count;
    *blame = train ? "data.train" : "data.test";
    if (!strcmp(d->name, "scenes") && most * bytes > SCENES_BYTES)
        return err_set(err, STATUS_CONFIG, "%d scenes of %.0f bytes are more than the %.0f GB "
                       "that may be drawn", most, bytes, SCENES_BYTES / 1e9);
    *blame = "data.scenes.channels";
    if (s->channels == 2) return err_set(err, STATUS_CONFIG, "2 is neither 1 nor 3");
    *blame = "data.scenes.objects-max";
    if (s->objects_max < s->objects_min)
        return err_set(err, STATUS_CONFIG, "%d is less than objects-min %d", s->objects_max,
                       s->objects_min);
    *blame = "data.scenes.extent-max";
    if (!(s->extent_max >= s->extent_min))
        return err_set(err, STATUS_CONFIG, "%g is less than extent-min %g", s->extent_max,
                       s->extent_min);
    return STATUS_OK;
}

/* All of a split and its number are the same data. */
static Status look_at_split(Looked *l, Split split, const char **blame, Err *err)
{
    Data      *d;
    DataFacts *f = &l->facts;
    static const char *const keys[] = { "data.train", "data.test", "data.unlabeled" };
    char                    *ids[] = { f->train, f->test, f->pretrain };
    int                     *counts[] = { &f->train_count, &f->test_count, &f->pretrain_count };
    *blame = keys[split];
    if (data_facts(&d, &l->config, split, err)) return err->code;
    f->classes = d->classes, f->channels = d->channels;
    f->height = d->height, f->width = d->width;
    f->bytes += (double)d->bytes;
    *counts[split] = d->count;
    if (split == SPLIT_TRAIN) l->config.train_count = d->count;
    if (split == SPLIT_TEST) l->config.test_count = d->count;
    data_close(d);
    return data_identity(ids[split], &l->config, split, err);
}

static Status look_at_pretraining(Looked *l, const char **blame, Err *err)
{
    DataFacts *f = &l->facts;
    if (l->config.unlabeled_count) return look_at_split(l, SPLIT_UNLABELED, blame, err);
    memcpy(f->pretrain, f->train, sizeof f->train);
    f->pretrain_count = f->train_count;
    return STATUS_OK;
}

static Status look(Looked **found, const Config *c, Arena *a, Looked **all,
                   const char **blame, Err *err)
{
    Text keys = { 0 };
    *blame = "data.set";
    for (int i = 0; i < schema_count(); i++)
        if (schema_key(i)->of == OF_DATA) {
            schema_get(c, i, &keys);
            text_add(&keys, "\n");
        }
    for (*found = *all; *found && strcmp((*found)->keys, text_get(&keys));)
        *found = (*found)->next;
    if (!*found) {
        Looked *l = ARENA_NEW(a, Looked, 1);
        *l = (Looked){ .keys = keep(a, text_get(&keys)), .config = c->data, .next = *all };
        if (!data_check(&l->config, err) && !data_resolve(&l->config, err) &&
            !look_at_split(l, SPLIT_TRAIN, blame, err) &&
            !look_at_split(l, SPLIT_TEST, blame, err) && !look_at_pretraining(l, blame, err))
            *found = *all = l;
    }
    text_free(&keys);
    return *found ? STATUS_OK : err->code;
}

/* --- sizes --------------------------------------------------------------- */

static Status check_sizes(Cell *c, const char **blame, Err *err)
{
    const ModelConfig *m = &c->config.model;
    const DataFacts   *d = c->data;
    *blame = "pretrain.from";
    if (c->config.pretrain.from && c->config.pretrain.from_channels != d->channels)
        return err_set(err, STATUS_CONFIG, "%s sees %d channels, and the images have %d",
                       c->config.pretrain.from, c->config.pretrain.from_channels, d->channels);
    *blame = "model.patch";
    if (d->height % m->patch || d->width % m->patch)
        return err_set(err, STATUS_CONFIG, "%d does not divide images of %d x %d", m->patch,
                       d->height, d->width);
    c->rows = d->height / m->patch, c->cols = d->width / m->patch;
    if (c->rows * c->cols < 2)
        return err_set(err, STATUS_CONFIG, "%d leaves one patch of %d x %d images; nothing "
                       "could be hidden", m->patch, d->height, d->width);
    *blame = "model.heads";
    if (m->width % m->heads)
        return err_set(err, STATUS_CONFIG, "%d does not divide model.width %d", m->heads,
                       m->width);
    *blame = "model.decoder-heads";
    if (m->decoder_width % m->decoder_heads)
        return err_set(err, STATUS_CONFIG, "%d does not divide model.decoder-width %d",
                       m->decoder_heads, m->decoder_width);
    *blame = "model.width";
    if (m->width % 4) return err_set(err, STATUS_CONFIG, "%d is no multiple of 4", m->width);
    *blame = "model.decoder-width";
    if (m->decoder_width % 4)
        return err_set(err, STATUS_CONFIG, "%d is no multiple of 4", m->decoder_width);
    *blame = "model.preset";
    MaeConfig mae = config_mae(&c->config, d->channels, d->height, d->width);
    return mae_check(&mae, err);
}

/* --- training ------------------------------------------------------------ */

/* The names of the keys that say it. */
typedef struct { const char *batch, *epochs, *warmup, *min_lr, *accumulate; } Said;

static const Said of_pretrain = { "pretrain.batch", "pretrain.epochs", "pretrain.warmup",
                                  "pretrain.min-lr", "pretrain.accumulate" };
static const Said of_linear = { "linear.batch", "linear.epochs", "linear.warmup", NULL, NULL };
static const Said of_partial = { "partial.batch", "partial.epochs", "partial.warmup",
                                 "partial.min-lr", "partial.accumulate" };
static const Said of_finetune = { "finetune.batch", "finetune.epochs", "finetune.warmup",
                                  "finetune.min-lr", "finetune.accumulate" };
static const Said of_scratch = { "finetune.batch", "finetune.scratch-epochs",
                                 "finetune.warmup", "finetune.min-lr",
                                 "finetune.accumulate" };

static void check_course(Faults *f, int images, int batch, int epochs, double warmup,
                         const Said *s)
{
    if (batch > images)
        faults_add(f, s->batch, "%d is more than the %d images to train on", batch, images);
    if (!(warmup <= epochs))
        faults_add(f, s->warmup, "%.6g is more than %s %d", warmup, s->epochs, epochs);
}

static void check_rates(Faults *f, double lr, double min_lr, const Said *s)
{
    if (!(min_lr <= lr))
        faults_add(f, s->min_lr, "%g is more than the learning rate %g", min_lr, lr);
}

/* Of unequal parts the mean of their losses would not be the batch's. */
static void check_parts(Faults *f, int batch, int parts, const Said *s)
{
    if (batch % parts)
        faults_add(f, s->accumulate, "%d parts of %s %d are not equal", parts, s->batch, batch);
}

static void check_tuning(Faults *f, const Cell *c, const TuneConfig *t, const Said *s)
{
    check_course(f, c->data->train_count, t->batch, t->epochs, t->warmup, s);
    check_rates(f, t->lr, t->min_lr, s);
    check_parts(f, t->batch, t->accumulate, s);
    if (t->batch % 2 && (t->mixup > 0 || t->cutmix > 0))
        faults_add(f, s->batch, "%d images have no pairs to mix; make it even, or set mixup and "
                   "cutmix to 0", t->batch);
}

static void check_blocks(Faults *f, const Cell *c)
{
    double blocks = c->config.partial.blocks;
    if (blocks != 0.5 && blocks != (int)blocks)
        faults_add(f, "partial.blocks", "%g is no whole number, nor 0.5", blocks);
    if (blocks > c->config.model.depth)
        faults_add(f, "partial.blocks", "%g is more than model.depth %d", blocks,
                   c->config.model.depth);
}

static void check_evaluations(Faults *f, const Cell *c)
{
    const LinearConfig *l = &c->config.linear;
    const ProbeConfig  *p = &c->config.probe;
    const TuneConfig    finetune = config_finetune(&c->config);
    if (cell_wants(c, STAGE_LINEAR_CACHED) && l->warmup_epochs > l->epochs)
        faults_add(f, "linear-cached.warmup", "%d is more than linear-cached.epochs %d",
                   l->warmup_epochs, l->epochs);
    if (cell_wants(c, STAGE_LINEAR))
        check_course(f, c->data->train_count, p->batch, p->epochs, p->warmup, &of_linear);
    if (cell_wants(c, STAGE_PARTIAL)) {
        check_tuning(f, c, &c->config.partial, &of_partial);
        check_blocks(f, c);
    }
    if (cell_wants(c, STAGE_FINETUNE))
        check_tuning(f, c, &finetune, cell_untrained(c) ? &of_scratch : &of_finetune);
}

static void check_training(Faults *f, const Cell *c)
{
    const PretrainConfig *p = &c->config.pretrain;
    if (cell_trains(c)) {
        check_course(f, c->data->pretrain_count, p->batch, p->epochs, p->warmup, &of_pretrain);
        check_parts(f, p->batch, p->accumulate, &of_pretrain);
        check_rates(f, p->lr, p->min_lr, &of_pretrain);
    }
    check_evaluations(f, c);
}

/* Who is shown another image's view must have one, in training and in the figures of it. */
static Status check_partners(const Cell *c, const Mask *m, const char **blame, Err *err)
{
    int batch = c->config.pretrain.batch, tested = c->data->test_count;
    if (batch >= mask_together(m) && tested >= mask_together(m)) return STATUS_OK;
    *blame = batch > 1 ? "data" : "pretrain.batch";
    return err_set(err, STATUS_CONFIG, "%s shows each image the view of another: %s must be "
                   "at least 2, not 1", mask_spec(m), batch > 1 ? "test images" : "the batch");
}

/* The strategy exists for this grid; its text becomes the one that equal maskings
 * share.  If it varies the ratio, the recipe's has no say; the least one, with the most
 * visible patches, is what memory and time are judged by. */
static Status check_strategy(Cell *c, Arena *a, const char **blame, Err *err)
{
    PretrainConfig *p = &c->config.pretrain;
    c->K = c->rows * c->cols;
    if (!cell_trains(c)) return STATUS_OK;
    Mask *m;
    *blame = "pretrain.strategy";
    if (strategy_open(&m, p->strategy, c->rows, c->cols, err)) return err->code;
    if (strcmp(p->strategy, mask_spec(m))) p->strategy = keep(a, mask_spec(m));
    p->revision = mask_revision(m);
    double first = mask_ratio(m, p->ratio, 0), last = mask_ratio(m, p->ratio, 1);
    p->ratio = first < last ? first : last;
    c->K = mask_count(m, p->ratio, first < last ? 0 : 1);
    Status bad = mask_check(m, c->K, 0, (uint64_t)c->data->pretrain_count, err);
    if (!bad) bad = check_partners(c, m, blame, err);
    if (!bad && p->accumulate > 1 && mask_needs(m) & MASK_NEEDS_LEARNER) {
        *blame = "pretrain.accumulate";
        bad = err_set(err, STATUS_CONFIG, "%s learns from whole batches", mask_spec(m));
    }
    Text   notice = { 0 };
    replay_notice(&notice, m, 0, (uint64_t)p->epochs);
    if (notice.length) c->notice = keep(a, notice.s);
    text_free(&notice);
    mask_close(m);
    return bad;
}

/* One mask for all models: nobody's looks may have a say in it, and there must be somebody
 * who draws. */
static Status check_reconstruct(const Cell *c, const char **blame, Err *err)
{
    const ReconstructConfig *r = &c->config.reconstruct;
    Mask                    *m;
    *blame = "reconstruct.strategy";
    if (!cell_wants(c, STAGE_RECONSTRUCT)) return STATUS_OK;
    if (strategy_open(&m, r->strategy, c->rows, c->cols, err)) return err->code;
    unsigned needs = mask_needs(m);
    int      K = mask_count(m, r->ratio, 1);
    Status   bad = mask_check(m, K, 0, (uint64_t)c->data->test_count, err);
    mask_close(m);
    if (bad) return bad;
    if (needs)
        return err_set(err, STATUS_CONFIG, "%s looks at images or models, so that no two would "
                       "be asked about the same patches", r->strategy);
    *blame = "evaluate";
    if (c->config.pretrain.from && !c->config.pretrain.from_decoder)
        return err_set(err, STATUS_CONFIG, "reconstruct: %s is an encoder alone",
                       c->config.pretrain.from);
    return STATUS_OK;
}

/* The first of what makes the rest meaningless; *blame is its key. */
static Status check_first(Cell *c, Arena *a, Looks *looks, const char **blame, Err *err)
{
    Looked *l;
    if (given_look(&c->config, a, &looks->encoders, blame, err)) return err->code;
    *blame = "model.preset";
    if (config_finish(&c->config, err)) return err->code;
    if (check_scenes(&c->config.data, blame, err)) return err->code;
    if (look(&l, &c->config, a, &looks->data, blame, err)) return err->code;
    c->config.data = l->config;
    c->data = &l->facts;
    return check_sizes(c, blame, err);
}

Status cell_check(Cell *c, Arena *a, Looks *looks, Faults *faults, Err *err)
{
    const char *blame;
    *faults = (Faults){ .n = 0 };
    if (check_first(c, a, looks, &blame, err)) {
        faults_add(faults, blame, "%s", err->text);
        return err->code;
    }
    check_training(faults, c);
    if (check_strategy(c, a, &blame, err) || check_reconstruct(c, &blame, err) ||
        dense_look(c, a, &looks->dense, &blame, err)) {
        if (err->code != STATUS_CONFIG) return err->code;
        faults_add(faults, blame, "%s", err->text);
    }
    if (faults->n) return err_set(err, STATUS_CONFIG, "%s", faults->list[0].text);
    cell_identify(c);
    return STATUS_OK;
}
