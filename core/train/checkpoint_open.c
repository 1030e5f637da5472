/* A model from a file: what it is, then its numbers, under whoever's names. */
#include "core/base/file.h"
#include "core/model/positions.h"
#include "core/train/hf_config.h"
#include "core/train/naming.h"
#include "core/train/torch.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    Safetensors     f;
    Naming          naming;
    CheckpointHints hints;
    MaeConfig       config; /* as the file has it */
    bool           *used;   /* [f.n] */
} Source;

/* --- what shapes do not tell ------------------------------------------- */

/* From the metadata, else from the caller. */
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

/* Of the preset of the same sizes: heads of 64 numbers are all but a law. */
static int usual_heads(const VitSize *s, bool decoder)
{
    for (int i = 0; mae_presets[i]; i++) {
        MaeConfig c = { .normalized = false };
        Err       err;
        if (mae_preset(&c, mae_presets[i], &err)) continue;
        const VitSize *p = decoder ? &c.decoder : &c.encoder.size;
        if (p->D == s->D && p->depth == s->depth) return p->heads;
    }
    return 0;
}

static Status settle_heads(Source *s, VitSize *size, const char *which, int hint, Err *err)
{
    char key[32];
    snprintf(key, sizeof key, "%s_heads", which);
    if (settle(&size->heads, &s->f, key, hint, err)) return err->code;
    if (size->heads) return STATUS_OK;
    size->heads = usual_heads(size, which[0] == 'd');
    if (!size->heads)
        return err_set(err, STATUS_CONFIG, "%s: how many heads its %s has is neither in "
                       "the file nor given", s->f.path, which);
    if (s->hints.notes)
        text_add(s->hints.notes, "assumed: %d heads of the %s, as presets of width %d have\n",
                 size->heads, which, size->D);
    return STATUS_OK;
}

/* The image's sides, given how many patches there are. */
static Status settle_image(Source *s, int L, Err *err)
{
    VitConfig         *c = &s->config.encoder;
    const Safetensors *f = &s->f;
    if (settle(&c->height, f, "image_height", s->hints.height, err) ||
        settle(&c->width, f, "image_width", s->hints.width, err))
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

static Status settle_target(Source *s, Err *err)
{
    const char *target = s->hints.target ? s->hints.target : safetensors_meta(&s->f, "target");
    if (!target) target = "raw";
    s->config.normalized = !strcmp(target, "normalized");
    if (s->config.normalized || !strcmp(target, "raw")) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "%s: target \"%s\" is neither raw nor normalized",
                   s->f.path, target);
}

/* From the metadata, else from the caller or a config.json. */
static Status settle_eps(Source *s, Err *err)
{
    const char *text = safetensors_meta(&s->f, "norm_eps");
    double     *eps = &s->config.encoder.norm_eps;
    *eps = s->hints.norm_eps;
    if (text && !(text_to_double(text, eps) && *eps > 0 && *eps < 1))
        return err_set(err, STATUS_FORMAT, "%s: __metadata__ norm_eps: \"%s\" is not between 0 "
                       "and 1", s->f.path, text);
    if (*eps > 0) return STATUS_OK;
    *eps = s->naming.kind == NAMING_HUGGING_FACE ? HF_NORM_EPS : NORM_EPS;
    if (s->hints.notes && s->naming.kind == NAMING_HUGGING_FACE)
        text_add(s->hints.notes, "assumed: layer_norm_eps %g, which Hugging Face has where "
                 "no config.json names another\n", *eps);
    return STATUS_OK;
}

/* Any of its tensors: a decoder of which a part is missing is an error, not no decoder. */
static bool has_decoder(const Source *s)
{
    static const char *const names[] = { "decoder_embed.weight", "mask_token",
                                         "decoder_blocks.0.norm1.weight" };
    for (int i = 0; i < 3; i++)
        if (naming_has(&s->naming, &s->f, names[i])) return true;
    return false;
}

static Status settle_decoder(Source *s, Err *err)
{
    const SafeTensor *embed;
    if (!has_decoder(s)) return STATUS_OK;
    if (naming_expect(&s->naming, &s->f, "decoder_embed.weight", 2, (int[]){ -1, -1 }, &embed,
                      err))
        return err->code;
    s->config.decoder.D = (int)embed->dim[0];
    s->config.decoder.depth = naming_blocks(&s->naming, &s->f, "decoder_blocks");
    if (!s->config.decoder.D)
        return err_set(err, STATUS_FORMAT, "%s: a decoder of width 0", s->f.path);
    return settle_heads(s, &s->config.decoder, "decoder", s->hints.decoder_heads, err);
}

