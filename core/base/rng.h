/* Random numbers that depend on what they are for, not on when they are drawn.
 *
 * A number is a pure function of (seed, stream, epoch, image, index).  So the
 * masks, crops and order are the same on one thread or sixty-four, in batches
 * of any size, after any resume.  Streams are separate: two runs that share a
 * seed and differ in strategy share everything but their masks.
 *
 *     Rng rng = rng_at(seed, STREAM_MASK, epoch, image);
 *     float u = rng_unit(&rng);
 *
 * Source: Philox 4x32-10, Salmon et al. 2011, doi:10.1145/2063384.2063405, by
 * the Random123 library.
 */
#ifndef CORE_BASE_RNG_H
#define CORE_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* What a number is for.  Stored results depend on these: only append. */
typedef enum {
    STREAM_INIT = 0,  /* initial weights; image = index of the tensor    */
    STREAM_ORDER = 1, /* order of images in an epoch; image = position   */
    STREAM_AUGMENT = 2, /* crop and flip                                 */
    STREAM_MASK = 3,  /* masks                                           */
    STREAM_SCENE = 4, /* the embedded data set; epoch = split            */
    STREAM_HEAD = 5,  /* weights and order of heads trained on features  */
    STREAM_RESAMPLE = 6, /* bootstrap                                    */
    STREAM_SELECT = 7, /* a selector's and a modifier's own chance       */
    STREAM_TEST = 8,  /* tests                                           */
    STREAM_PART = 9,  /* which part of a mixture an image has            */
    STREAM_DEPTH = 10, /* branches left out of a network                 */
    STREAM_LOOK = 11, /* RandAugment                                     */
    STREAM_ERASE = 12, /* random erasing                                 */
    STREAM_MIX = 13,  /* mixup and cutmix; image = step of the epoch     */
    STREAM_DENSE = 14, /* crop, flip and colours of annotated pictures    */
    STREAM_BOXES = 15, /* anchors and regions that a detector learns from */
    STREAM_CHANNELS = 16, /* channels left out; image = 2 index + head   */
    STREAM_FAULT = 17 /* what goes wrong when, to see what survives it   */
} Stream;

enum { RNG_BLOCKS = 16, RNG_WORDS = 4 * RNG_BLOCKS };

typedef struct {
    uint32_t key[2], counter[4]; /* counter[0] numbers blocks of four       */
    uint32_t word[RNG_WORDS];    /* blocks drawn ahead, in the order of use */
    int      left;               /* of the words, not yet handed out        */
} Rng;

/* 0 <= epoch < 2^32, image < 2^56. */
Rng rng_at(uint64_t seed, Stream stream, uint64_t epoch, uint64_t image);

/* The epoch and image that r was made for. */
void rng_place(const Rng *r, uint64_t *epoch, uint64_t *image);

uint32_t rng_bits(Rng *r);
float    rng_unit(Rng *r);   /* uniform in [0, 1), 24 bits */
double   rng_unit53(Rng *r); /* uniform in [0, 1), 53 bits */
float    rng_normal(Rng *r); /* mean 0, standard deviation 1; uses two numbers */
uint32_t rng_below(Rng *r, uint32_t n); /* uniform in 0..n-1, n > 0, no bias */

/* out[i] = rng_unit, n times; the same numbers, drawn faster. */
void rng_units(Rng *r, float *out, size_t n);

/* out[i] = -log(-log(u)) of u uniform in (0, 1), 32 bits: Gumbel noise.  The indices
 * of the k largest of log(odds) + Gumbel noise are k draws without replacement with
 * these odds.  Source: Kool et al. 2019, arXiv:1903.06059. */
void rng_gumbels(Rng *r, float *out, size_t n);

/* A random order of 0..n-1 (Fisher and Yates). */
void rng_shuffle(Rng *r, int *order, int n);

#endif
