#include "experiments/recipe/cell.h"

#include "core/base/file.h"
#include "core/base/h5.h"
#include "core/train/checkpoint.h"
#include "experiments/recipe/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cell_wants(const Cell *c, StageKind kind)
{
    return kind == STAGE_PRETRAIN || (c->config.evaluate & 1U << kind);
}

bool cell_untrained(const Cell *c) { return config_untrained(&c->config); }
bool cell_trains(const Cell *c) { return c->config.pretrain.epochs > 0; }

const DenseFacts *cell_dense(const Cell *c, StageKind kind)
{
    return kind == STAGE_DETECT ? c->detect : kind == STAGE_SEGMENT ? c->segment : NULL;
}

/* --- identities ---------------------------------------------------------- */

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(name, *names)) names++;
    return *names;
}

static bool at_default(const Cell *c, int key)
{
    Text value = { 0 };
    schema_get(&c->config, key, &value);
    bool same = !strcmp(text_get(&value), schema_key(key)->initial);
    text_free(&value);
    return same;
}

/* Nothing of how one would have trained says anything of what was not trained; and that
 * is trained on in a way of its own. */
static bool determines(const Cell *c, int key, StageKind kind)
{
    const Key  *k = schema_key(key);
    static const char *const of_trained[] = { "epochs", "lr", "layer-decay", NULL };
    const bool  tunes = kind == STAGE_FINETUNE || cell_dense(c, kind);
    const char *word = strrchr(k->name, '.');
    if (!(k->of & 1U << kind)) return false;
    if (k->later && at_default(c, key)) return false;
    if (!cell_trains(c) && text_starts(k->name, "pretrain."))
        return !strcmp(k->name, "pretrain.epochs");
    if (!cell_untrained(c)) return !word || !text_starts(word, ".scratch-");
    return !tunes || !is_one_of(word + 1, of_trained);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(schema_key(*(const int *)a)->name, schema_key(*(const int *)b)->name);
}

void cell_canonical(const Cell *c, StageKind kind, Text *out)
{
    const DenseFacts *dense = cell_dense(c, kind);
    text_add(out, "stage: %s\nschema: %d\n", stage_word(kind), stage_schema(kind));
    if (kind == STAGE_PRETRAIN) text_add(out, "data: %s\n", c->data->pretrain);
    else
        text_add(out, "builds-on: %s\ndata: %s\n", c->stage[STAGE_PRETRAIN].id,
                 dense ? dense->test : c->data->test);
    if (dense) text_add(out, "train: %s\n", dense->train);
    else if (kind != STAGE_PRETRAIN && c->config.data.unlabeled_count)
        text_add(out, "train: %s\n", c->data->train); /* which pre-training has not seen */
    if (kind == STAGE_PRETRAIN && c->config.pretrain.from)
        text_add(out, "from: %s\n", c->config.pretrain.from_id); /* whatever it is called */
    if (kind == STAGE_PRETRAIN && c->config.pretrain.from &&
        c->config.pretrain.from_eps != NORM_EPS) /* a config.json beside it may say so */
        text_add(out, "norm-eps: %g\n", c->config.pretrain.from_eps);
    if (kind == STAGE_PRETRAIN && cell_trains(c) && c->config.pretrain.revision)
        text_add(out, "strategy-revision: %d\n", c->config.pretrain.revision);
    int keys[MOST_KEYS], n = 0;
    for (int i = 0; i < schema_count(); i++)
        if (determines(c, i, kind)) keys[n++] = i;
    qsort(keys, (size_t)n, sizeof *keys, by_name); /* the table may be rearranged */
    for (int i = 0; i < n; i++) {
        text_add(out, "%s: ", schema_key(keys[i])->name);
        schema_get(&c->config, keys[i], out);
        text_add(out, "\n");
    }
}