static Status settle_config(Source *s, Err *err)
{
    static const int  any[] = { -1, -1, -1, -1 };
    const SafeTensor *proj, *pos;
    VitConfig        *e = &s->config.encoder;
    if (naming_expect(&s->naming, &s->f, "patch_embed.proj.weight", 4, any, &proj, err) ||
        naming_expect(&s->naming, &s->f, "pos_embed", 3, any, &pos, err))
        return err->code;
    if (!proj->dim[2] || pos->dim[1] < 2)
        return err_set(err, STATUS_FORMAT, "%s: a model without patches", s->f.path);
    e->channels = (int)proj->dim[1];
    e->patch = (int)proj->dim[2];
    e->size.D = (int)proj->dim[0];
    e->size.depth = naming_blocks(&s->naming, &s->f, "blocks");
    if (settle_image(s, (int)pos->dim[1] - 1, err) ||
        settle_heads(s, &e->size, "encoder", s->hints.heads, err) || settle_decoder(s, err) ||
        settle_target(s, err) || settle_eps(s, err))
        return err->code;
    if (mae_check(&s->config, err)) return err_in(err, "%s", s->f.path);
    return STATUS_OK;
}

/* --- opening ------------------------------------------------------------- */

static bool is_folder(const char *path)
{
    struct stat st;
    return !stat(path, &st) && S_ISDIR(st.st_mode);
}

Status checkpoint_file(char out[CHECKPOINT_PATH], const char *path, Err *err)
{
    static const char *const names[] = { "/model.safetensors", "/model.safetensors.index.json",
                                         "/pytorch_model.bin", NULL };
    const char *const       *name = names;
    int                      n = snprintf(out, CHECKPOINT_PATH, "%s", path);
    if (n >= 0 && n < CHECKPOINT_PATH - 32) {
        if (!is_folder(path)) return STATUS_OK;
        for (; *name; name++) {
            snprintf(out + n, 32, "%s", *name);
            if (file_exists(out)) return STATUS_OK;
        }
    }
    return err_set(err, STATUS_MISSING, "%s: neither model.safetensors nor its index nor "
                   "pytorch_model.bin, in one piece, is in it", path);
}

Status checkpoint_hash(char hex[HASH_HEX], const char *path, Err *err)
{
    char file[CHECKPOINT_PATH];
    if (checkpoint_file(file, path, err)) return err->code;
    return safetensors_is_index(file) ? safetensors_hash_index(hex, file, err)
                                      : file_hash(hex, file, err);
}

static Status source_open(Source *s, const char *path, const CheckpointHints *hints, Err *err)
{
    char file[CHECKPOINT_PATH], config[CHECKPOINT_PATH];
    *s = (Source){ .hints = hints ? *hints : (CheckpointHints){ 0 } };
    if (checkpoint_file(file, path, err)) return err->code;
    if (strcmp(file, path)) {
        snprintf(config, sizeof config, "%.4000s/config.json", path);
        if (hf_config_read(&s->hints, config, err)) return err->code;
    }
    if (tensors_open(&s->f, file, err)) return err->code;
    s->used = ARENA_NEW(&s->f.arena, bool, s->f.n + 1);
    memset(s->used, 0, s->f.n);
    if (naming_find(&s->naming, &s->f, err) || settle_config(s, err)) {
        safetensors_close(&s->f);
        return err->code;
    }
    return STATUS_OK;
}

Status checkpoint_config(MaeConfig *c, const char *path, const CheckpointHints *hints, Err *err)
{
    Source s;
    if (source_open(&s, path, hints, err)) return err->code;
    *c = s.config;
    safetensors_close(&s.f);
    return STATUS_OK;
}

/* --- numbers ------------------------------------------------------------- */

/* After fine-tuning with the mean of patches the encoder's own norm is gone. */
static bool may_lack(const Source *s, const char *name)
{
    return (!strcmp(name, "norm.weight") || !strcmp(name, "norm.bias")) &&
           !naming_has(&s->naming, &s->f, name) && naming_has(&s->naming, &s->f, "fc_norm.weight");
}

/* Every shape before any memory: a file may name sizes that it does not hold. */
static Status check_shapes(const Source *s, Err *err)
{
    Mae               m;
    const SafeTensor *x;
    Status            bad = STATUS_OK;
    mae_list(&m, NULL, &s->config);
    for (int i = 0; i < m.params.n && !bad; i++) {
        const Param *q = &m.params.list[i];
        if (may_lack(s, q->name)) continue;
        bad = naming_expect(&s->naming, &s->f, q->name, q->rank, q->dim, &x, err);
    }
    mae_close(&m);
    return bad;
}

/* A model that computes NaN of everything is measured without a complaint. */
static Status check_finite(const Source *s, const char *name, const real *x, size_t n, Err *err)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return err_set(err, STATUS_FORMAT, "%s: %s: number %zu is %g", s->f.path, name, i,
                           (double)x[i]);
    return STATUS_OK;
}

