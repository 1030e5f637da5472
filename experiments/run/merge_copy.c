#define _XOPEN_SOURCE 700 /* O_NOFOLLOW, lstat */
#include "core/base/file.h"
#include "experiments/recipe/confirm.h"
#include "experiments/run/merge_inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, TEXT_MOST = 64 << 20 };

/* --- names ----------------------------------------------------------------- */

void merge_path(char out[CELL_PATH], const char *results, const char *cell, const char *name)
{
    int n = snprintf(out, CELL_PATH, "%s/cells%s%s%s%s", results, cell ? "/" : "",
                     cell ? cell : "", name ? "/" : "", name ? name : "");
    CHECK(n > 0 && n < CELL_PATH, "path too long: %s", results);
}

/* --- records --------------------------------------------------------------- */

/* A link may lead anywhere, and a pipe has no end. */
static Status check_plain(const char *path, Err *err)
{
    struct stat st;
    if (lstat(path, &st)) return err_set(err, STATUS_MISSING, "%s: %s", path, strerror(errno));
    return S_ISREG(st.st_mode) ? STATUS_OK
                               : err_set(err, STATUS_FORMAT, "%s: not a plain file", path);
}

/* What it says of itself is the hash of its configuration. */
static Status check_hash(H5 *f, const char *path, Arena *a, Err *err)
{
    const char *config, *id;
    char        hex[HASH_HEX];
    Hash        h;
    if (h5_get_long_text(f, "config", a, &config, err) ||
        h5_get_text(f, "/", "config_hash", a, &id, err))
        return err->code;
    hash_start(&h);
    hash_text(&h, config);
    hash_end(&h, hex);
    return !strcmp(hex, id) ? STATUS_OK
                            : err_set(err, STATUS_FORMAT, "%s: config_hash is not the hash of "
                                      "its configuration", path);
}

bool merge_is_record(const char *path, const char *cell, const char *name, Err *why)
{
    Place p;
    Arena a;
    H5   *f;
    Err   unsaid, *err = why ? why : &unsaid;
    if (!place_in(&p, cell, name) || check_plain(path, err) || record_read(&f, path, NULL, err))
        return false;
    arena_open(&a, "head of a record", NULL, NULL);
    Status bad = place_check(&p, f, path, err);
    if (!bad) bad = check_hash(f, path, &a, err);
    arena_close(&a);
    h5_close(f);
    return !bad;
}

/* --- files ----------------------------------------------------------------- */

static Status copy_bytes(FILE *to, int from, const char *path, Err *err)
{
    char   *chunk = malloc(CHUNK);
    ssize_t n = 0;
    CHECK(chunk, "no memory for %d bytes", CHUNK);
    while ((n = read(from, chunk, CHUNK)) > 0 && fwrite(chunk, 1, (size_t)n, to) == (size_t)n)
        ;
    free(chunk);
    return n ? err_set(err, STATUS_IO, "%s: %s", path, strerror(errno)) : STATUS_OK;
}

/* A new file `aside` with the bytes of a plain one. */
static Status copy_aside(const char *from, const char *aside, Err *err)
{
    struct stat st;
    int         in = open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (in < 0) return err_set(err, STATUS_IO, "%s: %s", from, strerror(errno));
    if (fstat(in, &st) || !S_ISREG(st.st_mode)) {
        close(in);
        return err_set(err, STATUS_FORMAT, "%s: not a plain file", from);
    }
    FILE  *out = fopen(aside, "wb");
    Status bad = out ? copy_bytes(out, in, aside, err)
                     : err_set(err, STATUS_IO, "%s: %s", aside, strerror(errno));
    if (out && fclose(out) && !bad) bad = err_set(err, STATUS_IO, "%s: %s", aside, strerror(errno));
    close(in);
    if (bad) unlink(aside);
    return bad;
}

/* A user knows nothing of the copy that was looked at. */
static Status in_its_place(Err *err, const char *aside, const char *from)
{
    const Err why = *err;
    if (!text_starts(why.text, aside)) return err_in(err, "%s", from);
    return err_set(err, why.code, "%s%s", from, why.text + strlen(aside));
}

/* What was copied is what counts, whatever has become of the other since it was looked at. */
typedef Status Look(const char *aside, const Brought *b, Err *err);

static Status copy(const char *from, const char *to, const Brought *b, Look *look, Err *err)
{
    char aside[CELL_PATH];
    file_aside(to, aside, sizeof aside);
    if (copy_aside(from, aside, err)) return err->code;
    if (!look(aside, b, err)) return file_commit(aside, to, err);
    unlink(aside);
    return in_its_place(err, aside, from);
}

