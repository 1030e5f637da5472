/* One drawn picture, and everything that is known about it.
 *
 *     scene_make(&s, &config, SPLIT_TRAIN, 7);
 *     scene_draw(&s, pixels);       the picture
 *     scene_mask(&s, 0, mask);      where the main object is seen
 *     scene_semantic(&s, map);      which class is seen where
 *
 * Objects are in front of those before them; object 0 is the main one, of the
 * larger half of the sizes.  A pixel belongs to the frontmost object that
 * covers its centre.  The picture's label is the class of the object that most
 * pixels belong to; of equals, of the first.
 */
#ifndef CORE_DATA_SCENE_H
#define CORE_DATA_SCENE_H

#include "core/base/rng.h"
#include "core/data/scenes.h"

enum { SCENE_CLASSES = 10, SCENE_MAX_OBJECTS = 8, SCENE_MAX_SIZE = 256, BLOTCHES = 8 };

typedef enum { PLAIN, STRIPES, CHECKS, DOTS, RINGS, BLOTCHED, PATTERNS } Pattern;

/* What something is painted with: two inks, mixed by a pattern. */
typedef struct {
    Pattern pattern;
    float   ink[2][3];      /* red, green, blue, 0..1                        */
    float   across, down;   /* direction of the pattern, of length 1         */
    float   period, phase;  /* pixels; turns                                 */
    float   blotch[BLOTCHES][BLOTCHES]; /* 0..1, for BLOTCHED                */
} Surface;

typedef struct {
    int     class;                    /* its shape                               */
    float   x, y, radius, cosine, sine; /* pixels; x, y of the centre; its turn  */
    Surface surface;
    int     left, top, right, bottom; /* box of the pixels seen, end not included */
    int     whole, seen;              /* pixels it covers, and those seen of them */
} SceneObject;

typedef struct {
    int         size, channels, label, count;
    Surface     ground;
    SceneObject object[SCENE_MAX_OBJECTS];           /* back to front           */
    uint8_t     owner[SCENE_MAX_SIZE * SCENE_MAX_SIZE]; /* [size, size] 0: ground,
                                                           k + 1: object k      */
    float       noise; /* range of the grain of each pixel */
    Rng         rng;   /* where the noise begins           */
} Scene;

extern const char *const scene_labels[SCENE_CLASSES + 1]; /* of scene_semantic */
extern const char *const *const scene_classes;            /* [SCENE_CLASSES]   */

/* split is 0 or 1 (Split of data.h); config passes scenes_check. */
void scene_make(Scene *s, const ScenesConfig *c, int split, int index);

void scene_draw(const Scene *s, uint8_t *pixels);            /* [size, size, channels] */
void scene_mask(const Scene *s, int object, uint8_t *mask);  /* [size, size] 0 or 1    */
void scene_semantic(const Scene *s, uint8_t *map); /* [size, size] 0: ground, class + 1 */

/* Signed distance, about, to the edge of a shape in the circle of radius 1 around
 * 0, 0: negative inside; y grows downward. */
float shape_distance(int class, float x, float y);

/* How much of the second ink there is at a pixel, 0..1. */
float surface_mix(const Surface *f, float x, float y);

#endif
