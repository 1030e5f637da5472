#include "experiments/lint/shape.h"

#include "core/mask/mask.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static int root(int *parent, int i)
{
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

void shape_count(int *neighbours, int *parts, const uint8_t *visible, int rows, int cols)
{
    int parent[MASK_MAX_PATCHES], L = rows * cols;
    *neighbours = *parts = 0;
    for (int i = 0; i < L; i++) parent[i] = i, *parts += visible[i];
    for (int i = 0; i < L; i++)
        for (int down = 0; down < 2; down++) {
            int j = down ? i + cols : i + 1;
            if (down ? j >= L : j % cols == 0) continue;
            if (!visible[i] || !visible[j]) continue;
            int a = root(parent, i), b = root(parent, j);
            ++*neighbours;
            *parts -= a != b;
            parent[a] = b;
        }
}

/* Squared distance to the nearest visible one: squares round the patch grow until
 * no better one can lie outside. */
static int nearest(const uint8_t *visible, int rows, int cols, int y, int x)
{
    int best = rows * rows + cols * cols;
    for (int r = 1; r * r < best; r++)
        for (int dy = -r; dy <= r; dy++) {
            if (y + dy < 0 || y + dy >= rows) continue;
            bool edge = dy == -r || dy == r;
            for (int dx = -r; dx <= r; dx += edge ? 1 : 2 * r) {
                if (x + dx < 0 || x + dx >= cols) continue;
                int d = dy * dy + dx * dx;
                if (d < best && visible[(y + dy) * cols + x + dx]) best = d;
            }
        }
    return best;
}

double shape_nearest(const uint8_t *visible, int rows, int cols)
{
    double sum = 0;
    int    hidden = 0;
    for (int i = 0; i < rows * cols; i++)
        if (!visible[i]) {
            sum += sqrt(nearest(visible, rows, cols, i / cols, i % cols));
            hidden++;
        }
    return hidden ? sum / hidden : 0;
}

int shape_side(int rows, int cols, int most)
{
    int shorter = rows < cols ? rows : cols, longer = rows < cols ? cols : rows;
    int side = shorter > 1 ? shorter : longer;
    return side > 2 * most ? 2 * most : side;
}

/* out[k] = cos(2 pi k / n), sin(2 pi k / n) */
static void circle(double *cosine, double *sine, int n)
{
    for (int k = 0; k < n; k++) {
        cosine[k] = cos(6.283185307179586 * k / n);
        sine[k] = sin(6.283185307179586 * k / n);
    }
}

/* re, im [cols, rows]: the transform of each row. */
static void transform_rows(double *re, double *im, const uint8_t *visible, int rows,
                           int cols)
{
    double cosine[MASK_MAX_PATCHES], sine[MASK_MAX_PATCHES];
    circle(cosine, sine, cols);
    for (int u = 0; u < cols; u++)
        for (int r = 0; r < rows; r++) {
            double a = 0, b = 0;
            for (int c = 0; c < cols; c++) {
                a += visible[r * cols + c] * cosine[u * c % cols];
                b -= visible[r * cols + c] * sine[u * c % cols];
            }
            re[u * rows + r] = a, im[u * rows + r] = b;
        }
}

/* F(v, u) = sum x(r, c) exp(-2 pi i (v r / rows + u c / cols)).  By Parseval the mean
 * of |F|^2 over all but F(0, 0) is K (L - K) / (L - 1) for any mask with K of L
 * visible, and so for a random one at each frequency. */
void shape_spectrum(double *power, double *count, int side, const uint8_t *visible,
                    int rows, int cols)
{
    double re[MASK_MAX_PATCHES], im[MASK_MAX_PATCHES];
    double cosine[MASK_MAX_PATCHES], sine[MASK_MAX_PATCHES];
    int    L = rows * cols, K = 0;
    for (int i = 0; i < L; i++) K += visible[i];
    double white = (double)K * (L - K) / (L - 1);
    transform_rows(re, im, visible, rows, cols);
    circle(cosine, sine, rows);
    for (int v = 0; v < rows; v++)
        for (int u = 0; u < cols; u++) {
            double fy = (double)(v <= rows / 2 ? v : rows - v) / rows;
            double fx = (double)(u <= cols / 2 ? u : cols - u) / cols;
            double f = sqrt(fy * fy + fx * fx), a = 0, b = 0;
            if (!(u + v) || f > 0.5) continue;
            for (int r = 0; r < rows; r++) {
                double p = re[u * rows + r], q = im[u * rows + r];
                a += p * cosine[v * r % rows] + q * sine[v * r % rows];
                b += q * cosine[v * r % rows] - p * sine[v * r % rows];
            }
            int cycles = (int)(f * side + 0.5), bin = cycles > 1 ? cycles - 1 : 0;
            if (bin >= side / 2) continue;
            power[bin] += (a * a + b * b) / white;
            count[bin]++;
        }
}
