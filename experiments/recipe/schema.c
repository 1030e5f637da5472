#define _POSIX_C_SOURCE 200809L /* strtok_r */
#include "experiments/recipe/schema.h"

#include <stdio.h>
#include <string.h>

#define AT(path, field)                                                       \
    .name = path, .offset = offsetof(Config, field),                          \
    .kind = _Generic(((Config *)0)->field, const char *: KEY_IS_TEXT,         \
                     int: KEY_IS_INT, uint64_t: KEY_IS_WHOLE,                 \
                     double: KEY_IS_NUMBER, bool: KEY_IS_FLAG, unsigned: KEY_IS_STAGES)
#define BETWEEN(least, most)   .lo = least, .hi = most
#define WITHIN(above, below)   .lo = above, .hi = below, .open = true
#define PRETRAIN (1 << STAGE_PRETRAIN)
#define KNN      (1 << STAGE_KNN)
#define LINEAR   (1 << STAGE_LINEAR_CACHED)

/* In the order of `maskgrid plan --keys`.  Without `initial` the default is what
 * the defaults() of the struct in core/ say, or comes from other keys (`from`). */
static const Key keys[] = {
    { AT("name", name), .initial = "", .about = "of the recipe; else the file's",
      .of = OF_RECIPE },
    { AT("about", about), .initial = "", .about = "one line", .of = OF_RECIPE },
    { AT("evaluate", evaluate), .initial = "knn,linear-cached",
      .about = "what to measure of each encoder", .of = OF_RECIPE },
    { AT("untrained", untrained), .initial = "no",
      .about = "also measure encoders that were never trained", .of = OF_RECIPE },
    { AT("run.jobs", jobs), .initial = "0", BETWEEN(0, 1024),
      .about = "cells at a time; 0: as many as there are cores", .of = OF_RECIPE },
    { AT("run.threads", threads), .initial = "0", BETWEEN(0, 1024),
      .about = "of each cell; 0: cores over jobs", .of = OF_RECIPE },

    { AT("data.set", data.name), .about = "the data set", .of = OF_DATA },
    { AT("data.fallback", data.fallback), .initial = "none", .none = true,
      .about = "taken where the data set is not to be had", .of = OF_DATA },
    { AT("data.folder", data.folder), .initial = "none", .none = true,
      .about = "where its files are; none: in the usual places", .of = OF_DATA },
    { AT("data.train", data.train_count), .initial = "0", BETWEEN(0, 1e9), .unit = "images",
      .about = "the first so many; 0: all", .of = OF_DATA },
    { AT("data.test", data.test_count), .initial = "0", BETWEEN(0, 1e9), .unit = "images",
      .about = "the first so many; 0: all", .of = OF_DATA },
    { AT("data.size", data.size), BETWEEN(0, 1024), .unit = "pixels",
      .about = "side of what the model sees; 0: the data set's", .of = OF_DATA },
    { AT("data.channels", data.channels), BETWEEN(1, 3),
      .about = "of the pictures of a folder: 1 gray, 3 colours", .of = OF_DATA },
    { AT("data.bad-images", data.bad_images), BETWEEN(0, 1e9), .unit = "images",
      .about = "so many of a folder may be unreadable", .of = OF_DATA },
    { AT("data.cache", data.cache_mib), BETWEEN(0, 1 << 20), .unit = "MiB",
      .about = "of a folder's decoded pictures kept in memory", .of = OF_DATA },
    { AT("data.scenes.seed", data.scenes.seed), BETWEEN(0, 0x1p53),
      .about = "of the pictures, not of a cell", .of = OF_DATA },
    { AT("data.scenes.size", data.scenes.size), BETWEEN(8, 256), .unit = "pixels",
      .about = "height and width", .of = OF_DATA },
    { AT("data.scenes.channels", data.scenes.channels), BETWEEN(1, 3),
      .about = "1 gray, 3 colours", .of = OF_DATA },
    { AT("data.scenes.objects-min", data.scenes.objects_min), BETWEEN(1, 8),
      .about = "fewest objects of a picture", .of = OF_DATA },
    { AT("data.scenes.objects-max", data.scenes.objects_max), BETWEEN(1, 8),
      .about = "most objects of a picture", .of = OF_DATA },
    { AT("data.scenes.extent-min", data.scenes.extent_min), BETWEEN(0.1, 1),
      .about = "smallest diameter over the size", .of = OF_DATA },
    { AT("data.scenes.extent-max", data.scenes.extent_max), BETWEEN(0.1, 1),
      .about = "largest diameter over the size", .of = OF_DATA },
    { AT("data.scenes.centre", data.scenes.centre), BETWEEN(0, 1),
      .about = "0: the main object anywhere, 1: in the middle", .of = OF_DATA },
    { AT("data.scenes.texture", data.scenes.texture), BETWEEN(0, 1),
      .about = "0: plain surfaces, 1: strongest pattern", .of = OF_DATA },
    { AT("data.scenes.occlusion", data.scenes.occlusion), BETWEEN(0, 0.9),
      .about = "share of an object that others may hide", .of = OF_DATA },

    { AT("model.preset", model.preset), .initial = "micro", .about = "sizes of both stacks",
      .of = OF_OTHERS },
    { AT("model.patch", model.patch), .initial = "4", BETWEEN(1, 256), .unit = "pixels",
      .about = "side of a patch; divides the image", .of = PRETRAIN },
    { AT("model.width", model.width), .from = "preset", BETWEEN(4, 16384),
      .about = "of the encoder; a multiple of 4 and of heads", .of = PRETRAIN },
    { AT("model.depth", model.depth), .from = "preset", BETWEEN(1, 256),
      .about = "blocks of the encoder", .of = PRETRAIN },
    { AT("model.heads", model.heads), .from = "preset", BETWEEN(1, 256),
      .about = "of the encoder", .of = PRETRAIN },
    { AT("model.decoder-width", model.decoder_width), .from = "preset", BETWEEN(4, 16384),
      .about = "a multiple of 4 and of decoder-heads", .of = PRETRAIN },
    { AT("model.decoder-depth", model.decoder_depth), .from = "preset", BETWEEN(1, 256),
      .about = "blocks of the decoder", .of = PRETRAIN },
    { AT("model.decoder-heads", model.decoder_heads), .from = "preset", BETWEEN(1, 256),
      .about = "of the decoder", .of = PRETRAIN },
    { AT("model.recompute", model.recompute), .initial = "no",
      .about = "run blocks again going back: less memory, more time", .of = OF_MEANS },

    { AT("pretrain.strategy", pretrain.strategy), .initial = "random",
      .about = "which patches to hide: NAME:key=value,... or several", .of = PRETRAIN },
    { AT("pretrain.ratio", pretrain.ratio), .initial = "0.75", WITHIN(0, 1),
      .about = "share of hidden patches", .of = PRETRAIN },
    { AT("pretrain.target", pretrain.target), .initial = "normalized",
      .choices = "raw|normalized", .about = "pixels, or each patch normalised",
      .of = PRETRAIN },
    { AT("pretrain.epochs", pretrain.epochs), .initial = "10", BETWEEN(0, 1e6),
      .about = "0: the encoder stays untrained", .of = PRETRAIN },
    { AT("pretrain.batch", pretrain.batch), .initial = "128", BETWEEN(1, 65536),
      .unit = "images", .about = "of a step", .of = PRETRAIN },
    { AT("pretrain.blr", pretrain.lr_per_256), .initial = "1.5e-4", WITHIN(0, 1e3),
      .about = "learning rate for 256 images a step", .of = OF_OTHERS },
    { AT("pretrain.lr", pretrain.lr), .from = "blr batch / 256", WITHIN(0, 1e6),
      .about = "learning rate after the warm-up", .of = PRETRAIN },
    { AT("pretrain.min-lr", pretrain.min_lr), .initial = "0", BETWEEN(0, 1e6),
      .about = "learning rate at the end", .of = PRETRAIN },
    { AT("pretrain.warmup", pretrain.warmup), .initial = "1", BETWEEN(0, 1e6),
      .unit = "epochs", .about = "the rate grows from 0", .of = PRETRAIN },
    { AT("pretrain.weight-decay", pretrain.weight_decay), .initial = "0.05", BETWEEN(0, 10),
      .about = "of AdamW, decoupled", .of = PRETRAIN },
    { AT("pretrain.beta2", pretrain.beta2), .initial = "0.95", WITHIN(0, 1),
      .about = "of AdamW", .of = PRETRAIN },
    { AT("pretrain.crop-min", pretrain.crop_min), .initial = "0.2", BETWEEN(0.01, 1),
      .about = "least share of the area that a crop keeps; 1: no crop", .of = PRETRAIN },
    { AT("pretrain.flip", pretrain.flip), .initial = "yes",
      .about = "mirror half of the images", .of = PRETRAIN },

    { AT("knn.k", knn.k), BETWEEN(1, 1e6), .about = "neighbours that vote", .of = KNN },
    { AT("knn.temperature", knn.temperature), WITHIN(0, 1e3),
      .about = "a vote is exp(similarity / temperature)", .of = KNN },
    { AT("knn.feature", knn_feature), .initial = "mean", .choices = "mean|class",
      .about = "of the patch tokens, or the class token", .of = KNN },
    { AT("linear-cached.epochs", linear.epochs), BETWEEN(1, 1e6),
      .about = "passes over the features", .of = LINEAR },
    { AT("linear-cached.batch", linear.batch), BETWEEN(2, 65536), .unit = "images",
      .about = "of a step", .of = LINEAR },
    { AT("linear-cached.blr", linear.lr_per_256), WITHIN(0, 1e3),
      .about = "learning rate for 256 images a step", .of = LINEAR },
    { AT("linear-cached.warmup", linear.warmup_epochs), BETWEEN(0, 1e6), .unit = "epochs",
      .about = "the rate grows from 0", .of = LINEAR },
    { AT("linear-cached.weight-decay", linear.decay), BETWEEN(0, 10),
      .about = "of LARS", .of = LINEAR },
    { AT("linear-cached.feature", linear_feature), .initial = "mean", .choices = "mean|class",
      .about = "of the patch tokens, or the class token", .of = LINEAR },

    { AT("seed", seed), .initial = "0", BETWEEN(0, 0x1p53),
      .about = "of weights, order, crops and masks", .of = PRETRAIN },
};
enum { N_KEYS = sizeof keys / sizeof *keys };

