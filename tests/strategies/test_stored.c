/* Results that are stored name a strategy and a seed: the same masks must come of
 * them for ever, on any machine, however fast they are drawn. */
#include "core/mask/draw.h"
#include "strategies/registry.h"

#include <criterion/criterion.h>

/* Those that need no libm, which may differ in a last digit. */
static const struct { const char *name; uint64_t sum; } stored[] = {
    { "random", 0x758fe96d44b1a029 },
    { "random:sym=1,phase=1", 0x4942da7581a39ce7 },
    { "random:hints=0.2", 0xfdea31a89013fb9f },
    { "zigzag", 0xf10ae6873fad8ae1 },
    { "zigzag:select=window", 0xbefe83906eefde99 },
    { "spiral:select=stride", 0x6dfa841265b5af15 },
    { "peano:start=1", 0x758fe96d44b1a029 },
    { "hilbert:select=runs", 0x1993b625eeebc439 },
    { "sma", 0xccd80a0f50cb85e5 },
};

/* FNV-1a over the numbers of the patches. */
static uint64_t add(uint64_t sum, const int *ids, int L)
{
    for (int i = 0; i < L; i++) sum = (sum ^ (uint64_t)ids[i]) * 0x100000001b3U;
    return sum;
}

Test(stored, masks_are_those_of_the_first_version)
{
    enum { MOST = 196 };
    static const int    grids[][2] = { { 7, 7 }, { 14, 14 }, { 5, 13 }, { 2, 1 } };
    static const double ratios[] = { 0.1, 0.5, 0.75, 0.9 };
    static float        attention[MOST * MOST];
    for (int i = 0; i < MOST * MOST; i++) attention[i] = (float)(i % 8) / 8;
    for (size_t s = 0; s < sizeof stored / sizeof *stored; s++) {
        uint64_t sum = 0xcbf29ce484222325U;
        for (int g = 0; g < 4; g++) {
            Mask    *m;
            Err      err;
            int      rows = grids[g][0], cols = grids[g][1], L = rows * cols, ids[MOST];
            MaskView view = { .heads = 1, .attention = attention };
            cr_assert(!strategy_open(&m, stored[s].name, rows, cols, &err), "%s",
                      err.text);
            for (int r = 0; r < 4; r++)
                for (uint64_t image = 0; image < 30; image++) {
                    mask_draw(m, ids, &view, 7, image % 3, image << 40 | image,
                              mask_visible(L, ratios[r]));
                    sum = add(sum, ids, L);
                }
            mask_close(m);
        }
        cr_expect_eq(sum, stored[s].sum, "%s: 0x%016llx", stored[s].name,
                     (unsigned long long)sum);
    }
}
