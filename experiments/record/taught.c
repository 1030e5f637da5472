#include "experiments/record/taught.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/train/checkpoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char LOSSES[] = "losses";

Status taught_write(const char *path, const Learner *l, const real *losses, int images, int L,
                    const char *of, Err *err)
{
    SafetensorsOut out;
    int            kept = images < TAUGHT_IMAGES ? images : TAUGHT_IMAGES;
    safetensors_start(&out);
    safetensors_seal(&out);
    if (of) safetensors_note(&out, CHECKPOINT_OF, of);
    learner_put_taught(l, &out);
    if (losses) safetensors_add(&out, LOSSES, NULL, losses, 2, (int[]){ kept, L });
    return safetensors_write(&out, path, err);
}

static Status read_losses(Taught *t, const Safetensors *in, int L, Err *err)
{
    const SafeTensor *x;
    if (!safetensors_find(in, LOSSES)) return STATUS_OK;
    if (safetensors_expect(in, LOSSES, 2, (int[]){ -1, L }, &x, err)) return err->code;
    t->losses = malloc((x->count ? x->count : 1) * sizeof *t->losses);
    CHECK(t->losses, "no memory for %zu losses", x->count);
    if (safetensors_read(in, x, t->losses, err)) return err->code;
    for (size_t i = 0; i < x->count; i++)
        if (!isfinite(t->losses[i]))
            return err_set(err, STATUS_FORMAT, "%s: the loss of image %zu is %g", in->path,
                           i / (size_t)L, (double)t->losses[i]);
    t->images = (int)x->dim[0];
    return STATUS_OK;
}

/* Both say of which cell they are, unless they are of no cell, or written before they did. */
static Status check_pair(const Safetensors *guide, const char *encoder, Err *err)
{
    Safetensors f;
    const char *of = safetensors_meta(guide, CHECKPOINT_OF);
    if (!of || safetensors_open(&f, encoder, err)) return STATUS_OK;
    const char *is = safetensors_meta(&f, CHECKPOINT_OF);
    Status      bad = STATUS_OK;
    if (is && strcmp(is, of))
        bad = err_set(err, STATUS_FORMAT, "%s: of another cell than %s", guide->path, encoder);
    safetensors_close(&f);
    return bad;
}

Status taught_open(Taught *t, const char *encoder, Mae *mae, Err *err)
{
    Text        path = { 0 };
    Safetensors in;
    const char *slash = strrchr(encoder, '/');
    *t = (Taught){ .images = 0 };
    text_add(&path, "%.*sguide.safetensors", slash ? (int)(slash + 1 - encoder) : 0, encoder);
    Status bad = STATUS_OK;
    if (file_exists(text_get(&path))) {
        bad = safetensors_open(&in, text_get(&path), err);
        if (!bad) {
            if (safetensors_sealed(&in)) bad = safetensors_verify(&in, err);
            if (!bad) bad = check_pair(&in, encoder, err);
            if (!bad) bad = learner_open_taught(&t->learner, mae, &in, err);
            if (!bad) bad = read_losses(t, &in, vit_patches(&mae->config.encoder), err);
            safetensors_close(&in);
        }
    }
    text_free(&path);
    if (bad) taught_close(t);
    return bad;
}

void taught_close(Taught *t)
{
    learner_close(&t->learner);
    free(t->losses);
    *t = (Taught){ .images = 0 };
}

unsigned taught_meets(const Taught *t)
{
    return t->learner.kind | (t->images ? MASK_NEEDS_LOSSES : 0);
}