static Status look_record(const char *aside, const Brought *b, Err *err)
{
    return merge_is_record(aside, b->cell, b->name, err) ? STATUS_OK : err->code;
}

Status merge_copy_record(const Brought *b, const char *to, Err *err)
{
    return copy(b->from, to, b, look_record, err);
}

/* --- what belongs to a record ----------------------------------------------- */

static Status look_model(const char *aside, const Brought *b, Err *err)
{
    return cell_check_model(aside, b->cell, err);
}

static Status look_text(const char *aside, const Brought *b, Err *err)
{
    struct stat st;
    (void)b;
    if (!stat(aside, &st) && st.st_size <= TEXT_MOST) return STATUS_OK;
    return err_set(err, STATUS_FORMAT, "longer than %d bytes", TEXT_MOST);
}

/* Of the record itself, which is whole. */
static Status look_config(const char *aside, const Brought *b, Err *err)
{
    const char *config;
    Place       p;
    Arena       a;
    H5         *f;
    if (look_text(aside, b, err) || h5_open(&f, b->from, err)) return err->code;
    arena_open(&a, "configuration of a record", NULL, NULL);
    Status bad = h5_get_long_text(f, "config", &a, &config, err);
    if (!bad && place_in(&p, b->cell, b->name)) bad = confirm_config(aside, p.kind, config, err);
    arena_close(&a);
    h5_close(f);
    return bad;
}

/* A file of the record's stage; of pre-training all that its evaluations share. */
static Look *look_of(const Brought *b, const char *name)
{
    char  own[STAGE_NAME + 8];
    Place p;
    bool  is = place_in(&p, b->cell, b->name);
    CHECK(is, "%s is no record", b->name);
    snprintf(own, sizeof own, "%s.yaml", p.kind == STAGE_PRETRAIN ? "config" : p.stage);
    if (!strcmp(name, own)) return look_config;
    if (p.kind != STAGE_PRETRAIN) return NULL;
    if (!strcmp(name, "log.txt")) return look_text;
    return cell_names_model(name) ? look_model : NULL;
}

/* Does it stand here as it should?  Logs do; tensors without their record are of nobody. */
static bool is_right(const Brought *b, const char *into, const char *name, bool here)
{
    char        to[CELL_PATH];
    struct stat st;
    Look       *look = look_of(b, name);
    Err         none;
    merge_path(to, into, b->cell, name);
    if (!look) return true;
    if (stat(to, &st) || !S_ISREG(st.st_mode) || (look == look_model && !here)) return false;
    return look == look_text || !look(to, b, &none);
}

/* A disk that is full ends it all; a file that is none is left out. */
static Status copy_one(const Brought *b, const char *into, const char *name, Merge *m, Err *err)
{
    char from[CELL_PATH], to[CELL_PATH];
    merge_path(to, into, b->cell, name);
    merge_path(from, b->folder, b->cell, name);
    Status bad = check_plain(from, err);
    if (!bad) bad = copy(from, to, b, look_of(b, name), err);
    m->files += !bad;
    if (bad != STATUS_FORMAT) return bad;
    text_add_tame(&m->said, err->text);
    text_add(&m->said, ": left out\n");
    m->left++;
    return STATUS_OK;
}

/* Files there that are not right here: copied, or with m NULL only looked for. */
static Status each_beside(const Brought *b, const char *into, bool here, Merge *m, bool *any,
                          Err *err)
{
    char   path[CELL_PATH];
    Status bad = STATUS_OK;
    merge_path(path, b->folder, b->cell, NULL);
    DIR *d = opendir(path);
    *any = false;
    if (!d) return err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
    for (struct dirent *e; !bad && (e = readdir(d));) {
        if (strlen(e->d_name) >= STAGE_NAME || is_right(b, into, e->d_name, here)) continue;
        *any = true;
        if (m) bad = copy_one(b, into, e->d_name, m, err);
    }
    closedir(d);
    return bad;
}

bool merge_lacks(const Brought *b, const char *into)
{
    bool any;
    Err  none;
    return !each_beside(b, into, true, NULL, &any, &none) && any;
}

Status merge_copy_beside(const Brought *b, const char *into, bool here, Merge *m, Err *err)
{
    bool any;
    return each_beside(b, into, here, m, &any, err);
}
