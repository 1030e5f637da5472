#include "core/train/checkpoint.h"

#include "core/base/text.h"

#include <limits.h>
#include <math.h>
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

enum { MOMENTS = 2, NOTE = 64 };

static void moment_name(char out[NOTE], const char *prefix, int k)
{
    snprintf(out, NOTE, "%sadamw.%d.", prefix, k);
}

void adamw_put(const AdamW *a, const char *prefix, SafetensorsOut *o)
{
    char steps[32], name[NOTE];
    for (int k = 0; k < MOMENTS; k++) {
        moment_name(name, prefix, k);
        put_block(a->params, name, a->params->moment[k], false, o);
    }
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
    for (int k = 0; k < MOMENTS; k++) {
        moment_name(name, prefix, k);
        if (get_block(a->params, name, a->params->moment[k], false, f, err))
            return err->code;
    }
    return STATUS_OK;
}

/* --- what the model is ------------------------------------------------- */

static void note_int(SafetensorsOut *o, const char *key, int value)
{
    char text[32];
    snprintf(text, sizeof text, "%d", value);
    safetensors_note(o, key, text);
}

Status checkpoint_save(const char *path, const Mae *m, Err *err)
{
    const MaeConfig *c = &m->config;
    SafetensorsOut   o;
    safetensors_start(&o);
    params_put(&m->params, "", &o);
    note_int(&o, "image_height", c->encoder.height);
    note_int(&o, "image_width", c->encoder.width);
    note_int(&o, "patch_size", c->encoder.patch);
    note_int(&o, "channels", c->encoder.channels);
    note_int(&o, "encoder_width", c->encoder.size.D);
    note_int(&o, "encoder_depth", c->encoder.size.depth);
    note_int(&o, "encoder_heads", c->encoder.size.heads);
    note_int(&o, "decoder_width", c->decoder.D);
    note_int(&o, "decoder_depth", c->decoder.depth);
    note_int(&o, "decoder_heads", c->decoder.heads);
    safetensors_note(&o, "target", c->normalized ? "normalized" : "raw");
    return safetensors_write(&o, path, err);
}

/* A number that shapes do not tell: from the metadata, else from the caller. */
static Status settle(int *out, const Safetensors *f, const char *key, int hint, Err *err)
{
    const char *text = safetensors_meta(f, key);
    int64_t     x = hint;
    if (text && (!text_to_int64(text, &x) || x < 1 || x > INT_MAX))
        return err_set(err, STATUS_FORMAT, "%s: __metadata__ %s: \"%s\" is no size",
                       f->path, key, text);
    if (hint && x != hint)
        return err_set(err, STATUS_CONFIG, "%s: its %s is %lld, not %d", f->path, key,
                       (long long)x, hint);
    *out = (int)x;
    return STATUS_OK;
}

static Status settle_heads(VitSize *s, const Safetensors *f, const char *which, int hint,
                           Err *err)
{
    char key[32];
    snprintf(key, sizeof key, "%s_heads", which);
    if (settle(&s->heads, f, key, hint, err)) return err->code;
    if (!s->heads)
        return err_set(err, STATUS_CONFIG, "%s: how many heads its %s has is neither in "
                       "the file nor given", f->path, which);
    return STATUS_OK;
}

/* Blocks are numbered from 0 without a gap. */
static int count_blocks(const Safetensors *f, const char *names)
{
    for (int i = 0;; i++) {
        char name[PARAM_NAME];
        snprintf(name, sizeof name, "%s.%d.norm1.weight", names, i);
        if (!safetensors_find(f, name)) return i;
    }
}

/* The image's sides, given how many patches there are. */
static Status settle_image(VitConfig *c, const Safetensors *f, int L,
                           const CheckpointHints *hints, Err *err)
{
    if (settle(&c->height, f, "image_height", hints->height, err) ||
        settle(&c->width, f, "image_width", hints->width, err))
        return err->code;
    int side = (int)lround(sqrt(L));
    if (!c->height && !c->width) {
        if (side * side != L)
            return err_set(err, STATUS_CONFIG, "%s: %d patches are no square, and the "
                           "height and width of its images are neither in the file nor "
                           "given", f->path, L);
        c->height = c->width = side * c->patch;
    }
    if ((int64_t)(c->height / c->patch) * (c->width / c->patch) != L)
        return err_set(err, STATUS_CONFIG, "%s: images of %d x %d do not make its %d "
                       "patches of %d pixels", f->path, c->height, c->width, L, c->patch);
    return STATUS_OK;
}

static Status settle_target(MaeConfig *c, const Safetensors *f,
                            const CheckpointHints *hints, Err *err)
{
    const char *target = hints->target ? hints->target : safetensors_meta(f, "target");
    if (!target) target = "raw";
    c->normalized = !strcmp(target, "normalized");
    if (c->normalized || !strcmp(target, "raw")) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "%s: target \"%s\" is neither raw nor normalized",
                   f->path, target);
}

Status checkpoint_config(MaeConfig *c, const Safetensors *f, const CheckpointHints *hints,
                         Err *err)
{
    static const CheckpointHints none = { 0 };
    static const int             any[] = { -1, -1, -1, -1 };
    const SafeTensor            *proj, *pos, *embed;
    if (!hints) hints = &none;
    *c = (MaeConfig){ 0 };
    if (safetensors_expect(f, "patch_embed.proj.weight", 4, any, &proj, err) ||
        safetensors_expect(f, "pos_embed", 3, any, &pos, err) ||
        safetensors_expect(f, "decoder_embed.weight", 2, any, &embed, err))
        return err->code;
    if (!proj->dim[2] || pos->dim[1] < 2)
        return err_set(err, STATUS_FORMAT, "%s: a model without patches", f->path);

    c->encoder.channels = (int)proj->dim[1];
    c->encoder.patch = (int)proj->dim[2];
    c->encoder.size.D = (int)proj->dim[0];
    c->encoder.size.depth = count_blocks(f, "blocks");
    c->decoder.D = (int)embed->dim[0];
    c->decoder.depth = count_blocks(f, "decoder_blocks");
    if (settle_image(&c->encoder, f, (int)pos->dim[1] - 1, hints, err) ||
        settle_heads(&c->encoder.size, f, "encoder", hints->heads, err) ||
        settle_heads(&c->decoder, f, "decoder", hints->decoder_heads, err) ||
        settle_target(c, f, hints, err))
        return err->code;
    if (mae_check(c, err)) return err_in(err, "%s", f->path);
    return STATUS_OK;
}

/* Every shape before any memory: a file may name sizes that it does not hold. */
static Status check_shapes(const MaeConfig *c, const Safetensors *f, Err *err)
{
    Mae               m;
    const SafeTensor *x;
    Status            bad = STATUS_OK;
    mae_list(&m, NULL, c);
    for (int i = 0; i < m.params.n && !bad; i++) {
        const Param *q = &m.params.list[i];
        bad = safetensors_expect(f, q->name, q->rank, q->dim, &x, err);
    }
    mae_close(&m);
    return bad;
}

Status checkpoint_open(Mae *m, const Backend *be, const char *path,
                       const CheckpointHints *hints, Err *err)
{
    Safetensors f;
    MaeConfig   c;
    if (safetensors_open(&f, path, err)) return err->code;
    Status bad = checkpoint_config(&c, &f, hints, err);
    if (!bad) bad = check_shapes(&c, &f, err);
    if (!bad) {
        mae_open(m, be, &c, 0);
        bad = params_get(&m->params, "", &f, err);
        if (bad) mae_close(m);
    }
    safetensors_close(&f);
    return bad;
}
