/* What guides masks: it is charged, it is the one asked for, it leaves no trace. */
#include "core/base/file.h"
#include "core/train/checkpoint.h"
#include "experiments/record/record.h"
#include "experiments/stages/losses.h"
#include "experiments/stages/sweep.h"
#include "experiments/stages/teacher.h"
#include "strategies/registry.h"
#include "tests/stages/home.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char   *encoder; /* its file */
    size_t  bytes;
    double  guide_images;
    int64_t sweeps;
    double  guide_gflop, train_gflop;
} Outcome;

/* Train the cell of these settings; a number that is not recorded is -1. */
static Outcome train(const char *settings)
{
    Home         h;
    Err          err;
    H5          *f;
    char         results[128], path[CELL_PATH];
    Outcome      o = { .guide_images = -1, .sweeps = -1 };
    const Cell  *c = open_cell(&h, settings);
    StageContext x = context(&h, results, "results", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &x, &err), "%s: %s", settings, err.text);
    o.encoder = encoder_numbers(c, results, &o.bytes);
    cell_record(path, results, c, STAGE_PRETRAIN);
    cr_assert(!record_read(&f, path, NULL, &err), "%s", err.text);
    if (h5_get_number(f, "/", "guide_images", &o.guide_images, &err)) o.guide_images = -1;
    if (h5_get_whole(f, "/", "guide_sweeps", &o.sweeps, &err)) o.sweeps = -1;
    h5_close(f);
    o.guide_gflop = metric(&x, c, STAGE_PRETRAIN, "guide_gflop");
    o.train_gflop = metric(&x, c, STAGE_PRETRAIN, "train_gflop");
    features_free(x.features);
    close_home(&h);
    return o;
}

static bool same_encoder(const Outcome *a, const Outcome *b)
{
    return a->bytes == b->bytes && !memcmp(a->encoder, b->encoder, a->bytes);
}

/* Of 96 images three epochs; the test images shown in the record are not charged. */
Test(guide, forwards_are_counted, .timeout = 60)
{
    static const struct { const char *spec; double images; int64_t sweeps; } cases[] = {
        { "random", -1, -1 },
        { "running-loss", 0, 0 },
        { "sma", 0, 0 },
        { "attmask", 3 * 96, 0 },
        { "amt:interval=0.34", 2 * 96, 2 },
        { "sgmae:first=0.34", 96, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char settings[128];
        snprintf(settings, sizeof settings, "pretrain.strategy=%s", cases[i].spec);
        Outcome o = train(settings);
        cr_expect(o.guide_images == cases[i].images && o.sweeps == cases[i].sweeps,
                  "%s: %g images, %d sweeps", cases[i].spec, o.guide_images, (int)o.sweeps);
        free(o.encoder);
    }
}

/* What a guide takes is what a training takes more than with random masks: looks, sweeps
 * and learners alike. */
Test(guide, all_products_are_charged, .timeout = 60)
{
    static const struct { const char *spec; double least; } cases[] = {
        { "running-loss", 0 }, { "sma", 0.001 }, { "attmask", 0.1 }, { "amt:interval=0.34", 0.1 },
        { "sgmae:first=0.34", 0.05 }, { "hpm", 1 }, { "adamae", 0.1 }, { "clmae", 1 },
    };
    Outcome random = train("pretrain.strategy=random");
    cr_expect(random.guide_gflop == 0 && random.train_gflop > 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char settings[128];
        snprintf(settings, sizeof settings, "pretrain.strategy=%s", cases[i].spec);
        Outcome o = train(settings);
        double  more = o.train_gflop - random.train_gflop;
        cr_expect(fabs(o.guide_gflop - more) <= 1e-9 * o.train_gflop, "%s: %g Gflop, and %g more",
                  cases[i].spec, o.guide_gflop, more);
        cr_expect(o.guide_gflop >= cases[i].least * random.train_gflop, "%s: %g of %g Gflop",
                  cases[i].spec, o.guide_gflop, random.train_gflop);
        free(o.encoder);
    }
    free(random.encoder);
}

/* A learning rate that no model stands.  Which burst is met first, that of the
 * autoencoder or that of its learner, is a matter of how large a real may be. */
Test(guide, a_learner_that_bursts_ends_the_stage, .timeout = 60)
{
    static const char *const specs[] = { "hpm", "adamae", "clmae" };
    for (int i = 0; i < 3; i++) {
        Home         h;
        Err          err;
        char         results[128], path[CELL_PATH], settings[128];
        snprintf(settings, sizeof settings,
                 "pretrain.strategy=%s pretrain.lr=9e5 pretrain.weight-decay=10", specs[i]);
        const Cell  *c = open_cell(&h, settings);
        StageContext x = context(&h, results, "results", c);
        cr_assert_eq(stage_run(c, STAGE_PRETRAIN, &x, &err), STATUS_FAILED, "%s", settings);
        cr_expect(strstr(err.text, "step ") &&
                  (strstr(err.text, specs[i]) || strstr(err.text, "the loss is")), "%s: %s",
                  specs[i], err.text);
        cr_expect(!cell_done(results, c, STAGE_PRETRAIN));
        cell_file(path, results, c, "encoder.safetensors");
        cr_expect(!file_exists(path));
        features_free(x.features);
        close_home(&h);
    }
}

/* All is computed, nothing of it is used: the same encoder as with random masks. */
Test(guide, what_is_ignored_leaves_no_trace, .timeout = 60)
{
    static const char *const specs[] = { "sma", "attmask", "running-loss", "amt:interval=0.34",
                                         "sgmae:first=0.34" };
    Outcome random = train("pretrain.strategy=random");
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        char settings[128];
        snprintf(settings, sizeof settings, "pretrain.strategy=%s%scontrol=ignored", specs[i],
                 strchr(specs[i], ':') ? "," : ":");
        Outcome o = train(settings);
        cr_expect(same_encoder(&o, &random), "%s", settings);
        free(o.encoder);
        *strstr(settings, strchr(specs[i], ':') ? ",control" : ":control") = '\0';
        o = train(settings);
        cr_expect(!same_encoder(&o, &random), "%s has the masks of random", settings);
        free(o.encoder);
    }
    free(random.encoder);
}

