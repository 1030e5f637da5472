#include "experiments/lint/known.h"

#include <math.h>
#include <string.h>

/* Block and random: thousands of draws of other programs' generators; random's pairs
 * are 364 (49 48) / (196 195) on paper.  Lattices and walks: by counting. */
const Known known[] = {
    { "random", 22.4, 3.6, 0, 27.2, 0.25, 0.25 },
    { "grid", 0, 0, 0, 49, 0.25, 0.25 },
    { "grid:offset=fixed", 0, 0, 0, 49, 0, 1 },
    { "block", 61.9, 4.9, 0, 3.0, 0.01, 0.87 },
    { "spiral:select=prefix", 84, 0, 0, 1, 0, 1 },
    { "zigzag:select=prefix", 80, 0, 0, 1, 0, 1 }, /* 3 rows and a half */
    { "hilbert:select=prefix", 82, 0, 2, 1, 0, 1 },
    { "peano:select=prefix", 82, 0, 2, 1, 0, 1 },
    { "zigzag:select=stride", NAN, NAN, 0, NAN, 0.25, 0.25 },
    { "zigzag", NAN, NAN, 0, NAN, 0.25, 0.25 },
    { "hilbert", NAN, NAN, 0, NAN, 0.25, 0.25 },
    { "peano", NAN, NAN, 0, NAN, 0.25, 0.25 },
    { "spiral", NAN, NAN, 0, NAN, 0.25, 0.25 },
    { "spiral:select=window", NAN, NAN, 0, NAN, 0.25, 0.25 },
    { "spiral:select=runs", NAN, NAN, 0, NAN, 0.25, 0.25 },
    { "spiral:select=prefix,phase=1", NAN, NAN, 0, NAN, 0.25, 0.25 },
    /* what is random by another name */
    { "spiral:select=runs,run=1", 22.4, 3.6, 0, 27.2, 0.25, 0.25 },
    { "spiral:select=gumbel,tau=1000", 22.4, 3.6, 0, 27.2, 0.25, 0.25 },
    { "spiral:select=prefix,jitter=100", 22.4, 3.6, 0, 27.2, 0.25, 0.25 },
    { "spiral:select=prefix,start=0.5,anneal=0.5", 22.4, 3.6, 0, 27.2, 0.25, 0.25 },
    { 0 }
};

const Known *known_find(const char *spec, const Measures *m)
{
    if (m->rows != KNOWN_ROWS || m->cols != KNOWN_COLS || m->K != KNOWN_VISIBLE)
        return NULL;
    for (const Known *k = known; k->spec; k++)
        if (!strcmp(k->spec, spec)) return k;
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
                k->neighbours_off + rounded + 4 * both * m->neighbours_sd, err) ||
        compare("of standard deviation of neighbours", m->neighbours_sd, k->neighbours_sd,
                rounded + 4 * both * m->neighbours_sd, err) ||
        compare("parts", m->parts, k->parts, rounded + 4 * both * m->parts_sd, err) ||
        compare("least share", m->least, k->least, 0.006 + 5 * both * least, err) ||
        compare("largest share", m->most, k->most, 0.006 + 5 * both * most, err))
        return err->code;
    return STATUS_OK;
}
