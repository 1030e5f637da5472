#include "core/train/naming.h"

#include "core/base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ours, and what Hugging Face has instead; a name that ends with a dot stands for all
 * that begin with it. */
typedef struct { const char *ours, *theirs; } Pair;

static const Pair outside[] = {
    { "cls_token", "embeddings.cls_token" },
    { "pos_embed", "embeddings.position_embeddings" },
    { "patch_embed.proj.", "embeddings.patch_embeddings.projection." },
    { "blocks.", "encoder.layer." },
    { "norm.", "layernorm." },
    { "mask_token", "decoder.mask_token" },
    { "decoder_pos_embed", "decoder.decoder_pos_embed" },
    { "decoder_embed.", "decoder.decoder_embed." },
    { "decoder_blocks.", "decoder.decoder_layers." },
    { "decoder_norm.", "decoder.decoder_norm." },
    { "decoder_pred.", "decoder.decoder_pred." },
    { NULL, NULL }
};

static const Pair inside[] = { /* of a block */
    { "norm1.", "layernorm_before." },
    { "norm2.", "layernorm_after." },
    { "attn.qkv.", "attention.attention." },
    { "attn.proj.", "attention.output.dense." },
    { "mlp.fc1.", "intermediate.dense." },
    { "mlp.fc2.", "output.dense." },
    { NULL, NULL }
};

static const char *const parts[NAMING_PARTS] = { "query", "key", "value" };

static bool of_decoder(const char *ours)
{
    return text_starts(ours, "decoder_") || text_starts(ours, "mask_token");
}

/* --- recognising --------------------------------------------------------- */

static bool ends_with(const char *s, const char *tail)
{
    size_t n = strlen(s), m = strlen(tail);
    return n >= m && !strcmp(s + n - m, tail);
}

Status naming_find(Naming *n, const Safetensors *f, Err *err)
{
    static const char *const marks[] = { "patch_embed.proj.weight",
                                         "embeddings.patch_embeddings.projection.weight" };
    size_t best = sizeof n->encoder;
    for (size_t i = 0; i < f->n; i++)
        for (int kind = 0; kind < 2; kind++) {
            const char *name = f->tensors[i].name;
            size_t      before = strlen(name) - strlen(marks[kind]);
            if (!ends_with(name, marks[kind]) || before >= best) continue;
            best = before;
            n->kind = (NamingKind)kind;
            memcpy(n->encoder, name, before);
            n->encoder[before] = '\0';
        }
    if (best == sizeof n->encoder)
        return err_set(err, STATUS_FORMAT, "%s: no vision transformer: no tensor is called %s "
                       "or %s, after whatever words", f->path, marks[0], marks[1]);
    strcpy(n->decoder, n->encoder);
    if (n->kind == NAMING_HUGGING_FACE && ends_with(n->decoder, "vit."))
        n->decoder[strlen(n->decoder) - 4] = '\0';
    return STATUS_OK;
}

const char *naming_word(const Naming *n, const Safetensors *f)
{
    if (n->kind == NAMING_HUGGING_FACE) return "hf";
    if (safetensors_meta(f, "encoder_heads")) return "maskgrid";
    return naming_has(n, f, "decoder_embed.weight") ? "mae" : "mae or timm";
}

/* --- names --------------------------------------------------------------- */

static const Pair *pair_of(const Pair *list, const char *ours)
{
    for (const Pair *p = list; p->ours; p++) {
        bool all = p->ours[strlen(p->ours) - 1] == '.';
        if (all ? text_starts(ours, p->ours) : !strcmp(ours, p->ours)) return p;
    }
    return NULL;
}

