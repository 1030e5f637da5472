#include "core/train/checkpoint.h"

#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

/* --- parameters and moments -------------------------------------------- */

static void put_block(const Params *p, const char *prefix, const real *block, bool fixed,
                      SafetensorsOut *o)
{
    for (int i = 0; i < p->n; i++) {
        const Param *q = &p->list[i];
        char         name[2 * PARAM_NAME];
        if (!q->trained && !fixed) continue;
        snprintf(name, sizeof name, "%s%s", prefix, q->name);
        safetensors_add(o, name, p->be, block + q->offset, q->rank, q->dim);
    }
}

static Status get_one(const Params *p, const Param *q, const char *name, real *block,
                      real *work, const Safetensors *f, Err *err)
{
    const SafeTensor *x;
    if (safetensors_expect(f, name, q->rank, q->dim, &x, err)) return err->code;
    if (safetensors_read(f, x, work, err)) return err->code;
    p->be->write(block + q->offset, work, x->count);
    return STATUS_OK;
}

static Status get_block(Params *p, const char *prefix, real *block, bool fixed,
                        const Safetensors *f, Err *err)
{
    ArenaMark mark = arena_mark(&p->host);
    real     *work = ARENA_NEW(&p->host, real, params_largest(p));
    Status    bad = STATUS_OK;
    for (int i = 0; i < p->n && !bad; i++) {
        char name[2 * PARAM_NAME];
        if (!p->list[i].trained && !fixed) continue;
        snprintf(name, sizeof name, "%s%s", prefix, p->list[i].name);
        bad = get_one(p, &p->list[i], name, block, work, f, err);
    }
    arena_rewind(&p->host, mark);
    return bad;
}

void params_put(const Params *p, const char *prefix, SafetensorsOut *o)
{
    put_block(p, prefix, p->weights, true, o);
}

Status params_get(Params *p, const char *prefix, const Safetensors *f, Err *err)
{
    return get_block(p, prefix, p->weights, true, f, err);
}

enum { NOTE = 64 };

static void put_moments(const Params *p, const char *prefix, const char *optimiser, int n,
                        SafetensorsOut *o)
{
    char name[NOTE];
    for (int k = 0; k < n; k++) {
        snprintf(name, sizeof name, "%s%s.%d.", prefix, optimiser, k);
        put_block(p, name, p->moment[k], false, o);
    }
}

static Status get_moments(Params *p, const char *prefix, const char *optimiser, int n,
                          const Safetensors *f, Err *err)
{
    char name[NOTE];
    for (int k = 0; k < n; k++) {
        snprintf(name, sizeof name, "%s%s.%d.", prefix, optimiser, k);
        if (get_block(p, name, p->moment[k], false, f, err)) return err->code;
    }
    return STATUS_OK;
}

void adamw_put(const AdamW *a, const char *prefix, SafetensorsOut *o)
{
    char steps[32], name[NOTE];
    put_moments(a->params, prefix, "adamw", 2, o);
    snprintf(steps, sizeof steps, "%lld", (long long)a->steps);
    snprintf(name, sizeof name, "%sadamw.steps", prefix);
    safetensors_note(o, name, steps);
}

Status adamw_get(AdamW *a, const char *prefix, const Safetensors *f, Err *err)
{
    char name[NOTE];
    snprintf(name, sizeof name, "%sadamw.steps", prefix);
    const char *steps = safetensors_meta(f, name);
    if (!steps || !text_to_int64(steps, &a->steps) || a->steps < 0)
        return err_set(err, STATUS_FORMAT, "%s: no %s in the metadata", f->path, name);
    return get_moments(a->params, prefix, "adamw", 2, f, err);
}

void lars_put(const Lars *l, const char *prefix, SafetensorsOut *o)
{
    put_moments(l->params, prefix, "lars", 1, o);
}

Status lars_get(Lars *l, const char *prefix, const Safetensors *f, Err *err)
{
    return get_moments(l->params, prefix, "lars", 1, f, err);
}

/* --- what the model is ------------------------------------------------- */

static void note_int(SafetensorsOut *o, const char *key, int value)
{
    char text[32];
    snprintf(text, sizeof text, "%d", value);
    safetensors_note(o, key, text);
}

Status checkpoint_save(const char *path, const Mae *m, const char *of, Err *err)
{
    const MaeConfig *c = &m->config;
    SafetensorsOut   o;
    char             eps[32];
    safetensors_start(&o);
    safetensors_seal(&o);
    params_put(&m->params, "", &o);
    if (of) safetensors_note(&o, CHECKPOINT_OF, of);
    note_int(&o, "image_height", c->encoder.height);
    note_int(&o, "image_width", c->encoder.width);
    note_int(&o, "patch_size", c->encoder.patch);
    note_int(&o, "channels", c->encoder.channels);
    note_int(&o, "encoder_width", c->encoder.size.D);
    note_int(&o, "encoder_depth", c->encoder.size.depth);
    note_int(&o, "encoder_heads", c->encoder.size.heads);
    text_from_double(eps, vit_norm_eps(&c->encoder));
    safetensors_note(&o, "norm_eps", eps);
    if (c->decoder.D) {
        note_int(&o, "decoder_width", c->decoder.D);
        note_int(&o, "decoder_depth", c->decoder.depth);
        note_int(&o, "decoder_heads", c->decoder.heads);
        safetensors_note(&o, "target", c->normalized ? "normalized" : "raw");
    }
    return safetensors_write(&o, path, err);
}