int schema_count(void) { return N_KEYS; }

const Key *schema_key(int key)
{
    CHECK(key >= 0 && key < N_KEYS, "key %d of %d", key, N_KEYS);
    return &keys[key];
}

int schema_find(const char *name)
{
    for (int i = 0; i < N_KEYS; i++)
        if (!strcmp(keys[i].name, name)) return i;
    return -1;
}

bool schema_section(const char *name)
{
    size_t n = strlen(name);
    for (int i = 0; i < N_KEYS; i++)
        if (!strncmp(keys[i].name, name, n) && keys[i].name[n] == '.') return true;
    return false;
}

/* A misspelt section is as likely as a misspelt key. */
Status schema_unknown(const char *name, Err *err)
{
    static const char *const sections[] = { "data", "data.scenes", "model", "pretrain", "knn",
                                            "linear-cached", "run", "grid" };
    enum { N_SECTIONS = sizeof sections / sizeof *sections };
    const char *words[N_KEYS + N_SECTIONS + 1], *near;
    for (int i = 0; i < N_KEYS; i++) words[i] = keys[i].name;
    for (int i = 0; i < N_SECTIONS; i++) words[N_KEYS + i] = sections[i];
    words[N_KEYS + N_SECTIONS] = NULL;
    if (schema_section(name))
        return err_set(err, STATUS_CONFIG, "%s: is a section; name one of its keys", name);
    near = text_nearest(name, words);
    for (int i = 0; i < N_KEYS && !near; i++) { /* the right word, its section left out */
        const char *last = strrchr(keys[i].name, '.');
        if (last && !strcmp(last + 1, name)) near = keys[i].name;
    }
    if (near)
        return err_set(err, STATUS_CONFIG, "%s: no such key; did you mean %s?", name, near);
    return err_set(err, STATUS_CONFIG, "%s: no such key; see maskgrid plan --keys", name);
}

