#include "core/data/scenes.h"

#include "core/base/text.h"
#include "core/data/data.h"
#include "core/data/scene.h"

#include <stdlib.h>

/* Raised when the same knobs draw other pictures. */
static const char VERSION[] = "1";

ScenesConfig scenes_defaults(void)
{
    return (ScenesConfig){
        .seed = 0, .size = 28, .channels = 1, .objects_min = 1, .objects_max = 3,
        .extent_min = 0.3, .extent_max = 0.9, .centre = 0.5, .texture = 0.5,
        .occlusion = 0.3,
    };
}

static Status out_of(Err *err, const char *knob, double value, double lo, double hi)
{
    return err_set(err, STATUS_CONFIG, "scenes: %s is %g, expected %g..%g", knob, value,
                   lo, hi);
}

Status scenes_check(const ScenesConfig *c, Err *err)
{
    const struct { const char *knob; double value, lo, hi; } ranges[] = {
        { "size", c->size, 8, SCENE_MAX_SIZE },
        { "objects_min", c->objects_min, 1, SCENE_MAX_OBJECTS },
        { "objects_max", c->objects_max, c->objects_min, SCENE_MAX_OBJECTS },
        { "extent_min", c->extent_min, 0.1, 1 },
        { "extent_max", c->extent_max, c->extent_min, 1 },
        { "centre", c->centre, 0, 1 },
        { "texture", c->texture, 0, 1 },
        { "occlusion", c->occlusion, 0, 0.9 },
    };
    if (c->channels != 1 && c->channels != 3)
        return err_set(err, STATUS_CONFIG, "scenes: channels is %d, expected 1 or 3",
                       c->channels);
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (!(ranges[i].value >= ranges[i].lo && ranges[i].value <= ranges[i].hi))
            return out_of(err, ranges[i].knob, ranges[i].value, ranges[i].lo,
                          ranges[i].hi);
    return STATUS_OK;
}

static Status check(const DataConfig *c, Err *err)
{
    return scenes_check(&c->scenes, err);
}

static Status find(const DataConfig *c, Err *err)
{
    (void)c, (void)err; /* they are always there */
    return STATUS_OK;
}

static Status identify(Hash *h, const DataConfig *c, Split split, Err *err)
{
    const ScenesConfig *s = &c->scenes;
    const double        knobs[] = { s->extent_min, s->extent_max, s->centre, s->texture,
                                    s->occlusion };
    Text                t = { 0 };
    (void)split, (void)err;
    text_add(&t, "%s %llu %d %d %d %d", VERSION, (unsigned long long)s->seed, s->size,
             s->channels, s->objects_min, s->objects_max);
    for (size_t i = 0; i < sizeof knobs / sizeof *knobs; i++) {
        char number[32];
        text_from_double(number, knobs[i]);
        text_add(&t, " %s", number);
    }
    hash_text(h, text_get(&t));
    text_free(&t);
    return STATUS_OK;
}

static Status facts(Data *d, const DataConfig *c, Split split, Err *err)
{
    const ScenesConfig *s = &c->scenes;
    const int           asked = data_asked(c, split);
    (void)err;
    d->count = asked ? asked : split == SPLIT_TRAIN ? SCENES_TRAIN : SCENES_TEST;
    d->classes = SCENE_CLASSES, d->class_names = scene_classes;
    d->channels = s->channels, d->height = d->width = s->size;
    d->bytes = (size_t)d->count * (size_t)s->size * (size_t)s->size * (size_t)s->channels;
    for (int i = 0; i < s->channels; i++) d->mean[i] = 0.5f, d->std[i] = 0.25f;
    return STATUS_OK;
}

static Status draw_all(Data *d, const DataConfig *c, Split split, Err *err)
{
    const ScenesConfig *s = &c->scenes;
    if (facts(d, c, split, err)) return err->code;
    const size_t bytes = d->bytes / (size_t)d->count;
    d->labels = malloc((size_t)d->count * sizeof *d->labels);
    d->pixels = malloc(d->bytes);
    CHECK(d->labels && d->pixels, "no memory for %d scenes of %zu bytes", d->count,
          bytes);
#pragma omp parallel for schedule(static)
    for (int i = 0; i < d->count; i++) {
        Scene scene; /* 70 kB: fits any thread's stack */
        scene_make(&scene, s, (int)split, i);
        scene_draw(&scene, d->pixels + (size_t)i * bytes);
        d->labels[i] = scene.label;
    }
    return STATUS_OK;
}

const DataKind data_scenes = {
    .name = "scenes",
    .about = "drawn pictures of textured objects, ten shapes; needs no files",
    .check = check,
    .find = find,
    .identify = identify,
    .open = draw_all,
    .facts = facts,
};
