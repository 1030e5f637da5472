#include "experiments/doctor/survey.h"

#include "core/data/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 64, MOST_BAD = 1000000000 };

void survey_hash(char hex[HASH_HEX], const Image *m)
{
    Hash h;
    char size[64];
    snprintf(size, sizeof size, "%d x %d x %d", m->height, m->width, m->channels);
    hash_start(&h);
    hash_text(&h, size);
    hash_bytes(&h, m->pixels, (size_t)m->height * (size_t)m->width * (size_t)m->channels);
    hash_end(&h, hex);
}

/* In colours, so that a gray picture equals its copy in three planes. */
static Status look_at_file(Print *p, const Data *d, Image *room, Err *err)
{
    char   path[DATA_FILE], *bytes;
    size_t n;
    Hash   h;
    if (d->kind->file(d, p->picture, path, &bytes, &n, err)) return err->code;
    hash_start(&h);
    hash_bytes(&h, bytes, n);
    hash_end(&h, p->file);
    Status bad = picture_decode(room, 3, bytes, n, path, err);
    free(bytes);
    return bad;
}

static Status look(Print *p, const Data *d, Image *room, Err *err)
{
    if (d->kind->file ? look_at_file(p, d, room, err) : data_read(d, p->picture, room, err))
        return err->code;
    survey_hash(p->pixels, room);
    return STATUS_OK;
}

/* Those that could not be decoded again, for what is wrong with them, in their order. */
static void tell_unreadable(SurveySplit *s)
{
    Image room = { 0 };
    Err   err;
    for (int i = 0; i < s->data->count; i++) {
        if (s->prints[i].pixels[0] || !look(&s->prints[i], s->data, &room, &err)) continue;
        text_add(&s->why, "%s\n", err.text);
        s->unreadable++;
    }
    image_free(&room);
}

static void look_at_all(SurveySplit *s, int split)
{
    const Data *d = s->data;
    s->prints = calloc((size_t)d->count, sizeof *s->prints);
    s->per_class = calloc((size_t)d->classes, sizeof *s->per_class);
    CHECK(s->prints && s->per_class, "no memory to survey %d pictures", d->count);
    s->unreadable = data_bad(d, &s->why); /* seen without decoding */
#pragma omp parallel
    {
        Image room = { 0 };
        Err   err;
#pragma omp for schedule(dynamic, 16)
        for (int i = 0; i < d->count; i++) {
            s->prints[i].split = split, s->prints[i].picture = i;
            if (look(&s->prints[i], d, &room, &err)) s->prints[i].pixels[0] = '\0';
        }
        image_free(&room);
    }
    tell_unreadable(s);
    for (int i = 0; i < d->count; i++) {
        if (!s->prints[i].pixels[0]) continue;
        s->per_class[d->labels[i]]++;
        s->pictures++;
    }
}

static int by_pixels(const void *a, const void *b)
{
    const Print *x = a, *y = b;
    int          order = strcmp(x->pixels, y->pixels);
    if (!order) order = x->split - y->split;
    return order ? order : (x->picture > y->picture) - (x->picture < y->picture);
}

static void sort_all(Survey *s)
{
    for (int k = 0; k < SURVEY_SPLITS; k++) s->n += s->split[k].pictures;
    s->sorted = malloc(((size_t)s->n + 1) * sizeof *s->sorted);
    CHECK(s->sorted, "no memory for %d pictures", s->n);
    int n = 0;
    for (int k = 0; k < SURVEY_SPLITS; k++)
        for (int i = 0; s->split[k].data && i < s->split[k].data->count; i++)
            if (s->split[k].prints[i].pixels[0]) s->sorted[n++] = s->split[k].prints[i];
    qsort(s->sorted, (size_t)n, sizeof *s->sorted, by_pixels);
}

Status survey_open(Survey *s, const DataConfig *c, Err *err)
{
    *s = (Survey){ .config = *c };
    s->config.size = SIZE; /* which photographs ask for, and nothing here depends on */
    s->config.bad_images = MOST_BAD, s->config.cache_mib = 0;
    if (data_resolve(&s->config, err)) return err->code;
    for (int k = 0; k < SURVEY_SPLITS; k++) {
        SurveySplit *one = &s->split[k];
        if (k == SPLIT_UNLABELED && !data_kind(&s->config)->unlabeled) continue;
        if (!data_open(&one->data, &s->config, (Split)k, &one->failure)) look_at_all(one, k);
        else one->data = NULL;
        if (k == SPLIT_UNLABELED && one->failure.code == STATUS_MISSING)
            one->failure.text[0] = '\0'; /* 2.6 GB that few have */
    }
    sort_all(s);
    return STATUS_OK;
}

void survey_close(Survey *s)
{
    for (int k = 0; k < SURVEY_SPLITS; k++) {
        data_close(s->split[k].data);
        text_free(&s->split[k].why);
        free(s->split[k].per_class);
        free(s->split[k].prints);
    }
    free(s->sorted);
}

const char *survey_split_name(const Survey *s, int split)
{
    bool files = s->split[split].data && s->split[split].data->kind->file;
    return split == SPLIT_TRAIN ? "train" : split == SPLIT_UNLABELED ? "unlabeled"
           : files ? "val" : "test";
}

void survey_name(const Survey *s, const Print *p, Text *out)
{
    const Data *d = s->split[p->split].data;
    char        path[DATA_FILE], *bytes;
    size_t      n;
    Err         err;
    if (!d->kind->file) {
        text_add(out, "%s picture %d", survey_split_name(s, p->split), p->picture);
        return;
    }
    if (!d->kind->file(d, p->picture, path, &bytes, &n, &err)) free(bytes);
    text_add(out, "%s", path);
}

int survey_label(const Survey *s, const Print *p)
{
    return p->split == SPLIT_UNLABELED ? -1 : s->split[p->split].data->labels[p->picture];
}
