#include "experiments/bench/drawn.h"

#include "core/base/file.h"
#include "core/data/scene.h"
#include "experiments/bench/jpeg_write.h"
#include "core/base/temporary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 256, QUALITY = 90 };

/* Four scenes beside and below each other, as far as they are in the picture. */
static void draw(uint8_t *rgb, int picture)
{
    static uint8_t pixels[SIDE * SIDE * 3];
    ScenesConfig   c = scenes_defaults();
    Scene          s;
    c.size = SIDE, c.channels = 3, c.texture = 1;
    for (int k = 0; k < 4; k++) {
        int left = k % 2 * SIDE, top = k / 2 * SIDE;
        int wide = DRAWN_WIDTH - left < SIDE ? DRAWN_WIDTH - left : SIDE;
        scene_make(&s, &c, 0, 4 * picture + k);
        scene_draw(&s, pixels);
        for (int y = 0; y < SIDE && top + y < DRAWN_HEIGHT; y++)
            memcpy(rgb + ((size_t)(top + y) * DRAWN_WIDTH + (size_t)left) * 3,
                   pixels + (size_t)y * SIDE * 3, (size_t)wide * 3);
    }
}

static Status write_class(const char *folder, const char *split, int n, uint8_t *rgb,
                          Err *err)
{
    char path[TEMPORARY_PATH + 64];
    snprintf(path, sizeof path, "%s/%s/scenes", folder, split);
    if (file_make_folders(path, err)) return err->code;
    for (int i = 0; i < n; i++) {
        draw(rgb, i);
        snprintf(path, sizeof path, "%s/%s/scenes/%02d.jpg", folder, split, i);
        if (jpeg_write(path, rgb, DRAWN_WIDTH, DRAWN_HEIGHT, QUALITY, err))
            return err->code;
    }
    return STATUS_OK;
}

Status drawn_write(const char *folder, Err *err)
{
    uint8_t *rgb = malloc((size_t)DRAWN_WIDTH * DRAWN_HEIGHT * 3);
    CHECK(rgb, "no memory for a picture");
    Status bad = write_class(folder, "train", DRAWN_PICTURES, rgb, err);
    if (!bad) bad = write_class(folder, "val", 1, rgb, err);
    free(rgb);
    return bad;
}
