#include "core/model/positions.h"

#include <math.h>
#include <string.h>

/* For |t| <= 1: (a + 2)|t|^3 - (a + 3)|t|^2 + 1; to 2: a|t|^3 - 5a|t|^2 + 8a|t| - 4a. */
static double cubic(double t)
{
    const double a = -0.75;
    t = fabs(t);
    if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

typedef struct {
    int    at[4];
    double weight[4];
} Taps;

static Taps taps_of(int i, int from, int to)
{
    double centre = (i + 0.5) * from / to - 0.5, first = floor(centre) - 1;
    Taps   t;
    for (int k = 0; k < 4; k++) {
        int at = (int)first + k;
        t.at[k] = at < 0 ? 0 : at >= from ? from - 1 : at;
        t.weight[k] = cubic(centre - (first + k));
    }
    return t;
}

void positions_resize(real *to, const real *from, int rows, int cols, int to_rows, int to_cols,
                      int D)
{
    size_t width = (size_t)D;
    memcpy(to, from, width * sizeof *to);
    for (int y = 0; y < to_rows; y++) {
        Taps down = taps_of(y, rows, to_rows);
        for (int x = 0; x < to_cols; x++) {
            Taps  across = taps_of(x, cols, to_cols);
            real *out = to + (1 + (size_t)y * (size_t)to_cols + (size_t)x) * width;
            for (size_t d = 0; d < width; d++) {
                double sum = 0;
                for (int i = 0; i < 4; i++)
                    for (int j = 0; j < 4; j++) {
                        size_t at = 1 + (size_t)down.at[i] * (size_t)cols + (size_t)across.at[j];
                        sum += down.weight[i] * across.weight[j] * (double)from[at * width + d];
                    }
                out[d] = (real)sum;
            }
        }
    }
}