Test(guide, controls_are_other_trainings, .timeout = 60)
{
    Outcome plain = train("pretrain.strategy=attmask");
    static const char *const controls[] = { "shuffled", "untrained", "inverted" };
    for (int i = 0; i < 3; i++) {
        char settings[128];
        snprintf(settings, sizeof settings, "pretrain.strategy=attmask:control=%s", controls[i]);
        Outcome o = train(settings);
        cr_expect(!same_encoder(&o, &plain), "%s", controls[i]);
        cr_expect(o.guide_images == plain.guide_images);
        free(o.encoder);
    }
    free(plain.encoder);
}

static bool at_the_seventh(void *self) { return ++*(int *)self == 7; }

/* Asked six times after steps, then in the sweep before the second epoch. */
Test(guide, an_interrupted_sweep_is_made_again, .timeout = 60)
{
    Home         h;
    Err          err;
    char         one[128], two[128];
    int          asked = 0;
    const Cell  *c = open_cell(&h, "pretrain.strategy=sgmae:first=0.34");
    StageContext whole = context(&h, one, "whole", c), broken = context(&h, two, "broken", c);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &whole, &err), "%s", err.text);
    broken.self = &asked, broken.stopping = at_the_seventh;
    cr_assert_eq(stage_run(c, STAGE_PRETRAIN, &broken, &err), STATUS_STOPPED);
    cr_expect(strstr(err.text, "sweep"), "%s", err.text);
    cr_assert(!stage_run(c, STAGE_PRETRAIN, &broken, &err), "%s", err.text);
    expect_same_file(c, one, two, "encoder.safetensors");
    features_free(whole.features);
    features_free(broken.features);
    close_home(&h);
}

/* --- its parts ------------------------------------------------------------- */

static const MaeConfig small = { .encoder = { 1, 8, 8, 4, { 8, 1, 2 } },
                                 .decoder = { 8, 1, 2 } };

static void add_to_weights(Params *p, real x)
{
    for (size_t i = 0; i < p->all; i++) p->weights[i] += x;
}

