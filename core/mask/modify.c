#include "core/mask/modify.h"

#include "core/mask/mask.h"

#include <math.h>
#include <string.h>

/* Mark n patches with `to`, drawn without replacement from the `of` that are
 * marked `from`.  Source: selection sampling, Knuth 1997, volume 2, 3.4.2. */
static void mark(uint8_t *visible, uint8_t from, uint8_t to, int n, int of, Rng *rng)
{
    for (int i = 0; n; i++) {
        if (visible[i] != from) continue;
        if ((int)rng_below(rng, (uint32_t)of--) < n) visible[i] = to, n--;
    }
}

/* Hide the last n patches of the ranking that are marked 1. */
static void hide_last(uint8_t *visible, const int *ranking, int L, int n)
{
    for (int t = L - 1; n; t--)
        if (visible[ranking[t]] == 1) visible[ranking[t]] = 0, n--;
}

void modify_anneal(uint8_t *visible, const int *ranking, int L, int K, double a, Rng *rng)
{
    int n = (int)lround(a * K);
    hide_last(visible, ranking, L, n);
    mark(visible, 0, 1, n, L - K + n, rng);
}

void modify_hints(uint8_t *visible, const int *ranking, int L, int K, double share,
                  bool any, Rng *rng)
{
    enum { HINT = 2 }; /* not to be hidden again at once */
    int n = (int)lround(share * (L - K));
    if (any) {
        mark(visible, 0, 1, n, L - K, rng);
        mark(visible, 1, 0, n, K + n, rng);
        return;
    }
    if (n > K) n = K;
    mark(visible, 0, HINT, n, L - K, rng);
    hide_last(visible, ranking, L, n);
    for (int i = 0; i < L; i++) visible[i] = visible[i] != 0;
}

void modify_place(uint8_t *visible, int rows, int cols, int sym, int phase, Rng *rng)
{
    uint8_t  was[MASK_MAX_PATCHES];
    uint32_t turn = 0;
    int      down = 0, right = 0;
    if (sym) turn = rng_below(rng, rows == cols ? 8 : 4);
    if (phase) {
        down = (int)rng_below(rng, (uint32_t)rows);
        right = (int)rng_below(rng, (uint32_t)cols);
    }
    memcpy(was, visible, (size_t)(rows * cols));
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < cols; x++) {
            int a = turn & 1 ? rows - 1 - y : y, b = turn & 2 ? cols - 1 - x : x;
            int row = turn & 4 ? b : a, col = turn & 4 ? a : b;
            row = (row + down) % rows, col = (col + right) % cols;
            visible[row * cols + col] = was[y * cols + x];
        }
}
