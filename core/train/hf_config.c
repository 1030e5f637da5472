#include "core/train/hf_config.h"

#include "core/base/file.h"

#include <jansson.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIG_MOST = 1 << 20 };

/* --- in ------------------------------------------------------------------ */

static Status take_int(int *out, const json_t *x, const char *key, const char *path, Err *err)
{
    if (!x) return STATUS_OK;
    if (!json_is_integer(x) || json_integer_value(x) < 1 || json_integer_value(x) > INT_MAX)
        return err_set(err, STATUS_FORMAT, "%s: %s is no size", path, key);
    int value = (int)json_integer_value(x);
    if (*out && *out != value)
        return err_set(err, STATUS_CONFIG, "%s: %s is %d, not %d", path, key, value, *out);
    *out = value;
    return STATUS_OK;
}

/* "image_size": 224, or [224, 448]. */
static Status take_sides(CheckpointHints *h, const json_t *x, const char *path, Err *err)
{
    bool pair = json_is_array(x) && json_array_size(x) == 2;
    if (take_int(&h->height, pair ? json_array_get(x, 0) : x, "image_size", path, err))
        return err->code;
    return take_int(&h->width, pair ? json_array_get(x, 1) : x, "image_size", path, err);
}

static Status take_all(CheckpointHints *h, const json_t *root, const char *path, Err *err)
{
    const json_t *act = json_object_get(root, "hidden_act");
    const json_t *bias = json_object_get(root, "qkv_bias");
    const json_t *eps = json_object_get(root, "layer_norm_eps");
    const json_t *normalized = json_object_get(root, "norm_pix_loss");
    if (act && (!json_is_string(act) || strcmp(json_string_value(act), "gelu")))
        return err_set(err, STATUS_FORMAT, "%s: hidden_act is not gelu, which alone is computed "
                       "here", path);
    if (bias && !json_is_true(bias))
        return err_set(err, STATUS_FORMAT, "%s: qkv_bias is not true, and here queries, keys "
                       "and values have a bias", path);
    h->norm_eps = eps ? json_number_value(eps) : HF_NORM_EPS;
    if (!(h->norm_eps > 0 && h->norm_eps < 1))
        return err_set(err, STATUS_FORMAT, "%s: layer_norm_eps is not between 0 and 1", path);
    if (json_is_boolean(normalized) && !h->target)
        h->target = json_is_true(normalized) ? "normalized" : "raw";
    if (take_sides(h, json_object_get(root, "image_size"), path, err)) return err->code;
    if (take_int(&h->heads, json_object_get(root, "num_attention_heads"), "num_attention_heads",
                 path, err))
        return err->code;
    return take_int(&h->decoder_heads, json_object_get(root, "decoder_num_attention_heads"),
                    "decoder_num_attention_heads", path, err);
}

Status hf_config_read(CheckpointHints *hints, const char *path, Err *err)
{
    char        *bytes;
    size_t       n;
    json_error_t why;
    Status       bad = file_read(path, CONFIG_MOST, &bytes, &n, err);
    if (bad) return bad == STATUS_MISSING ? STATUS_OK : bad;
    json_t *root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &why);
    free(bytes);
    if (!json_is_object(root))
        bad = err_set(err, STATUS_FORMAT, "%s:%d: %s", path, root ? 1 : why.line,
                      root ? "not a map" : why.text);
    else bad = take_all(hints, root, path, err);
    json_decref(root);
    return bad;
}

/* --- out ----------------------------------------------------------------- */

static void put(json_t *map, const char *key, json_t *value)
{
    CHECK(!json_object_set_new(map, key, value), "no memory for %s", key);
}

static void put_decoder(json_t *root, const MaeConfig *c)
{
    put(root, "decoder_hidden_size", json_integer(c->decoder.D));
    put(root, "decoder_num_hidden_layers", json_integer(c->decoder.depth));
    put(root, "decoder_num_attention_heads", json_integer(c->decoder.heads));
    put(root, "decoder_intermediate_size", json_integer(4 * c->decoder.D));
    put(root, "mask_ratio", json_real(0.75));
    put(root, "norm_pix_loss", json_boolean(c->normalized));
}

Status hf_config_write(const char *path, const MaeConfig *c, Err *err)
{
    const VitConfig *e = &c->encoder;
    bool             whole = c->decoder.D, square = e->height == e->width;
    json_t          *root = json_object();
    put(root, "architectures", json_pack("[s]", whole ? "ViTMAEForPreTraining" : "ViTModel"));
    put(root, "model_type", json_string(whole ? "vit_mae" : "vit"));
    put(root, "hidden_size", json_integer(e->size.D));
    put(root, "num_hidden_layers", json_integer(e->size.depth));
    put(root, "num_attention_heads", json_integer(e->size.heads));
    put(root, "intermediate_size", json_integer(4 * e->size.D));
    put(root, "hidden_act", json_string("gelu"));
    put(root, "hidden_dropout_prob", json_real(0));
    put(root, "attention_probs_dropout_prob", json_real(0));
    put(root, "initializer_range", json_real(0.02));
    put(root, "layer_norm_eps", json_real(vit_norm_eps(e)));
    put(root, "image_size", square ? json_integer(e->height)
                                   : json_pack("[i, i]", e->height, e->width));
    put(root, "patch_size", json_integer(e->patch));
    put(root, "num_channels", json_integer(e->channels));
    put(root, "qkv_bias", json_true());
    put(root, "torch_dtype", json_string("float32"));
    if (whole) put_decoder(root, c);
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    CHECK(text, "no memory for %s", path);
    json_decref(root);
    Status bad = file_write(path, text, strlen(text), err);
    free(text);
    return bad;
}