void cell_identify(Cell *c)
{
    Text text = { 0 };
    for (int s = 0; s < STAGE_KINDS; s++) {
        Stage *stage = &c->stage[s];
        *stage = (Stage){ { 0 }, { 0 } };
        if (!cell_wants(c, s)) continue;
        Hash h;
        text_clear(&text);
        cell_canonical(c, s, &text);
        hash_start(&h);
        hash_text(&h, text_get(&text));
        hash_end(&h, stage->id);
        if (s == STAGE_PRETRAIN) snprintf(stage->name, sizeof stage->name, "pretrain");
        else {
            char head[9];
            memcpy(head, stage->id, 8), head[8] = '\0';
            snprintf(stage->name, sizeof stage->name, "%s-%s", stage_word(s), head);
        }
    }
    text_free(&text);
}

/* --- the same as a recipe ------------------------------------------------ */

static bool plain(const char *text)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789./_:=+-";
    return *text && !strchr("-:=", *text) && !text[strspn(text, safe)] &&
           text[strlen(text) - 1] != ':';
}

static void add_setting(const Config *c, int key, Text *out)
{
    Text value = { 0 };
    schema_get(c, key, &value);
    const char *s = text_get(&value);
    text_add(out, "%s: ", schema_key(key)->name);
    if (plain(s)) text_add(out, "%s", s);
    else {
        text_add(out, "\"");
        for (; *s; s++) text_add(out, strchr("\"\\", *s) ? "\\%c" : "%c", *s);
        text_add(out, "\"");
    }
    text_add(out, "\n");
    text_free(&value);
}

/* "detect.set" of detect. */
static bool of_stage(const Key *k, StageKind kind)
{
    const char *word = stage_word(kind);
    return text_starts(k->name, word) && k->name[strlen(word)] == '.';
}

/* Does the value of a data key matter for this stage of this cell?  The test set is looked at
 * with every cell, and scenes are drawn by then. */
static bool of_data(const Cell *c, const Key *k, StageKind kind)
{
    if (k->of == OF_DENSE) return of_stage(k, kind);
    if (k->of != OF_DATA || !strcmp(k->name, "data.fallback")) return false;
    static const char *const of_files[] = { "data.channels", "data.bad-images", "data.cache",
                                            NULL };
    static const char *const sets[] = { "folder", "webdataset", NULL };
    if (is_one_of(k->name, of_files)) return is_one_of(c->config.data.name, sets);
    if (!strcmp(k->name, "data.list")) return c->config.data.list;
    if (!strcmp(k->name, "data.size")) return c->config.data.size;
    if (text_starts(k->name, "data.scenes."))
        return !strcmp(c->config.data.name, "scenes") || cell_dense(c, kind);
    if (!strcmp(k->name, "data.unlabeled")) return c->config.data.unlabeled_count;
    return strcmp(k->name, "data.folder") || c->config.data.folder;
}

void cell_yaml(const Cell *c, StageKind kind, Text *out)
{
    text_add(out, "# %s %s\n", stage_word(kind), c->stage[kind].id);
    text_add(out, "name: %s\nevaluate: %s\n", c->stage[kind].name,
             kind == STAGE_PRETRAIN ? "none" : stage_word(kind));
    for (int i = 0; i < schema_count(); i++) {
        const Key *k = schema_key(i);
        if (k->of == OF_MEANS || of_data(c, k, kind) || determines(c, i, STAGE_PRETRAIN) ||
            determines(c, i, kind) ||
            (c->config.pretrain.from && !strcmp(k->name, "pretrain.from")))
            add_setting(&c->config, i, out);
    }
}

/* --- on disk ------------------------------------------------------------- */

void cell_file(char out[CELL_PATH], const char *results, const Cell *c, const char *name)
{
    int n = snprintf(out, CELL_PATH, "%s/cells/%.16s%s%s", results,
                     c->stage[STAGE_PRETRAIN].id, *name ? "/" : "", name);
    CHECK(n > 0 && n < CELL_PATH, "path too long: %.200s", results);
}

void cell_folder(char out[CELL_PATH], const char *results, const Cell *c)
{
    cell_file(out, results, c, "");
}

