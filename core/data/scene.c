#include "core/data/scene.h"

#include "core/base/status.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const float TAU = 6.28318531f;

static float between(Rng *rng, double lo, double hi)
{
    return (float)(lo + (hi - lo) * rng_unit53(rng));
}

/* A colour of a given brightness: gray plus a hue whose red, green and blue sum
 * to about nothing. */
static void mix_ink(float ink[3], float brightness, float saturation, float hue)
{
    for (int c = 0; c < 3; c++) {
        float x = brightness + saturation * cosf(TAU * (hue + (float)c / 3));
        ink[c] = x < 0 ? 0 : x > 1 ? 1 : x;
    }
}

/* The second ink is darker or lighter by `contrast`, whichever has room. */
static void paint(Surface *f, Rng *rng, float brightness, double contrast, int size)
{
    float hue = rng_unit(rng), saturation = between(rng, 0.05, 0.35);
    float step = (float)contrast * (brightness > 0.5f ? -1 : 1);
    mix_ink(f->ink[0], brightness, saturation, hue);
    mix_ink(f->ink[1], brightness + step, saturation, hue + between(rng, -0.15, 0.15));

    float turn = rng_unit(rng);
    f->pattern = (Pattern)rng_below(rng, PATTERNS);
    f->across = cosf(TAU * turn), f->down = sinf(TAU * turn);
    f->period = between(rng, 0.11, 0.25) * (float)size;
    f->phase = rng_unit(rng);
    if (f->pattern == BLOTCHED) rng_units(rng, &f->blotch[0][0], BLOTCHES * BLOTCHES);
}

static float distance_at(const SceneObject *o, int x, int y)
{
    float dx = ((float)x + 0.5f - o->x) / o->radius;
    float dy = ((float)y + 0.5f - o->y) / o->radius;
    return o->radius * shape_distance(o->class, dx * o->cosine + dy * o->sine,
                                      dy * o->cosine - dx * o->sine);
}

/* The pixels that an object can touch; one more on each side for soft edges. */
static void reach(const SceneObject *o, int size, int *left, int *top, int *right,
                  int *bottom)
{
    float r = o->radius * 1.05f + 1;
    *left = o->x - r < 0 ? 0 : (int)(o->x - r);
    *top = o->y - r < 0 ? 0 : (int)(o->y - r);
    *right = o->x + r + 1 > (float)size ? size : (int)(o->x + r + 1);
    *bottom = o->y + r + 1 > (float)size ? size : (int)(o->y + r + 1);
}

/* Put o in front of all others, if it is seen and hides no more of any than
 * `most` of its pixels. */
static bool put_in_front(Scene *s, SceneObject *o, double most)
{
    int taken[SCENE_MAX_OBJECTS + 1] = { 0 }, left, top, right, bottom;
    reach(o, s->size, &left, &top, &right, &bottom);
    o->whole = 0;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            if (!(distance_at(o, x, y) < 0)) continue;
            taken[s->owner[y * s->size + x]]++;
            o->whole++;
        }
    if (!o->whole) return false;
    for (int k = 0; k < s->count; k++) {
        const SceneObject *b = &s->object[k];
        if (b->whole - b->seen + taken[k + 1] > most * b->whole) return false;
    }

    for (int k = 0; k < s->count; k++) s->object[k].seen -= taken[k + 1];
    o->seen = o->whole;
    s->object[s->count++] = *o;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++)
            if (distance_at(o, x, y) < 0) s->owner[y * s->size + x] = (uint8_t)s->count;
    return true;
}

/* The main object is drawn from the larger half of the sizes and towards the
 * middle; others may be anywhere, cut by the border too. */
static void add_object(Scene *s, const ScenesConfig *c, float brightness)
{
    enum { TRIES = 20 };
    Rng        *rng = &s->rng;
    bool        main = s->count == 0;
    SceneObject o = { .class = (int)rng_below(rng, SCENE_CLASSES) };
    double      middle = (c->extent_min + c->extent_max) / 2;
    float       turn = between(rng, -0.07, 0.07);
    float       side = (float)c->size;
    float       extent = between(rng, main ? middle : c->extent_min,
                                 main ? c->extent_max : middle);
    o.radius = fmaxf(extent * side / 2, 2); /* smaller ones could miss every pixel */
    o.cosine = cosf(TAU * turn), o.sine = sinf(TAU * turn);
    paint(&o.surface, rng, brightness, 0.35 * c->texture, c->size);

    for (int i = 0; i < TRIES; i++) {
        float room = main ? 0.9f * o.radius : 0.5f * o.radius;
        if (room > side / 2) room = side / 2;
        o.x = between(rng, room, side - room), o.y = between(rng, room, side - room);
        if (main) {
            o.x += (float)c->centre * (side / 2 - o.x);
            o.y += (float)c->centre * (side / 2 - o.y);
        }
        if (put_in_front(s, &o, c->occlusion)) return;
    }
}

