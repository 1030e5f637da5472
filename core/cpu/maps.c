/* Maps side by side and with channels missing, on the CPU. */
#include "core/cpu/cpu.h"

#include <string.h>

void cpu_columns_put(real *y, const real *x, size_t rows, int width, int at, int C)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++)
        memcpy(y + i * (size_t)width + at, x + i * (size_t)C, (size_t)C * sizeof *y);
}

void cpu_columns_take(Share x, const real *y, size_t rows, int width, int at, int C)
{
    if (!x.at) return;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i++) {
        const real *from = y + i * (size_t)width + at;
        real       *to = x.at + i * (size_t)C;
        for (int c = 0; c < C; c++) to[c] = from[c] + (x.beta != 0 ? to[c] : 0);
    }
}

/* y_nic = x_nic kept_nc, and so is what goes back */
void cpu_drop_channels_fwd(real *y, const real *x, const real *kept, int N, size_t rows,
                           int C)
{
    cpu_drop_channels_bwd((Share){ y, 0 }, x, kept, N, rows, C);
}

void cpu_drop_channels_bwd(Share dx, const real *dy, const real *kept, int N, size_t rows,
                           int C)
{
    if (!dx.at) return;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < (size_t)N * rows; i++) {
        const real *k = kept + i / rows * (size_t)C, *from = dy + i * (size_t)C;
        real       *to = dx.at + i * (size_t)C;
        for (int c = 0; c < C; c++) to[c] = from[c] * k[c] + (dx.beta != 0 ? to[c] : 0);
    }
}
