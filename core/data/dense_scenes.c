/* Scenes with what the generator itself knows of its pictures, exact to the pixel. */
#include "core/data/dense.h"
#include "core/data/scene.h"

#include <stdlib.h>

static Status check(const DenseConfig *c, Err *err) { return scenes_check(&c->scenes, err); }

static Status start(DenseData *d, const DenseConfig *c, Split split, Err *err)
{
    const int asked = dense_asked(c, split);
    (void)err;
    ScenesConfig *own = malloc(sizeof *own);
    CHECK(own, "no memory for a data set");
    *own = c->scenes;
    d->own = own;
    d->count = asked ? asked : split == SPLIT_TRAIN ? SCENES_TRAIN : SCENES_TEST;
    d->classes = SCENE_CLASSES, d->class_names = scene_classes;
    d->labels = SCENE_CLASSES + 1, d->label_names = scene_labels;
    d->channels = c->scenes.channels;
    for (int i = 0; i < d->channels; i++) d->mean[i] = 0.5f, d->std[i] = 0.25f;
    return STATUS_OK;
}

static Status identify(Hash *h, const DenseData *d, Err *err)
{
    const ScenesConfig *own = d->own;
    char                hex[HASH_HEX];
    DataConfig          pictures = { .name = "scenes", .scenes = *own };
    if (data_identity(hex, &pictures, d->split, err)) return err->code;
    hash_text(h, hex);
    return STATUS_OK;
}

static void take_instance(Annotated *s, const Scene *scene, int k)
{
    const SceneObject *from = &scene->object[k];
    const int          size = scene->size;
    Instance          *to = &s->instance[k];
    Arena             *a = &s->memory;
    *to = (Instance){ .class = from->class, .area = from->seen,
                      .box = { from->left, from->top, from->right, from->bottom } };
    uint8_t *mask = ARENA_NEW(a, uint8_t, size * size);
    scene_mask(scene, k, mask);
    rle_from_pixels(&to->outline.runs, a, mask, size, size);
}

static Status get(const DenseData *d, int i, Annotated *s, Err *err)
{
    Arena *a = &s->memory;
    Scene *scene = ARENA_NEW(a, Scene, 1);
    (void)err;
    scene_make(scene, d->own, (int)d->split, i);
    const int n = scene->size * scene->size;
    image_size(&s->image, scene->size, scene->size, scene->channels);
    scene_draw(scene, s->image.pixels);
    label_map_size(&s->labels, scene->size, scene->size);
    uint8_t *map = ARENA_NEW(a, uint8_t, n);
    scene_semantic(scene, map);
    for (int p = 0; p < n; p++) s->labels.label[p] = map[p];
    s->instance = ARENA_NEW(a, Instance, scene->count);
    s->count = scene->count;
    for (int k = 0; k < s->count; k++) take_instance(s, scene, k);
    return STATUS_OK;
}

static void stop(DenseData *d) { free(d->own); }

const DenseKind dense_scenes = {
    .name = "scenes",
    .about = "drawn pictures of textured objects, exact boxes, masks and label maps",
    .check = check,
    .open = start,
    .identify = identify,
    .get = get,
    .close = stop,
};
