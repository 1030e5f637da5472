#include "experiments/lint/scalar.h"

#include <math.h>

#define SCALAR(field, units, long_name) \
    { #field, units, long_name, offsetof(Measures, field) }

const Scalar scalars[] = {
    SCALAR(neighbours, "1", "pairs of visible patches with a common edge, mean"),
    SCALAR(neighbours_sd, "1", "standard deviation of these pairs"),
    SCALAR(parts, "1", "connected visible regions, mean"),
    SCALAR(parts_sd, "1", "standard deviation of these regions"),
    SCALAR(nearest, "patch", "distance of a hidden patch to the nearest visible one"),
    SCALAR(least, "1", "least share of masks that show a patch"),
    SCALAR(most, "1", "largest share of masks that show a patch"),
    SCALAR(even, "1", "p of all shares being equal"),
    SCALAR(centre, "1", "visibility of the middle over that of all"),
    SCALAR(new_epochs, "1", "share of epochs with a mask of their own"),
    SCALAR(new_images, "1", "share of images with a mask of their own"),
    SCALAR(per_s, "s-1", "masks a second on one thread"),
    SCALAR(requests, "1", "allocations a mask"),
    { 0 }
};

double scalar_of(const Scalar *s, const Found *f)
{
    return f->measured ? *(const double *)((const char *)&f->measures + s->offset) : NAN;
}
