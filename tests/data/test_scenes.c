#include "core/base/threads.h"
#include "core/data/data.h"
#include "core/data/scene.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static ScenesConfig crowded(void)
{
    ScenesConfig c = scenes_defaults();
    c.size = 48, c.channels = 3, c.objects_min = 3, c.objects_max = 6, c.occlusion = 0.5;
    return c;
}

/* Masks, boxes, the semantic map and the label are four views of one thing. */
Test(scenes, boxes_masks_and_map_agree)
{
    static Scene   s;
    static uint8_t mask[48 * 48], map[48 * 48], owners[48 * 48];
    ScenesConfig   c = crowded();
    int            objects = 0;
    for (int i = 0; i < 200; i++) {
        scene_make(&s, &c, SPLIT_TRAIN, i);
        scene_semantic(&s, map);
        memset(owners, 0, sizeof owners);
        cr_assert(s.count >= 1 && s.count <= 6);
        int most = 0;
        for (int k = 0; k < s.count; k++) {
            const SceneObject *o = &s.object[k];
            int left = 48, top = 48, right = 0, bottom = 0, seen = 0;
            scene_mask(&s, k, mask);
            for (int p = 0; p < 48 * 48; p++) {
                if (!mask[p]) continue;
                int x = p % 48, y = p / 48;
                cr_assert(map[p] == o->class + 1, "scene %d object %d pixel %d", i, k, p);
                if (x < left) left = x;
                if (x >= right) right = x + 1;
                if (y < top) top = y;
                if (y >= bottom) bottom = y + 1;
                owners[p]++, seen++;
            }
            cr_assert(seen == o->seen && seen > 0, "scene %d object %d: %d", i, k, seen);
            cr_assert(o->whole - o->seen <= c.occlusion * o->whole);
            cr_assert(left == o->left && top == o->top && right == o->right &&
                      bottom == o->bottom, "scene %d object %d: its box", i, k);
            if (seen > s.object[most].seen) most = k;
            objects++;
        }
        for (int p = 0; p < 48 * 48; p++) cr_assert(owners[p] == (map[p] != 0));
        cr_assert(s.label == s.object[most].class);
    }
    cr_expect(objects > 500, "%d objects: few found room", objects);
}

Test(scenes, depend_on_seed_split_and_index_alone)
{
    static Scene s;
    uint8_t      first[48 * 48 * 3], other[48 * 48 * 3];
    ScenesConfig c = crowded(), reseeded = crowded();
    reseeded.seed = 1;
    scene_make(&s, &c, SPLIT_TRAIN, 5);
    scene_draw(&s, first);
    scene_make(&s, &c, SPLIT_TEST, 5);
    scene_draw(&s, other);
    cr_expect(memcmp(first, other, sizeof first));
    scene_make(&s, &c, SPLIT_TRAIN, 6);
    scene_draw(&s, other);
    cr_expect(memcmp(first, other, sizeof first));
    scene_make(&s, &reseeded, SPLIT_TRAIN, 5);
    scene_draw(&s, other);
    cr_expect(memcmp(first, other, sizeof first));
    scene_make(&s, &c, SPLIT_TRAIN, 5);
    scene_draw(&s, other);
    cr_expect(!memcmp(first, other, sizeof first));
}

/* The pixels of an object differ from the ground that would be there without it. */
Test(scenes, objects_stand_out)
{
    static Scene   s;
    static uint8_t pixels[28 * 28], mask[28 * 28];
    ScenesConfig   c = scenes_defaults();
    c.texture = 0;
    for (int i = 0; i < 100; i++) {
        double in = 0, out = 0;
        int    n = 0;
        scene_make(&s, &c, SPLIT_TRAIN, i);
        scene_draw(&s, pixels);
        scene_mask(&s, 0, mask);
        for (int p = 0; p < 28 * 28; p++) {
            if (mask[p]) in += pixels[p], n++;
            else if (!s.owner[p]) out += pixels[p];
        }
        int ground = 0;
        for (int p = 0; p < 28 * 28; p++) ground += !s.owner[p];
        cr_assert(fabs(in / n - out / ground) > 25, "scene %d: %g and %g", i, in / n,
                  out / ground);
    }
}

Test(scenes, centre_moves_the_main_object)
{
    static Scene s;
    double       off[2] = { 0, 0 };
    for (int centred = 0; centred < 2; centred++)
        for (int i = 0; i < 200; i++) {
            ScenesConfig c = scenes_defaults();
            c.centre = centred, c.extent_min = c.extent_max = 0.4;
            scene_make(&s, &c, SPLIT_TRAIN, i);
            off[centred] += hypot(s.object[0].x - 14, s.object[0].y - 14) / 200;
        }
    cr_expect(off[0] > 5 && off[1] < 0.01, "%g and %g pixels from the middle", off[0],
              off[1]);
}