int naming_of(const Naming *n, const char *ours, char names[NAMING_PARTS][NAMING_MOST])
{
    const char *before = of_decoder(ours) ? n->decoder : n->encoder;
    const Pair *out = pair_of(outside, ours), *in = NULL;
    if (n->kind == NAMING_REFERENCE || !out) {
        snprintf(names[0], NAMING_MOST, "%s%s", before, ours);
        return 1;
    }
    const char *rest = ours + strlen(out->ours), *dot = strchr(rest, '.');
    if (ends_with(out->ours, "blocks.") && dot) in = pair_of(inside, dot + 1);
    if (!in) {
        snprintf(names[0], NAMING_MOST, "%s%s%s", before, out->theirs, rest);
        return 1;
    }
    int         number = (int)(dot + 1 - rest);
    const char *last = dot + 1 + strlen(in->ours);
    bool        apart = !strcmp(in->ours, "attn.qkv.");
    for (int i = 0; i < (apart ? NAMING_PARTS : 1); i++)
        snprintf(names[i], NAMING_MOST, "%s%s%.*s%s%s%s%s", before, out->theirs, number, rest,
                 in->theirs, apart ? parts[i] : "", apart ? "." : "", last);
    return apart ? NAMING_PARTS : 1;
}

bool naming_has(const Naming *n, const Safetensors *f, const char *ours)
{
    char names[NAMING_PARTS][NAMING_MOST];
    naming_of(n, ours, names);
    return safetensors_find(f, names[0]);
}

/* --- blocks -------------------------------------------------------------- */

/* Where the name goes on behind that of the blocks, "3.norm1.weight"; NULL: elsewhere. */
static const char *in_blocks(const Naming *n, const char *name, const char *ours)
{
    char names[NAMING_PARTS][NAMING_MOST], blocks[64];
    snprintf(blocks, sizeof blocks, "%s.", ours);
    naming_of(n, blocks, names);
    const char *rest = name + strlen(names[0]);
    return text_starts(name, names[0]) && isdigit((unsigned char)*rest) ? rest : NULL;
}

int naming_blocks(const Naming *n, const Safetensors *f, const char *ours)
{
    enum { ABSURD = 1 << 20 };
    long count = 0;
    for (size_t i = 0; i < f->n; i++) {
        const char *rest = in_blocks(n, f->tensors[i].name, ours);
        long        number = rest ? strtol(rest, NULL, 10) : 0;
        if (rest && number >= count && number < ABSURD) count = number + 1;
    }
    return (int)count;
}

/* One more token that all others look at. */
static bool is_token(const Naming *n, const char *name)
{
    static const char *const more[] = { "dist_token", "reg_token", "register_tokens",
                                        "embeddings.distillation_token",
                                        "embeddings.register_tokens", NULL };
    if (!text_starts(name, n->encoder)) return false;
    name += strlen(n->encoder);
    int i = 0;
    while (more[i] && strcmp(name, more[i])) i++;
    return more[i];
}

const SafeTensor *naming_strange(const Naming *n, const Safetensors *f, const bool *used)
{
    for (size_t i = 0; i < f->n; i++) {
        const char *name = f->tensors[i].name;
        if (!used[i] && (is_token(n, name) || in_blocks(n, name, "blocks") ||
                         in_blocks(n, name, "decoder_blocks")))
            return &f->tensors[i];
    }
    return NULL;
}

/* --- numbers ------------------------------------------------------------- */

Status naming_expect(const Naming *n, const Safetensors *f, const char *ours, int rank,
                     const int *dim, const SafeTensor **x, Err *err)
{
    char names[NAMING_PARTS][NAMING_MOST];
    int  part[SAFE_RANK], count = naming_of(n, ours, names);
    CHECK(rank > 0 && rank <= SAFE_RANK, "%s of rank %d", ours, rank);
    memcpy(part, dim, (size_t)rank * sizeof *dim);
    if (count > 1 && dim[0] > 0) part[0] = dim[0] / count;
    for (int i = count - 1; i >= 0; i--)
        if (safetensors_expect(f, names[i], rank, part, x, err)) return err->code;
    return STATUS_OK;
}

Status naming_read(const Naming *n, const Safetensors *f, const char *ours, int rank,
                   const int *dim, real *out, bool *used, Err *err)
{
    char              names[NAMING_PARTS][NAMING_MOST];
    int               count = naming_of(n, ours, names);
    const SafeTensor *x;
    if (naming_expect(n, f, ours, rank, dim, &x, err)) return err->code;
    for (int i = 0; i < count; i++, out += x->count) {
        x = safetensors_find(f, names[i]);
        if (safetensors_read(f, x, out, err)) return err->code;
        if (used) used[x - f->tensors] = true;
    }
    return STATUS_OK;
}
