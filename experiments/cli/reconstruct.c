/* Numbers for given images, masks and checkpoint: anyone can judge the model with
 * anyone's masks. */
#include "experiments/cli/cli.h"

#include "core/mask/mask.h"
#include "core/mask/recording.h"
#include "core/train/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BATCH = 64 };

typedef struct {
    const char *checkpoint, *input, *masks, *out, *target;
    long        heads, decoder_heads, epoch;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, checkpoint, "FILE", NULL, "the model, in safetensors"),
    OPTION_TEXT(Options, input, "FILE", NULL, "images and masks, in safetensors"),
    OPTION_TEXT(Options, masks, "FILE.h5", NULL,
                "masks as `maskgrid masks --out` records them, instead of the input's"),
    OPTION_INT(Options, epoch, "N", "0", 0, 1000000, "their epoch"),
    OPTION_TEXT(Options, out, "FILE", NULL, "write what came out there, in safetensors"),
    OPTION_INT(Options, heads, "N", NULL, 1, 1024,
               "attention heads of the encoder, where the checkpoint does not say"),
    OPTION_INT(Options, decoder_heads, "N", NULL, 1, 1024, "those of the decoder"),
    OPTION_CHOICE(Options, target, "raw|normalized", NULL,
                  "what the loss compares with: pixels as they are, or each patch minus "
                  "its mean, over its deviation (default: what the checkpoint says, else "
                  "raw)"),
    { 0 }
};

/* All images, what is asked about them and what came out; on the host. */
typedef struct {
    int   N, C, H, W, L, P, D, most; /* most: visible patches of any image      */
    real *images, *mask;             /* [N, C, H, W]; [N, L], 1: hidden         */
    int  *K;                         /* [N], visible patches of each            */
    real *pred, *patch_loss, *latent; /* [N, L, P]; [N, L]; [N, most + 1, D]    */
    real  loss;
} Work;

/* --- in ---------------------------------------------------------------- */

static Status read_tensor(real **out, const Safetensors *f, Arena *a, const char *name,
                          int rank, const int *dim, Err *err)
{
    const SafeTensor *x;
    if (safetensors_expect(f, name, rank, dim, &x, err)) return err->code;
    *out = ARENA_NEW(a, real, x->count);
    return safetensors_read(f, x, *out, err);
}

static Status check_input(Work *w, const char *path, Err *err)
{
    size_t pixels = (size_t)w->C * (size_t)w->H * (size_t)w->W, L = (size_t)w->L;
    for (int n = 0; n < w->N; n++) {
        const real *image = w->images + (size_t)n * pixels;
        const real *mask = w->mask + (size_t)n * L;
        for (size_t i = 0; i < pixels; i++)
            if (!isfinite(image[i]))
                return err_set(err, STATUS_FORMAT, "%s: images: image %d is not finite",
                               path, n);
        w->K[n] = 0;
        for (size_t i = 0; i < L; i++) {
            if (mask[i] != 0 && mask[i] != 1)
                return err_set(err, STATUS_FORMAT, "%s: mask: %g at [%d, %zu], expected "
                               "0 (visible) or 1 (hidden)", path, (double)mask[i], n, i);
            w->K[n] += mask[i] == 0;
        }
        if (!w->K[n])
            return err_set(err, STATUS_FORMAT, "%s: mask: image %d has every patch "
                           "hidden, expected one visible at least", path, n);
        if (w->K[n] > w->most) w->most = w->K[n];
    }
    return STATUS_OK;
}

static void say_once(const Recording *r, const Options *o)
{
    Text notice = { 0 };
    recording_notice(&notice, r, o->masks, (uint64_t)o->epoch, 1);
    if (notice.length) fprintf(stderr, "maskgrid: %s\n", notice.s);
    text_free(&notice);
}