/* One parameter; positions [1, L + 1, D] come to the model's grid. */
static Status take(const Source *s, Mae *m, const Param *q, real *work, Err *err)
{
    const VitConfig *from = &s->config.encoder, *to = &m->config.encoder;
    bool             positions = !q->trained;
    int              D = q->dim[q->rank - 1], dim[MAX_RANK];
    memcpy(dim, q->dim, sizeof dim);
    if (positions) dim[1] = vit_patches(from) + 1;
    size_t n = tensor_count(q->tensor), given = positions ? (size_t)dim[1] * (size_t)D : n;
    if (naming_read(&s->naming, &s->f, q->name, q->rank, dim, work, s->used, err) ||
        check_finite(s, q->name, work, given, err))
        return err->code;
    if (positions) {
        real *resized = work + (size_t)dim[1] * (size_t)D;
        positions_resize(resized, work, vit_rows(from), vit_cols(from), vit_rows(to), vit_cols(to),
                         D);
        work = resized;
    }
    m->params.be->write(m->params.weights + q->offset, work, n);
    return STATUS_OK;
}

static Status take_all(const Source *s, Mae *m, Err *err)
{
    Params   *p = &m->params;
    ArenaMark mark = arena_mark(&p->host);
    size_t    width = (size_t)(m->config.encoder.size.D > m->config.decoder.D
                                   ? m->config.encoder.size.D : m->config.decoder.D);
    size_t    old = (size_t)(vit_patches(&s->config.encoder) + 1) * width;
    real     *work = ARENA_NEW(&p->host, real, params_largest(p) + old);
    Status    bad = STATUS_OK;
    for (int i = 0; i < p->n && !bad; i++) {
        const Param *q = &p->list[i];
        if (!may_lack(s, q->name)) bad = take(s, m, q, work, err);
        else if (s->hints.notes) text_add(s->hints.notes, "not found: %s, left at its start\n",
                                          q->name);
    }
    arena_rewind(&p->host, mark);
    return bad;
}

/* --- what became of it --------------------------------------------------- */

static void note_word(Text *notes, const char *word, size_t length)
{
    char head[NAMING_MOST];
    snprintf(head, sizeof head, "%.*s", (int)length, word);
    text_add_tame(notes, head);
    text_add(notes, "\n");
}

/* Those that belong to the model by name; the others by the first word, as one. */
static void note_left_out(const Source *s)
{
    Text       *notes = s->hints.notes;
    size_t      n = strlen(s->naming.decoder);
    const char *word = "";
    size_t      length = 0, count = 0;
    for (size_t i = 0; i <= s->f.n; i++) {
        const char *name = i < s->f.n ? s->f.tensors[i].name : "";
        bool        inside = i < s->f.n && (!n || !strncmp(name, s->naming.decoder, n)) &&
                      !text_starts(name, "adamw.") && !text_starts(name, "optimizer.");
        if (i < s->f.n && s->used[i]) continue;
        if (inside) {
            text_add(notes, "left out: ");
            text_add_tame(notes, name);
            text_add(notes, "\n");
            continue;
        }
        if (count && (strncmp(word, name, length + 1) || i == s->f.n)) {
            text_add(notes, "left out: %zu tensors of ", count);
            note_word(notes, word, length);
            count = 0;
        }
        if (!count++) word = name, length = strcspn(name, ".");
    }
}

static void note(const Source *s, const VitConfig *to)
{
    const VitConfig *from = &s->config.encoder;
    if (!s->hints.notes) return;
    note_left_out(s);
    if (!s->config.decoder.D) text_add(s->hints.notes, "not found: a decoder\n");
    if (vit_rows(from) != vit_rows(to) || vit_cols(from) != vit_cols(to))
        text_add(s->hints.notes, "resized: positions of %d x %d patches to %d x %d, bicubic with "
                 "a = -0.75, not smoothed, as MAE does\n", vit_rows(from), vit_cols(from),
                 vit_rows(to), vit_cols(to));
}

/* LayerScale, relative positions, registers: without them features are others. */
static Status check_all_read(const Source *s, Err *err)
{
    const SafeTensor *x = naming_strange(&s->naming, &s->f, s->used);
    if (!x) return STATUS_OK;
    return err_set(err, STATUS_FORMAT, "%s: tensor \"%s\": no part of what is computed here; "
                   "without it the features would be others", s->f.path, x->name);
}

static Status open_model(Mae *m, const Backend *be, const Source *s, Err *err)
{
    MaeConfig c = s->config;
    if (s->hints.want_height) c.encoder.height = s->hints.want_height;
    if (s->hints.want_width) c.encoder.width = s->hints.want_width;
    if (check_shapes(s, err)) return err->code;
    if (mae_check(&c, err)) return err_in(err, "%s", s->f.path);
    mae_open(m, be, &c, 0);
    if (take_all(s, m, err) || check_all_read(s, err)) {
        mae_close(m);
        return err->code;
    }
    note(s, &c.encoder);
    return STATUS_OK;
}

Status checkpoint_open(Mae *m, const Backend *be, const char *path,
                       const CheckpointHints *hints, Err *err)
{
    Source s;
    if (source_open(&s, path, hints, err)) return err->code;
    Status bad = safetensors_sealed(&s.f) ? safetensors_verify(&s.f, err) : STATUS_OK;
    if (!bad) bad = open_model(m, be, &s, err);
    safetensors_close(&s.f);
    return bad;
}
