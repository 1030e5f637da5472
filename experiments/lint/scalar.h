/* The measures that are one number each, for whoever writes them down. */
#ifndef EXPERIMENTS_LINT_SCALAR_H
#define EXPERIMENTS_LINT_SCALAR_H

#include "experiments/lint/lint.h"

typedef struct {
    const char *name, *units, *long_name; /* as in core/base/h5.h */
    size_t      offset;                   /* of a double in Measures */
} Scalar;

extern const Scalar scalars[]; /* ends with { 0 } */

double scalar_of(const Scalar *s, const Found *f); /* NaN if it was not measured */

#endif
