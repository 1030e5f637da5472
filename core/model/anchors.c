#include "core/model/anchors.h"

#include "core/base/status.h"

#include <limits.h>
#include <math.h>

static Box anchor(double x, double y, double side, double ratio)
{
    double width = sqrt(side * side / ratio), height = ratio * width;
    return (Box){ (real)(x - width / 2), (real)(y - height / 2), (real)(x + width / 2),
                  (real)(y + height / 2) };
}

void anchors_make(Anchors *a, Arena *arena, const BoxRules *r, const int *rows,
                  const int *cols)
{
    CHECK(1 <= r->levels && r->levels <= LEVELS_MOST && 1 <= r->ratios &&
              r->ratios <= RATIOS_MOST,
          "anchors of %d levels and %d ratios", r->levels, r->ratios);
    *a = (Anchors){ .levels = r->levels, .each = r->ratios };
    for (int l = 0; l < r->levels; l++) {
        CHECK(rows[l] >= 1 && cols[l] >= 1 &&
                  rows[l] <= (INT_MAX / 8 - a->first[l]) / a->each / cols[l],
              "anchors on a map of %d x %d", rows[l], cols[l]);
        a->rows[l] = rows[l], a->cols[l] = cols[l];
        a->first[l + 1] = a->first[l] + rows[l] * cols[l] * a->each;
    }
    Box *to = a->box = ARENA_NEW(arena, Box, a->first[a->levels]);
    for (int l = 0; l < a->levels; l++)
        for (int y = 0; y < rows[l]; y++)
            for (int x = 0; x < cols[l]; x++)
                for (int k = 0; k < r->ratios; k++)
                    *to++ = anchor((double)x * r->stride[l], (double)y * r->stride[l],
                                   r->side[l], r->ratio[k]);
}