void schema_defaults(Config *c)
{
    *c = (Config){ .data = data_defaults(), .knn = knn_defaults(),
                   .linear = linear_defaults() };
    for (int i = 0; i < N_KEYS; i++) {
        Err err;
        if (keys[i].initial && schema_set(c, i, keys[i].initial, &err))
            CHECK(false, "default of %s: %s", keys[i].name, err.text);
    }
}

/* --- texts to fields and back -------------------------------------------- */

static Status not_among(const Key *k, const char *text, Err *err)
{
    char        list[256], *words[16], *rest = list;
    const char *near;
    int         n = 0;
    CHECK(strlen(k->choices) < sizeof list, "choices of %s", k->name);
    memcpy(list, k->choices, strlen(k->choices) + 1);
    for (char *w; (w = strtok_r(rest, "|", &rest)) && n < 15;) {
        if (!strcmp(w, text)) return STATUS_OK;
        words[n++] = w;
    }
    words[n] = NULL;
    near = text_nearest(text, (const char *const *)words);
    return err_set(err, STATUS_CONFIG, "%.60s is not one of %s%s%s%s", text, k->choices,
                   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static Status add_stage(unsigned *set, const char *word, Err *err)
{
    const char *words[STAGE_KINDS + 1] = { NULL };
    for (int s = STAGE_PRETRAIN + 1; s < STAGE_KINDS; s++) {
        words[s - 1] = stage_word(s);
        if (strcmp(word, words[s - 1])) continue;
        *set |= 1U << s;
        return STATUS_OK;
    }
    const char *near = text_nearest(word, words);
    if (near)
        return err_set(err, STATUS_CONFIG, "no evaluation %.60s; did you mean %s?", word, near);
    return err_set(err, STATUS_CONFIG, "no evaluation %.60s; there are knn and linear-cached",
                   word);
}

/* "knn,linear-cached"; "none" for pre-training alone. */
static Status set_stages(unsigned *set, const char *text, Err *err)
{
    *set = 0;
    if (!strcmp(text, "none")) return STATUS_OK;
    for (size_t n; *text; text += n + (text[n] == ',')) {
        char word[64];
        n = strcspn(text, ",");
        snprintf(word, sizeof word, "%.*s", (int)n, text + strspn(text, " "));
        if (add_stage(set, word, err)) return err->code;
    }
    return STATUS_OK;
}

static Status out_of_range(const Key *k, const char *text, Err *err)
{
    if (k->open)
        return err_set(err, STATUS_CONFIG, "%.60s is out of range, expected more than %.15g "
                       "and less than %.15g", text, k->lo, k->hi);
    return err_set(err, STATUS_CONFIG, "%.60s is out of range, expected %.15g to %.15g", text,
                   k->lo, k->hi);
}

Status schema_set(Config *c, int key, const char *text, Err *err)
{
    const Key *k = schema_key(key);
    void      *field = (char *)c + k->offset;
    int64_t    whole;
    double     number;
    if (!*text && k->of != OF_RECIPE) return err_set(err, STATUS_CONFIG, "has no value");
    switch (k->kind) {
    case KEY_IS_STAGES: return set_stages(field, text, err);
    case KEY_IS_TEXT:
        if (k->choices && not_among(k, text, err)) return err->code;
        *(const char **)field = k->none && !strcmp(text, "none") ? NULL : text;
        return STATUS_OK;
    case KEY_IS_FLAG:
        if (text_to_bool(text, field)) return STATUS_OK;
        return err_set(err, STATUS_CONFIG, "%.60s is neither yes nor no", text);
    case KEY_IS_INT:
    case KEY_IS_WHOLE:
        if (!text_to_int64(text, &whole))
            return err_set(err, STATUS_CONFIG, "%.60s is not a whole number", text);
        if (!((double)whole >= k->lo && (double)whole <= k->hi))
            return out_of_range(k, text, err);
        if (k->kind == KEY_IS_INT) *(int *)field = (int)whole;
        else *(uint64_t *)field = (uint64_t)whole;
        return STATUS_OK;
    case KEY_IS_NUMBER:
        if (!text_to_double(text, &number))
            return err_set(err, STATUS_CONFIG, "%.60s is not a number", text);
        if (!(number >= k->lo && number <= k->hi) ||
            (k->open && (number == k->lo || number == k->hi)))
            return out_of_range(k, text, err);
        *(double *)field = number + 0.0; /* -0 is 0 */
        return STATUS_OK;
    }
    return STATUS_OK;
}

static void get_stages(unsigned set, Text *out)
{
    const char *gap = "";
    for (int s = 0; s < STAGE_KINDS; s++)
        if (set & 1U << s) {
            text_add(out, "%s%s", gap, stage_word(s));
            gap = ",";
        }
    if (!set) text_add(out, "none");
}

void schema_get(const Config *c, int key, Text *out)
{
    const Key  *k = schema_key(key);
    const void *field = (const char *)c + k->offset;
    char        number[32];
    const char *text;
    switch (k->kind) {
    case KEY_IS_STAGES: get_stages(*(const unsigned *)field, out); break;
    case KEY_IS_TEXT:
        text = *(const char *const *)field;
        text_add(out, "%s", text ? text : "none");
        break;
    case KEY_IS_FLAG: text_add(out, "%s", *(const bool *)field ? "yes" : "no"); break;
    case KEY_IS_INT: text_add(out, "%d", *(const int *)field); break;
    case KEY_IS_WHOLE:
        text_add(out, "%llu", (unsigned long long)*(const uint64_t *)field);
        break;
    case KEY_IS_NUMBER:
        text_from_double(number, *(const double *)field);
        text_add(out, "%s", number);
        break;
    }
}

void schema_default(int key, Text *out)
{
    const Key *k = schema_key(key);
    Config     c;
    schema_defaults(&c);
    if (k->from) text_add(out, "from %s", k->from);
    else schema_get(&c, key, out);
}

/* --- where a value comes from -------------------------------------------- */

void origin_text(const Origin *o, Text *out)
{
    switch (o->kind) {
    case FROM_DEFAULT: text_add(out, "default"); break;
    case FROM_KEYS: text_add(out, "from %s", o->file); break;
    case FROM_FILE: text_add(out, "%s:%d", o->file, o->line); break;
    case FROM_SETTING: text_add(out, "-s %s", o->file); break;
    case FROM_FALLBACK: text_add(out, "data.fallback"); break;
    }
}

Status origin_in(Err *err, const Origin *o, const char *key)
{
    Text where = { 0 };
    origin_text(o, &where);
    err_in(err, "%s: %s", text_get(&where), key);
    text_free(&where);
    return err->code;
}
