/* Something to look at, for drawing masks of strategies that look at the image where
 * no model is being trained: an encoder from a checkpoint, with what its training has
 * taught (taught.h), or an untrained one.
 *
 *     SightPlan plan = { .needs = mask_needs(m), .rows = 14, .cols = 14, .N = 4 };
 *     if (sight_open(&s, &plan, &err)) ...
 *     MaskView view = sight_view(&s, m, image, 1);
 *     mask_draw(m, ids, &view, seed, epoch, image, K);
 *     sight_close(&s);
 *
 * Say `eyes` beside the masks: a trained encoder looks elsewhere.
 */
#ifndef EXPERIMENTS_FIGURES_SIGHT_H
#define EXPERIMENTS_FIGURES_SIGHT_H

#include "core/data/data.h"
#include "core/data/image.h"
#include "core/mask/draw.h"
#include "core/model/mae.h"

enum { SIGHT_CELL = 8 }; /* pixels a patch, of an untrained encoder */

typedef struct {
    unsigned     needs;      /* of all masks to be drawn; 0: nothing is looked at     */
    int          rows, cols;
    int          N;          /* images: of these sources the first that is not NULL   */
    const Image *picture;    /* all are this, stretched to the grid                   */
    const Data  *data;       /* images first .. first + N - 1, fewer at its end       */
    bool         partners;   /* the one behind the last too, see mask_partner()       */
    int          first;      /* a multiple of N; else drawn scenes from this number on */
    const char  *checkpoint; /* who looks; NULL: an untrained encoder                 */
    uint64_t     seed;       /* of that                                               */
} SightPlan;

typedef struct {
    int    N, M, rows, cols, L, heads, width, values; /* M with partners, H, D, P   */
    float *attention;       /* [M, H, L, L]; NULL if nobody asks, and so the others */
    float *class_attention; /* [M, H, L]                                            */
    float *features;        /* [M, L, D]                                            */
    float *pixels;          /* [M, L, P]                                            */
    float *losses, *learned; /* [M, L] as a training has taught, or even             */
    float *swept;           /* [L] of the last view                                 */
    Image *pictures;        /* [M] as the encoder sees them; NULL if nobody asks    */
    char   eyes[200];       /* "an untrained encoder (micro) in drawn scenes"       */
    bool   trained;         /* from a checkpoint                                    */
    unsigned taught;        /* MASK_NEEDS_* that only a training meets, and this does */
    Mae    mae;
} Sight;

/* Needs that nothing but a training can meet, and one that was made for them: others
 * see a view in which all patches are even. */
enum { SIGHT_TAUGHT = MASK_NEEDS_LOSSES | MASK_NEEDS_LEARNER };
bool sight_meets(const Sight *s, const Mask *m);

/* STATUS_CONFIG if the grid is not the checkpoint's, or too large for attention to be
 * kept, or if there must be partners of a single image; else as checkpoint_open and
 * data_read.  If it fails there is nothing to close, but it may be. */
MUST_USE Status sight_open(Sight *s, const SightPlan *p, Err *err);
void            sight_close(Sight *s);

/* STATUS_CONFIG if m asks for an untrained encoder and this is another. */
MUST_USE Status sight_suits(const Mask *m, const char *checkpoint, Err *err);

/* What m asks to see of image `first` + n, modulo N, or of its partner, which is the next
 * image, of a data set's last the first; until the next view. */
MaskView sight_view(const Sight *s, const Mask *m, int n, double progress);

/* Of "--grid RxC --checkpoint FILE --data SET": each may be NULL.  The grid is the
 * checkpoint's, else 14 x 14, where none is given; SET is the name of a data set or a
 * folder, of which the images to train on are opened. */
MUST_USE Status sight_grid(int *rows, int *cols, const char *grid, const char *checkpoint,
                           Err *err);
MUST_USE Status sight_data(Data **d, const char *set, const char *checkpoint, Err *err);

#endif