Test(teacher, follows_or_stays)
{
    const Backend *be;
    Err            err;
    Mae            mae;
    Teacher        slow, still;
    cr_assert(!backend_open(&be, "cpu", &err));
    mae_open(&mae, be, &small, 1);
    params_train(&mae.params, 0);
    teacher_open(&slow, &mae, 0.75);
    teacher_open(&still, &mae, 1);
    real was = mae.vit.patch_embed.w->data[3];
    cr_expect_eq(slow.vit.patch_embed.w->data[3], was);
    add_to_weights(&mae.params, 4);
    teacher_step(&slow, &mae);
    teacher_step(&still, &mae);
    cr_expect(fabs((double)(slow.vit.patch_embed.w->data[3] - was) - 1) <= 1e-5);
    cr_expect_eq(still.vit.patch_embed.w->data[3], was);
    cr_expect(!slow.vit.patch_embed.w->wants_grad && !slow.params.training);
    cr_expect_eq(slow.vit.pos_embed->data[9], mae.vit.pos_embed->data[9]);
    teacher_close(&slow);
    teacher_close(&still);
    mae_close(&mae);
}

Test(sweep, says_when_its_encoder_has_burst)
{
    const Backend *be;
    Err            err;
    Mae            mae;
    Tape           t;
    Mask          *m;
    real           images[2 * 8 * 8] = { 0 };
    float          found[2 * 4];
    cr_assert(!backend_open(&be, "cpu", &err) && !strategy_open(&m, "sgmae", 2, 2, &err));
    mae_open(&mae, be, &small, 1);
    tape_open(&t, be);
    cr_expect(!sweep_images(found, m, &t, &mae.vit, images, 2, &err) && params_finite(&mae.params));
    mae.vit.patch_embed.b->data[1] = (real)NAN;
    cr_expect(!params_finite(&mae.params));
    cr_assert_eq(sweep_images(found, m, &t, &mae.vit, images, 2, &err), STATUS_FAILED);
    cr_expect(strstr(err.text, "sgmae: a sweep") && strstr(err.text, "nan"), "%s", err.text);
    tape_close(&t);
    mae_close(&mae);
    mask_close(m);
}

/* Two images of 2 x 2 patches; the second sees its lower right quarter, mirrored. */
Test(losses, are_kept_where_the_patch_is)
{
    enum { N = 2, L = 4 };
    Losses   s;
    Arena    host;
    uint64_t images[N] = { 2, 0 };
    Crop     wholes[N] = { crop_whole(8, 8), crop_whole(8, 8) }, crops[N];
    int      ids[N * L] = { 1, 2, 0, 3, 0, 1, 2, 3 };
    real     loss[N * L] = { 2, 100, 100, 4, 100, 100, 1, 1 };
    Visible  v = { .N = N, .L = L, .K = 2, .ids = ids };
    arena_open(&host, "test", NULL, NULL);
    crops[0] = wholes[0];
    crops[1] = (Crop){ .top = 4, .left = 4, .height = 4, .width = 4, .flip = true };
    losses_open(&s, &host, 3, 2, 2);
    losses_add(&s, &(Batch){ .N = N, .ids = images, .crops = crops, .wholes = wholes }, loss, &v);

    /* the mean is 2: image 2 had 1 and 2 in its corners, image 0 twice 0.5 in one */
    const double want[3][L] = { { 1, 1, 1, 0.9 * (0.9 + 0.05) + 0.05 },
                                { 1, 1, 1, 1 },
                                { 1, 1, 1, 0.9 + 0.2 } };
    for (int i = 0; i < 3 * L; i++)
        cr_expect(fabs((double)s.mean[i] - (&want[0][0])[i]) <= 1e-6, "image %d, cell %d: %g",
                  i / L, i % L, (double)s.mean[i]);
    arena_close(&host);
}

/* Parts that are asleep are not looked at for: half a training costs half. */
Test(guide, what_sleeps_costs_nothing, .timeout = 60)
{
    static const char *const specs[][2] = {
        { "sma", "random\tuntil\t0.5\tthen\tsma" }, { "sma", "sma:start=0.5" },
        { "attmask", "attmask\tuntil\t0.5\tthen\trandom" },
    };
    for (int i = 0; i < 3; i++) {
        double gflop[2];
        for (int half = 0; half < 2; half++) {
            char settings[160];
            snprintf(settings, sizeof settings, "pretrain.strategy=%s",
                     specs[i][half]);
            Outcome o = train(settings);
            gflop[half] = o.guide_gflop;
            free(o.encoder);
        }
        cr_expect(gflop[0] > 0 && fabs(gflop[1] / gflop[0] - 0.5) < 0.01, "%s: %g, then %g",
                  specs[i][1], gflop[0], gflop[1]);
    }
}
