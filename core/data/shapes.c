/* Shapes and patterns of the scenes. */
#include "core/data/scene.h"

#include <math.h>

static const float TAU = 6.28318531f;

const char *const scene_labels[SCENE_CLASSES + 1] = {
    "ground", "disc", "ring", "square", "triangle", "star",
    "cross", "crescent", "heart", "hourglass", "arrow",
};
const char *const *const scene_classes = scene_labels + 1;

enum { DISC, RING, SQUARE, TRIANGLE, STAR, CROSS, CRESCENT, HEART, HOURGLASS, ARROW };

/* hypotf without its care for overflow, which took a fifth of the time */
static float length(float x, float y) { return sqrtf(x * x + y * y); }

/* Five points: fold the plane into half a point, then a straight edge from the
 * tip at radius 1 to the notch at radius 0.45. */
static float star(float x, float y)
{
    const float half = TAU / 10, notch = 0.45f;
    float turn = fabsf(remainderf(atan2f(x, -y), 2 * half)), r = length(x, y);
    float along = r * cosf(turn), aside = r * sinf(turn);
    float ex = notch * cosf(half) - 1, ey = notch * sinf(half);
    return ((along - 1) * ey - aside * ex) / length(ex, ey);
}

/* A square on its corner with a disc on each of its upper sides. */
static float heart(float x, float y)
{
    const float side = 0.5f, to_corner = 0.70710678f, middle = 0.35355339f;
    y -= 0.05f, x = fabsf(x);
    return fminf((x + fabsf(y) - to_corner) * to_corner,
                 length(x - middle, y + middle) - side);
}

static float arrow(float x, float y)
{
    const float tip = -0.95f, base = 0.05f, half = 0.75f;
    float side = (fabsf(x) * (base - tip) - half * (y - tip)) / length(base - tip, half);
    return fminf(fmaxf(side, y - base), fmaxf(fabsf(x) - 0.26f, fabsf(y - 0.42f) - 0.5f));
}

float shape_distance(int class, float x, float y)
{
    float r = length(x, y), ax = fabsf(x), ay = fabsf(y);
    switch (class) {
    case DISC:      return r - 0.9f;
    case RING:      return fabsf(r - 0.7f) - 0.25f;
    case SQUARE:    return fmaxf(ax, ay) - 0.72f;
    case TRIANGLE:  return fmaxf(y - 0.5f, 0.8660254f * ax - 0.5f * y - 0.5f);
    case STAR:      return star(x, y);
    case CROSS:
        return fminf(fmaxf(ax - 0.92f, ay - 0.3f), fmaxf(ay - 0.92f, ax - 0.3f));
    case CRESCENT:  return fmaxf(r - 0.95f, 0.75f - length(x - 0.5f, y));
    case HEART:     return heart(x, y);
    case HOURGLASS: return fmaxf(ay - 0.85f, (ax - 0.8f * ay - 0.1f) * 0.78f);
    default:        return arrow(x, y);
    }
}

static float clamp01(float x) { return x < 0 ? 0 : x > 1 ? 1 : x; }

/* A wave of 0 and 1 with edges about a pixel wide. */
static float wave(const Surface *f, float distance)
{
    float w = sinf(TAU * (distance / f->period + f->phase));
    return clamp01(0.5f + w * f->period / TAU);
}

/* Values at the corners of a lattice, smoothly joined; it repeats. */
static float blotches(const Surface *f, float x, float y)
{
    float u = x / f->period + f->phase + BLOTCHES * 64, v = y / f->period + BLOTCHES * 64;
    int   i = (int)u, j = (int)v;
    u -= (float)i, v -= (float)j;
    u = u * u * (3 - 2 * u), v = v * v * (3 - 2 * v);
    const float *a = f->blotch[j % BLOTCHES], *b = f->blotch[(j + 1) % BLOTCHES];
    i %= BLOTCHES;
    int   next = (i + 1) % BLOTCHES;
    float above = a[i] + u * (a[next] - a[i]), below = b[i] + u * (b[next] - b[i]);
    return above + v * (below - above);
}

float surface_mix(const Surface *f, float x, float y)
{
    float along = f->across * x + f->down * y, aside = f->across * y - f->down * x;
    switch (f->pattern) {
    case STRIPES:  return wave(f, along);
    case CHECKS: {
        float a = wave(f, along), b = wave(f, aside);
        return a + b - 2 * a * b;
    }
    case DOTS: {
        float a = remainderf(along, f->period), b = remainderf(aside, f->period);
        return clamp01(0.5f + 0.3f * f->period - length(a, b));
    }
    case RINGS:    return wave(f, length(x, y));
    case BLOTCHED: return blotches(f, along, aside);
    default:       return 0;
    }
}
