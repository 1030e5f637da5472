#include "core/train/footprint.h"

#include "core/train/adamw.h"

typedef struct {
    Mae     mae;
    Tape    tape;
    Tensor *images;
} Dry;

static void dry_open(Dry *d, const MaeConfig *c, int N)
{
    const VitConfig *e = &c->encoder;
    mae_list(&d->mae, &backend_dry, c);
    params_place_zero(&d->mae.params);
    tape_open(&d->tape, &backend_dry);
    d->images = tape_constant(&d->tape, 4, (int[]){ N, e->channels, e->height, e->width });
}

static size_t dry_close(Dry *d)
{
    const Tape *t = &d->tape;
    size_t bytes = d->mae.params.host.used + d->mae.params.values.peak + t->nodes.peak +
                   t->values.peak + t->grads.peak;
    tape_close(&d->tape);
    mae_close(&d->mae);
    return bytes;
}

size_t footprint_train(const MaeConfig *c, int N, int K, bool recompute)
{
    Dry         d;
    AdamW       adamw;
    AdamWConfig config = adamw_defaults();
    Visible     visible = { .N = N, .L = vit_patches(&c->encoder), .K = K, .ids = &N };
    dry_open(&d, c, N);
    d.tape.recompute = recompute;
    adamw_open(&adamw, &d.mae.params, &config);
    Tensor *loss = mae_forward(&d.tape, &d.mae, d.images, &visible).loss;
    if (loss) adamw_backward(&adamw, &d.tape, loss, 0);
    return dry_close(&d);
}

size_t footprint_features(const MaeConfig *c, int N)
{
    Dry d;
    dry_open(&d, c, N);
    d.tape.recording = false;
    Tensor *x = vit_features(&d.tape, &d.mae.vit, d.images);
    op_take_class(&d.tape, x);
    op_mean_patches(&d.tape, x);
    return dry_close(&d);
}