/* Of what is seen in the end: boxes, and the class that names the picture. */
static void look(Scene *s)
{
    for (int k = 0; k < s->count; k++) {
        s->object[k].left = s->object[k].top = s->size;
        s->object[k].right = s->object[k].bottom = 0;
    }
    for (int y = 0; y < s->size; y++)
        for (int x = 0; x < s->size; x++) {
            int k = s->owner[y * s->size + x];
            if (!k) continue;
            SceneObject *o = &s->object[k - 1];
            if (x < o->left) o->left = x;
            if (x >= o->right) o->right = x + 1;
            if (y < o->top) o->top = y;
            if (y >= o->bottom) o->bottom = y + 1;
        }
    CHECK(s->count > 0, "a scene without objects");
    int most = 0;
    for (int k = 1; k < s->count; k++)
        if (s->object[k].seen > s->object[most].seen) most = k;
    s->label = s->object[most].class;
}

void scene_make(Scene *s, const ScenesConfig *c, int split, int index)
{
    s->size = c->size, s->channels = c->channels, s->count = 0;
    s->rng = rng_at(c->seed, STREAM_SCENE, (uint64_t)split, (uint64_t)index);
    s->noise = 0.2f * (float)c->texture;
    memset(s->owner, 0, (size_t)c->size * (size_t)c->size);

    float ground = between(&s->rng, 0.15, 0.85);
    paint(&s->ground, &s->rng, ground, 0.2 * c->texture, c->size);
    int wanted = c->objects_min +
                 (int)rng_below(&s->rng, (uint32_t)(c->objects_max - c->objects_min + 1));
    for (int k = 0; k < wanted; k++) {
        /* Brighter or darker than the ground by so much at least. */
        float gap = 0.3f, below = ground > gap ? ground - gap : 0;
        float above = ground + gap < 1 ? 1 - gap - ground : 0;
        float u = between(&s->rng, 0, below + above);
        add_object(s, c, u < below ? u : u - below + ground + gap);
    }
    look(s);
}

static void ink_at(const Surface *f, float x, float y, float rgb[3])
{
    float mix = surface_mix(f, x, y);
    for (int c = 0; c < 3; c++)
        rgb[c] = f->ink[0][c] + mix * (f->ink[1][c] - f->ink[0][c]);
}

static float brightness(const float rgb[3])
{
    return 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2];
}

static uint8_t to_byte(float x)
{
    return (uint8_t)(x <= 0 ? 0 : x >= 1 ? 255 : x * 255 + 0.5f);
}

void scene_draw(const Scene *s, uint8_t *pixels)
{
    int   reaches[SCENE_MAX_OBJECTS][4];
    float noise[SCENE_MAX_SIZE];
    Rng   rng = s->rng;
    for (int k = 0; k < s->count; k++) {
        int *r = reaches[k];
        reach(&s->object[k], s->size, &r[0], &r[1], &r[2], &r[3]);
    }
    for (int y = 0; y < s->size; y++) {
        rng_units(&rng, noise, (size_t)s->size);
        for (int x = 0; x < s->size; x++) {
            float rgb[3], over[3], fx = (float)x, fy = (float)y;
            ink_at(&s->ground, fx, fy, rgb);
            for (int k = 0; k < s->count; k++) {
                const SceneObject *o = &s->object[k];
                const int         *r = reaches[k];
                if (x < r[0] || y < r[1] || x >= r[2] || y >= r[3]) continue;
                float cover = 0.5f - distance_at(o, x, y);
                if (!(cover > 0)) continue;
                if (cover > 1) cover = 1;
                ink_at(&o->surface, fx - o->x, fy - o->y, over);
                for (int c = 0; c < 3; c++) rgb[c] += cover * (over[c] - rgb[c]);
            }
            float grain = s->noise * (noise[x] - 0.5f);
            if (s->channels == 3)
                for (int c = 0; c < 3; c++) *pixels++ = to_byte(rgb[c] + grain);
            else
                *pixels++ = to_byte(brightness(rgb) + grain);
        }
    }
}

void scene_mask(const Scene *s, int object, uint8_t *mask)
{
    for (int i = 0; i < s->size * s->size; i++) mask[i] = s->owner[i] == object + 1;
}

void scene_semantic(const Scene *s, uint8_t *map)
{
    for (int i = 0; i < s->size * s->size; i++)
        map[i] = (uint8_t)(s->owner[i] ? s->object[s->owner[i] - 1].class + 1 : 0);
}