/* Image n of the input is number n of the recording. */
static Status replay(Work *w, Arena *a, const Options *o, const VitConfig *e, Err *err)
{
    Recording *r;
    uint8_t    hidden[MASK_MAX_PATCHES]; /* none is thrown */
    if (recording_read(&r, o->masks, err)) return err->code;
    Status bad = STATUS_OK;
    if (r->rows != vit_rows(e) || r->cols != vit_cols(e))
        bad = err_set(err, STATUS_FORMAT, "%s: masks of %d x %d patches, expected %d x %d",
                      o->masks, r->rows, r->cols, vit_rows(e), vit_cols(e));
    else if (r->T)
        bad = err_set(err, STATUS_FORMAT, "%s: its masks throw %d patches each, which are "
                      "neither visible nor hidden, and reconstruct knows no others", o->masks,
                      r->T);
    if (!bad) say_once(r, o);
    w->mask = ARENA_NEW(a, real, (size_t)w->N * (size_t)w->L);
    for (int n = 0; n < w->N && !bad; n++) {
        if (!recording_has(r, (uint64_t)n)) {
            bad = err_set(err, STATUS_FORMAT, "%s: no mask of image %d of %d", o->masks, n, w->N);
            break;
        }
        recording_get(r, hidden, (uint64_t)o->epoch, (uint64_t)n);
        for (int i = 0; i < w->L; i++) w->mask[(size_t)n * (size_t)w->L + (size_t)i] = hidden[i];
    }
    recording_close(r);
    return bad;
}

static Status read_input(Work *w, Arena *a, const Options *o, const MaeConfig *c,
                         Err *err)
{
    Safetensors      f;
    const VitConfig *e = &c->encoder;
    const char      *path = o->input;
    *w = (Work){ .C = e->channels, .H = e->height, .W = e->width, .L = vit_patches(e),
                 .P = mae_values(c), .D = e->size.D };
    if (safetensors_open(&f, path, err)) return err->code;
    const SafeTensor *images = safetensors_find(&f, "images");
    Status bad = read_tensor(&w->images, &f, a, "images", 4,
                             (int[]){ -1, w->C, w->H, w->W }, err);
    if (!bad) {
        w->N = (int)images->dim[0];
        bad = o->masks ? replay(w, a, o, e, err)
                       : read_tensor(&w->mask, &f, a, "mask", 2, (int[]){ w->N, w->L }, err);
    }
    if (!bad && !w->N) bad = err_set(err, STATUS_FORMAT, "%s: no images", path);
    safetensors_close(&f);
    if (bad) return bad;
    w->K = ARENA_NEW(a, int, w->N);
    return check_input(w, path, err);
}

/* --- through the model ------------------------------------------------- */

/* The next images from `from` on that have as many visible patches as the first of
 * them that is not done; how many, at most BATCH. */
static int next_batch(int *batch, const Work *w, const bool *done, int from)
{
    int n = 0;
    for (int i = from; i < w->N && n < BATCH; i++)
        if (!done[i] && (!n || w->K[i] == w->K[batch[0]])) batch[n++] = i;
    return n;
}

static void order_patches(int *ids, const real *mask, int L)
{
    int n = 0;
    for (int hidden = 0; hidden < 2; hidden++)
        for (int i = 0; i < L; i++)
            if ((mask[i] == 1) == hidden) ids[n++] = i;
}

static void run_batch(Work *w, Tape *t, const Mae *mae, const int *batch, int n)
{
    const Backend *be = t->be;
    int            K = w->K[batch[0]];
    size_t pixels = (size_t)w->C * (size_t)w->H * (size_t)w->W, L = (size_t)w->L;
    size_t values = L * (size_t)w->P, seen = (size_t)(K + 1) * (size_t)w->D;
    size_t room = (size_t)(w->most + 1) * (size_t)w->D;

    tape_reset(t);
    int    *ids = ARENA_NEW(&t->nodes, int, (size_t)n * L);
    Tensor *images = tape_constant(t, 4, (int[]){ n, w->C, w->H, w->W });
    for (int i = 0; i < n; i++) {
        size_t at = (size_t)batch[i], to = (size_t)i;
        be->write(images->data + to * pixels, w->images + at * pixels, pixels);
        order_patches(ids + to * L, w->mask + at * L, w->L);
    }
    Visible   visible = { .N = n, .L = w->L, .K = K, .ids = ids };
    MaeResult r = mae_forward(t, mae, images, &visible);
    Tensor   *patch_loss = mae_patch_loss(t, &r);

    for (int i = 0; i < n; i++) {
        size_t at = (size_t)batch[i], from = (size_t)i;
        be->read(w->latent + at * room, r.latent->data + from * seen, seen);
        be->read(w->pred + at * values, /* without the class token's row */
                 r.pred->data + from * (values + (size_t)w->P) + w->P, values);
        be->read(w->patch_loss + at * L, patch_loss->data + from * L, L);
    }
}

