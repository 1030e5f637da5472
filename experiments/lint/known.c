#include "experiments/lint/known.h"

#include <math.h>
#include <string.h>

#define RANDOM 49, 22.4, 3.6, 27.2, 0.25, 0.25, 0
#define ALIKE  49, NAN, NAN, NAN, 0.25, 0.25, 0 /* all patches */

/* From other programs' generators: thousands of draws of random, uniform, aligned and
 * block, a thousand of noise, whose filter ends elsewhere.  Random's pairs are
 * 364 (49 48) / (196 195) on paper.  Aligned at 49 is 12 whole units and a patch of one
 * more, drawn so 40000 times by a program of those words.  Lattices and walks: by
 * counting. */
const Known known[] = {
    { "random", RANDOM },
    { "grid", 49, 0, 0, 49, 0.25, 0.25, 0 },
    { "grid:offset=fixed", 49, 0, 0, 49, 0, 1, 0 },
    { "uniform", 49, 10.6, 2.7, 38.5, 0.25, 0.25, 0 },
    { "aligned", 48, 57.5, 3.4, 7.5, 0.245, 0.245, 0 },
    { "aligned", 49, 57.9, 3.4, 7.9, 0.25, 0.25, 0 },
    { "checkerboard", 98, 0, 0, 98, 0.5, 0.5, 0 },
    { "checkerboard:offset=fixed", 98, 0, 0, 98, 0, 1, 0 },
    { "block", 49, 61.9, 4.9, 3.0, 0.01, 0.87, 0 },
    { "block-inverse", 49, 84, 0, 1, 0.01, 0.78, 0 },
    { "tube:frames=1", RANDOM },
    { "running:frames=1", 49, 0, 0, 49, 0.25, 0.25, 0 },
    { "noise:colour=red,wide=1", 49, 58.6, NAN, 5.8, 0.25, 0.25, 0.4 },
    { "noise:colour=red", 49, 71.1, NAN, 2.8, 0.25, 0.25, 0.4 },
    { "noise:colour=blue,wide=1", 49, 16.2, NAN, 32.8, 0.25, 0.25, 0.4 },
    { "noise", 49, 29.0, NAN, 21.4, 0.25, 0.25, 0.4 },
    { "noise:narrow=1,wide=3", 49, 54.5, NAN, 7.0, 0.25, 0.25, 0.4 },
    { "noise:colour=purple", 49, 15.1, NAN, 34.4, 0.25, 0.25, 0.4 },
    { "spiral:select=prefix", 49, 84, 0, 1, 0, 1, 0 },
    { "zigzag:select=prefix", 49, 80, 0, 1, 0, 1, 0 }, /* 3 rows and a half */
    { "hilbert:select=prefix", 49, 82, 0, 1, 0, 1, 2 },
    { "peano:select=prefix", 49, 82, 0, 1, 0, 1, 2 },
    { "zigzag:select=stride", ALIKE },
    { "zigzag", ALIKE },
    { "hilbert", ALIKE },
    { "peano", ALIKE },
    { "spiral", ALIKE },
    { "spiral:select=window", ALIKE },
    { "spiral:select=runs", ALIKE },
    { "spiral:select=prefix,phase=1", ALIKE },
    /* what is random by another name */
    { "spiral:select=runs,run=1", RANDOM },
    { "spiral:select=gumbel,tau=1000", RANDOM },
    { "spiral:select=prefix,jitter=100", RANDOM },
    { "spiral:select=prefix,start=0.5,anneal=0.5", RANDOM },
    { 0 }
};

const Known *known_find(const char *spec, const Measures *m)
{
    if (m->rows != KNOWN_ROWS || m->cols != KNOWN_COLS) return NULL;
    for (const Known *k = known; k->spec; k++)
        if (k->K == m->K && !strcmp(k->spec, spec)) return k;
    return NULL;
}

static Status compare(const char *what, double ours, double theirs, double off, Err *err)
{
    if (isnan(theirs) || fabs(ours - theirs) <= off) return STATUS_OK;
    return err_set(err, STATUS_FAILED, "%.2f %s; known are %.2f, give or take %.2f", ours,
                   what, theirs, off);
}

/* Four standard errors of ours and of theirs, which come from at least 1000 draws and
 * are rounded; for the most extreme of 196 shares a fifth. */
Status known_check(const Known *k, const Measures *m, Err *err)
{
    double both = sqrt(1.0 / m->draws + 1.0 / 1000), rounded = 0.051;
    double least = sqrt(k->least * (1 - k->least)), most = sqrt(k->most * (1 - k->most));
    if (compare("visible neighbours", m->neighbours, k->neighbours,
                k->off + rounded + 4 * both * m->neighbours_sd, err) ||
        compare("of standard deviation of neighbours", m->neighbours_sd, k->neighbours_sd,
                rounded + 4 * both * m->neighbours_sd, err) ||
        compare("parts", m->parts, k->parts, k->off + rounded + 4 * both * m->parts_sd, err) ||
        compare("least share", m->least, k->least, 0.006 + 5 * both * least, err) ||
        compare("largest share", m->most, k->most, 0.006 + 5 * both * most, err))
        return err->code;
    return STATUS_OK;
}