void cell_record(char out[CELL_PATH], const char *results, const Cell *c, StageKind kind)
{
    char name[STAGE_NAME + 4];
    CHECK(c->stage[kind].id[0], "the cell has no stage %s", stage_word(kind));
    snprintf(name, sizeof name, "%s.h5", c->stage[kind].name);
    cell_file(out, results, c, name);
}

void cell_config(char out[CELL_PATH], const char *results, const Cell *c, StageKind kind)
{
    char name[STAGE_NAME + 8];
    snprintf(name, sizeof name, "%s.yaml",
             kind == STAGE_PRETRAIN ? "config" : c->stage[kind].name);
    cell_file(out, results, c, name);
}

/* --- models ---------------------------------------------------------------- */

#define ENCODER "encoder.safetensors"
#define GUIDE "guide.safetensors"
#define SNAPSHOT "snapshot-"

int cell_models(const Cell *c) { return MODEL_SNAPSHOT + c->config.pretrain.snapshots; }

void cell_model(char out[CELL_PATH], const char *results, const Cell *c, int which)
{
    char name[48];
    snprintf(name, sizeof name, SNAPSHOT "%d.safetensors", which - MODEL_SNAPSHOT);
    cell_file(out, results, c,
              which == MODEL_ENCODER ? ENCODER : which == MODEL_GUIDE ? GUIDE : name);
}

bool cell_names_model(const char *name)
{
    static const char ending[] = ".safetensors";
    size_t n = strlen(name), m = sizeof ending - 1;
    if (!strcmp(name, ENCODER) || !strcmp(name, GUIDE)) return true;
    return text_starts(name, SNAPSHOT) && n > m && !strcmp(name + n - m, ending);
}

Status cell_check_model(const char *path, const char *cell, Err *err)
{
    Safetensors f;
    if (safetensors_open(&f, path, err)) return err->code;
    Status      bad = safetensors_verify(&f, err);
    const char *of = safetensors_meta(&f, CHECKPOINT_OF);
    if (!bad && of && !text_starts(of, cell)) {
        Text tame = { 0 };
        text_add_tame(&tame, of);
        bad = err_set(err, STATUS_FORMAT, "%s: of another cell, %.16s", path, text_get(&tame));
        text_free(&tame);
    }
    safetensors_close(&f);
    return bad;
}

/* --- records and states ----------------------------------------------------- */

void cell_state(char out[CELL_PATH], const char *results, const Cell *c, StageKind kind,
                Saved which)
{
    static const char *const words[STATES] = { "state", "previous" };
    char                     name[STAGE_NAME + 24];
    snprintf(name, sizeof name, "%s.%s.safetensors", c->stage[kind].name, words[which]);
    cell_file(out, results, c, name);
}

void cell_forget_states(const char *results, const Cell *c, StageKind kind)
{
    char path[CELL_PATH];
    for (Saved which = 0; which < STATES; which++) {
        cell_state(path, results, c, kind, which);
        remove(path);
    }
}

/* By HDF5, which takes longer than to read all bytes. */
static bool is_of(const char *path, const char *id)
{
    H5         *f;
    Arena       a;
    Err         err;
    const char *hash;
    if (h5_open(&f, path, &err)) return false;
    arena_open(&a, "whose record", NULL, NULL);
    bool same = h5_get_text(f, "/", "config_hash", &a, &hash, &err) || !strcmp(hash, id);
    arena_close(&a);
    h5_close(f);
    return same;
}

/* Whole records of other cells, copied here, say of whom they are: by their id, which those
 * that build on it have too, and by the first lines of their configuration. */
bool cell_done(const char *results, const Cell *c, StageKind kind)
{
    char path[CELL_PATH], head[64];
    bool own;
    Err  err;
    cell_record(path, results, c, kind);
    snprintf(head, sizeof head, "stage: %s\nschema: %d\n", stage_word(kind), stage_schema(kind));
    const char *const texts[] = { c->stage[kind].id, head };
    if (h5_verify_has(path, texts, 2, &own, &err)) return false;
    return own || is_of(path, c->stage[kind].id);
}