Test(scenes, smallest_and_largest_knobs_draw)
{
    static Scene   s;
    static uint8_t pixels[256 * 256 * 3];
    ScenesConfig   small = scenes_defaults(), large = crowded();
    small.size = 8, small.extent_min = small.extent_max = 0.1, small.centre = 1;
    large.size = 256, large.objects_min = large.objects_max = 8, large.extent_min = 1;
    large.extent_max = 1, large.occlusion = 0.9;
    for (int i = 0; i < 100; i++) {
        scene_make(&s, &small, SPLIT_TRAIN, i); /* aborts if there is no object */
        scene_draw(&s, pixels);
    }
    for (int i = 0; i < 4; i++) {
        scene_make(&s, &large, SPLIT_TRAIN, i);
        scene_draw(&s, pixels);
    }
}

Test(scenes, bad_knobs_are_named)
{
    Err          err;
    ScenesConfig c = scenes_defaults();
    c.texture = NAN;
    cr_expect(scenes_check(&c, &err) == STATUS_CONFIG && strstr(err.text, "texture"));
    c = scenes_defaults(), c.objects_max = 0;
    cr_expect(scenes_check(&c, &err) == STATUS_CONFIG && strstr(err.text, "objects_max"));
    c = scenes_defaults(), c.channels = 2;
    cr_expect(scenes_check(&c, &err) == STATUS_CONFIG && strstr(err.text, "channels"));
    c = scenes_defaults(), c.size = 1 << 20;
    cr_expect(scenes_check(&c, &err) == STATUS_CONFIG && strstr(err.text, "size"));
}

Test(scenes, identity_follows_every_knob)
{
    char       first[HASH_HEX], other[HASH_HEX];
    Err        err;
    DataConfig c = data_defaults(), all[7];
    c.name = "scenes";
    cr_assert(!data_identity(first, &c, SPLIT_TRAIN, &err));
    for (int i = 0; i < 7; i++) all[i] = c;
    all[0].scenes.seed = 1, all[1].scenes.size = 32, all[2].scenes.objects_min = 2;
    all[3].scenes.centre = 0.50001, all[4].scenes.texture = 0.51, all[5].train_count = 5;
    all[6].scenes.occlusion = 0;
    for (int i = 0; i < 7; i++) {
        cr_assert(!data_identity(other, &all[i], SPLIT_TRAIN, &err), "%s", err.text);
        cr_expect(strcmp(first, other), "knob %d", i);
    }
    c.test_count = 7; /* of the other split */
    cr_expect(!data_identity(other, &c, SPLIT_TRAIN, &err) && !strcmp(first, other));
}

Test(scenes, same_on_any_number_of_threads)
{
    Data      *one, *three;
    Err        err;
    DataConfig c = data_defaults();
    c.name = "scenes", c.train_count = 50;
    threads_set(1);
    cr_assert(!data_open(&one, &c, SPLIT_TRAIN, &err));
    threads_set(3);
    cr_assert(!data_open(&three, &c, SPLIT_TRAIN, &err));
    cr_expect(!memcmp(one->pixels, three->pixels, 50 * 28 * 28));
    data_close(one);
    data_close(three);
}

Test(scenes, every_class_is_common)
{
    Data      *d;
    Err        err;
    DataConfig c = data_defaults();
    int        of[SCENE_CLASSES] = { 0 };
    c.name = "scenes", c.train_count = 2000;
    cr_assert(!data_open(&d, &c, SPLIT_TRAIN, &err), "%s", err.text);
    cr_assert(d->count == 2000 && d->classes == 10 && d->height == 28);
    for (int i = 0; i < d->count; i++) of[d->labels[i]]++;
    for (int k = 0; k < SCENE_CLASSES; k++)
        cr_expect(of[k] > 140 && of[k] < 270, "%d of class %s", of[k], d->class_names[k]);
    data_close(d);
}

/* Who only asks what they are does not wait until they are drawn. */
Test(scenes, facts_are_those_of_the_pictures)
{
    DataConfig c = data_defaults();
    Data      *all, *facts;
    Err        err;
    c.name = "scenes", c.fallback = NULL, c.test_count = 3, c.scenes = crowded();
    cr_assert(!data_open(&all, &c, SPLIT_TEST, &err), "%s", err.text);
    cr_assert(!data_facts(&facts, &c, SPLIT_TEST, &err), "%s", err.text);
    cr_expect(!facts->pixels && !facts->labels && all->pixels);
    cr_expect(facts->count == 3 && facts->count == all->count && facts->bytes == all->bytes);
    cr_expect(facts->classes == all->classes && facts->channels == all->channels &&
              facts->height == all->height && facts->width == all->width);
    data_close(facts);
    data_close(all);
}