static void reconstruct(Work *w, Arena *a, const Backend *be, const Mae *mae)
{
    size_t N = (size_t)w->N, L = (size_t)w->L;
    size_t latents = N * (size_t)(w->most + 1) * (size_t)w->D;
    bool  *done = ARENA_NEW(a, bool, N);
    int    batch[BATCH];
    Tape   tape;
    memset(done, 0, N);
    w->pred = ARENA_NEW(a, real, N * L * (size_t)w->P);
    w->patch_loss = ARENA_NEW(a, real, N * L);
    w->latent = ARENA_NEW(a, real, latents);
    memset(w->latent, 0, latents * sizeof *w->latent);

    tape_open(&tape, be);
    tape.recording = false;
    for (int from = 0; from < w->N; from++)
        while (!done[from]) {
            int n = next_batch(batch, w, done, from);
            run_batch(w, &tape, mae, batch, n);
            for (int i = 0; i < n; i++) done[batch[i]] = true;
        }
    tape_close(&tape);

    double sum = 0, hidden = 0;
    for (size_t i = 0; i < N * L; i++) {
        hidden += (double)w->mask[i];
        sum += (double)w->mask[i] * (double)w->patch_loss[i];
    }
    w->loss = (real)(sum / hidden);
}

/* --- out --------------------------------------------------------------- */

static Status write_output(const Work *w, const MaeConfig *c, const char *path, Err *err)
{
    SafetensorsOut o;
    safetensors_start(&o);
    safetensors_add(&o, "pred", NULL, w->pred, 3, (int[]){ w->N, w->L, w->P });
    safetensors_add(&o, "patch_loss", NULL, w->patch_loss, 2, (int[]){ w->N, w->L });
    safetensors_add(&o, "latent", NULL, w->latent, 3, (int[]){ w->N, w->most + 1, w->D });
    safetensors_add(&o, "loss", NULL, &w->loss, 1, (int[]){ 1 });
    safetensors_note(&o, "target", c->normalized ? "normalized" : "raw");
    return safetensors_write(&o, path, err);
}

static Status numbers(const Options *o, Err *err)
{
    const Backend  *be;
    Mae             mae;
    Work            w;
    Arena           arena;
    CheckpointHints hints = { .heads = (int)o->heads,
                              .decoder_heads = (int)o->decoder_heads,
                              .target = o->target };
    if (backend_open(&be, NULL, err)) return err->code;
    if (checkpoint_open(&mae, be, o->checkpoint, &hints, err)) return err->code;
    arena_open(&arena, "reconstruct", NULL, NULL);
    Status bad = mae.config.decoder.D
                     ? read_input(&w, &arena, o, &mae.config, err)
                     : err_set(err, STATUS_CONFIG, "%s: an encoder alone, and it takes a decoder "
                               "to reconstruct", o->checkpoint);
    if (!bad) {
        reconstruct(&w, &arena, be, &mae);
        bad = write_output(&w, &mae.config, o->out, err);
    }
    arena_close(&arena);
    mae_close(&mae);
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    Err            err;
    const Options *o = opt;
    (void)arguments, (void)n;
    const char *missing = !o->checkpoint ? "--checkpoint" : !o->input ? "--input"
                          : !o->out      ? "--out"        : NULL;
    if (missing) {
        err_set(&err, STATUS_CONFIG, "reconstruct needs %s FILE; see maskgrid "
                "reconstruct --help", missing);
        return cli_fail(&err);
    }
    return numbers(o, &err) ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(reconstruct) = {
    .place = 90,
    .about = "hide the patches you name and see what a checkpoint makes of them",
    .details =
        "The input holds images [N, C, H, W], already normalised, and mask [N, L], 1 "
        "where a patch is hidden; images may hide different numbers.  With --masks image n has "
        "the recorded mask of image n instead.  The output holds "
        "pred [N, L, P], P ordered (row, column, channel); patch_loss [N, L], of every "
        "patch, hidden or not; latent [N, K + 1, D], the class token, then the visible "
        "patches by place, zeros where an image has fewer; and loss, the mean over all "
        "that is hidden (nan if nothing is).",
    .examples = "  maskgrid reconstruct --checkpoint encoder.safetensors \\\n"
                "      --input in.safetensors --out out.safetensors\n"
                "  maskgrid reconstruct --checkpoint encoder.safetensors \\\n"
                "      --input in.safetensors --masks masks.h5 --out out.safetensors\n",
    .options = options, .size = sizeof(Options), .run = run,
};
