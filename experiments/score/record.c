#include "core/base/file.h"
#include "core/base/text.h"
#include "core/data/tree.h"
#include "experiments/score/score.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The pictures right in a folder: one hash of their names and bytes. */
static Status hash_folder(char hex[HASH_HEX], const char *path, Err *err)
{
    Album  a;
    Names  names;
    Hash   h;
    char   file[DATA_PATH], one[HASH_HEX];
    album_start(&a, path);
    hash_start(&h);
    Status bad = tree_pictures(&names, &a, path, err);
    for (int i = 0; !bad && i < names.n; i++) {
        snprintf(file, sizeof file, "%s/%s", path, names.name[i]);
        bad = file_hash(one, file, err);
        if (bad) break;
        hash_text(&h, names.name[i]);
        hash_text(&h, one);
    }
    album_close(&a);
    hash_end(&h, hex);
    return bad;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* What came of which file, which the record must not take the place of. */
static Status put_file(Text *config, const char *key, const char *path, const char *out, Err *err)
{
    char        hex[HASH_HEX], file[4096];
    const char *colon = strrchr(path, ':');
    size_t      n = colon && !file_exists(path) ? (size_t)(colon - path) : strlen(path);
    snprintf(file, sizeof file, "%.*s", (int)n, path);
    if (file_same(file, out))
        return err_set(err, STATUS_CONFIG, "--out %s is what is scored", out);
    if (is_folder(path) ? hash_folder(hex, path, err) : file_hash(hex, file, err))
        return err->code;
    text_add(config, "%s: %s%s\n", key, hex, path + n);
    return STATUS_OK;
}

Status score_record(Record **r, const ScoreOptions *o, const char *stage, const char *title,
                    const char *truth, const char *other, const char *how, Err *err)
{
    Text config = { 0 };
    Hash h;
    char id[HASH_HEX];
    text_add(&config, "stage: %s\n", stage);
    Status bad = put_file(&config, "truth", truth, o->out, err);
    if (!bad) bad = put_file(&config, "predictions", other, o->out, err);
    if (!bad) {
        text_add(&config, "%s", how);
        hash_start(&h);
        hash_text(&h, text_get(&config));
        hash_end(&h, id);
        bad = record_open(r, o->out, &(RecordHead){
            .stage = stage, .id = id, .title = title, .config = text_get(&config),
            .strategy = "none", .threads = 1 }, err);
    }
    text_free(&config);
    if (bad) return bad;
    record_text(*r, "truth", truth);
    record_text(*r, "predictions", other);
    return STATUS_OK;
}
