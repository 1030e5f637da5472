#include "core/data/samples.h"

#include "core/base/text.h"
#include "core/data/picture.h"
#include "core/data/tar.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *shard; /* below the folder */
    Reader      file;
    Tar         tar;
    char        key[TAR_NAME], seen[TAR_NAME]; /* its members so far: " jpg cls " */
    Sample     *sample;
    bool        has_label;
} Scan;

/* Both cut from the name: "a/b.c/d.seg.png" is key "a/b.c/d", ending "seg.png". */
static bool split_name(char key[TAR_NAME], char ending[TAR_NAME], const char *name)
{
    const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
    const char *dot = strchr(last, '.');
    size_t      n = strlen(last);
    if (!dot || (n > 4 && !strncmp(last, "__", 2) && !strcmp(last + n - 2, "__"))) return false;
    memcpy(key, name, (size_t)(dot - name));
    key[dot - name] = '\0';
    for (n = 0; (ending[n] = (char)tolower((unsigned char)dot[1 + n]));) n++;
    return n > 0;
}

static bool is_picture(const char *ending)
{
    static const char *const endings[] = { "jpg", "jpeg", "png", "webp", "gif", "bmp", "pgm",
                                           "ppm", "tif",  "tiff", NULL };
    for (int i = 0; endings[i]; i++)
        if (!strcmp(ending, endings[i])) return true;
    return false;
}

static Status refuse(const Scan *s, const char *why, Err *err)
{
    return err_set(err, STATUS_FORMAT, "%s: sample %.300s %s", s->file.path, s->key, why);
}

static Status read_label(Scan *s, const TarMember *m, Err *err)
{
    char    text[32] = { 0 };
    int64_t label;
    if (m->size >= sizeof text) return refuse(s, "has a cls that is no number", err);
    if (reader_take(&s->file, text, m->at, (size_t)m->size, err)) return err->code;
    text[strcspn(text, " \r\n")] = '\0';
    if (!text_to_int64(text, &label)) return refuse(s, "has a cls that is no number", err);
    if (label < 0 || label >= SAMPLES_MOST_CLASSES)
        return refuse(s, "has a cls that is negative or over a million", err);
    s->sample->label = (int)label;
    s->has_label = true;
    return STATUS_OK;
}

static Status end_sample(Scan *s, Shard *to, Err *err)
{
    if (!s->sample) return STATUS_OK;
    if (!s->sample->file) return refuse(s, "has no picture (jpg, jpeg, png)", err);
    if (!s->has_label) return refuse(s, "has no label (cls)", err);
    *to->tail = s->sample;
    to->tail = &s->sample->next;
    to->n++;
    if (s->sample->label > to->most) to->most = s->sample->label;
    s->sample = NULL;
    return STATUS_OK;
}

static void begin_sample(Scan *s, Shard *to, const char *key)
{
    s->sample = ARENA_NEW(&to->memory, Sample, 1);
    *s->sample = (Sample){ 0 };
    s->has_label = false;
    strcpy(s->key, key);
    strcpy(s->seen, " ");
}

/* Once a sample, each ending. */
static Status note_ending(Scan *s, const char *ending, Err *err)
{
    char word[TAR_NAME + 3];
    snprintf(word, sizeof word, " %s ", ending);
    if (strstr(s->seen, word)) return refuse(s, "has two members that are called the same", err);
    if (strlen(s->seen) + strlen(word) >= sizeof s->seen)
        return refuse(s, "has too many members", err);
    strcat(s->seen, word + 1);
    return STATUS_OK;
}

static Status add_member(Scan *s, Shard *to, const TarMember *m, Err *err)
{
    char key[TAR_NAME], ending[TAR_NAME];
    if (!m->is_file || !split_name(key, ending, m->name)) return STATUS_OK;
    if (!s->sample || strcmp(key, s->key)) {
        if (end_sample(s, to, err)) return err->code;
        begin_sample(s, to, key);
    }
    if (note_ending(s, ending, err)) return err->code;
    if (!strcmp(ending, "cls")) return read_label(s, m, err);
    if (!is_picture(ending)) return STATUS_OK;
    if (s->sample->file) return refuse(s, "has two pictures", err);
    if (m->size > PICTURE_BYTES) return refuse(s, "has a picture of more than 256 MiB", err);
    size_t n = strlen(s->shard) + 1 + strlen(m->name) + 1;
    char  *file = arena_take(&to->memory, n);
    snprintf(file, n, "%s/%s", s->shard, m->name);
    s->sample->file = file, s->sample->at = m->at, s->sample->size = m->size;
    return STATUS_OK;
}

Status samples_scan(Shard *to, const char *folder, const char *shard, Err *err)
{
    char      path[2 * TAR_NAME];
    TarMember m;
    Scan     *s = calloc(1, sizeof *s);
    CHECK(s, "no memory to scan a shard");
    snprintf(path, sizeof path, "%s/%s", folder, shard);
    s->shard = shard;
    arena_open(&to->memory, "shard", NULL, NULL);
    to->tail = &to->first;
    Status bad = reader_open(&s->file, path, err);
    if (!bad) {
        tar_start(&s->tar, &s->file);
        while (!(bad = tar_next(&s->tar, &m, err)) && m.name)
            if ((bad = add_member(s, to, &m, err))) break;
        if (!bad) bad = end_sample(s, to, err);
        reader_close(&s->file);
    }
    free(s);
    return bad;
}
