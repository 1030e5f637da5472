#include "core/data/erase.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

enum { MANY = 4000, C = 3, H = 40, W = 56 };

static real image[C][H][W], again[C][H][W];

Test(erase, boxes_are_as_many_and_as_large_as_said)
{
    int    boxes = 0;
    double area = 0, noise = 0, square = 0, values = 0;
    for (uint64_t i = 0; i < MANY; i++) {
        for (int k = 0; k < C * H * W; k++) (&image[0][0][0])[k] = 99; /* no noise is */
        Erased e = erase(&image[0][0][0], C, H, W, 0.25, 1, 2, i);
        double share = e.height * e.width / (double)(H * W);
        boxes += e.height > 0;
        area += share;
        if (e.height) cr_assert(share > 0.017 && share < 0.36, "share %g", share);
        cr_assert(e.top >= 0 && e.left >= 0 && e.top + e.height <= H && e.left + e.width <= W);
        for (int c = 0; c < C; c++)
            for (int y = 0; y < H; y++)
                for (int x = 0; x < W; x++) {
                    bool   in = y >= e.top && y < e.top + e.height && x >= e.left &&
                                x < e.left + e.width;
                    double v = (double)image[c][y][x];
                    cr_assert((v < 99) == in, "%d %d %d", c, y, x);
                    if (in) noise += v, square += v * v, values++;
                }
    }
    cr_expect(fabs(boxes / (double)MANY - 0.25) <= 0.03, "%d boxes", boxes);
    /* U(0.02, 1/3), of which the long ones do not fit: a simulation gives 0.171 */
    cr_expect(fabs(area / boxes - 0.171) <= 0.01, "mean share %g", area / boxes);
    cr_expect(fabs(noise / values) <= 0.01, "mean %g", noise / values);
    cr_expect(fabs(square / values - 1) <= 0.01, "variance %g", square / values);
}

Test(erase, is_keyed_by_seed_epoch_and_image)
{
    int same = 0;
    for (uint64_t i = 0; i < 100; i++) {
        memset(image, 0, sizeof image), memset(again, 0, sizeof again);
        erase(&image[0][0][0], C, H, W, 1, 1, 2, i);
        erase(&again[0][0][0], C, H, W, 1, 1, 2, i);
        cr_expect(!memcmp(image, again, sizeof image));
        erase(&again[0][0][0], C, H, W, 1, 1, 3, i);
        same += !memcmp(image, again, sizeof image);
    }
    cr_expect(same == 0);
}

Test(erase, nothing_fits_in_an_image_of_one_row)
{
    real row[W] = { 0 };
    cr_expect(erase(row, 1, 1, W, 1, 1, 0, 0).height == 0);
    for (int x = 0; x < W; x++) cr_expect(row[x] == 0);
}
