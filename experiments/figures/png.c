#include "experiments/figures/png.h"

#include "core/base/file.h"

#include <png.h>

#include <stdlib.h>

void png_encode(uint8_t **png, size_t *n, const uint8_t *rgb, int width, int height)
{
    CHECK(width > 0 && height > 0 && width < 1 << 15 && height < 1 << 15,
          "picture of %d x %d", width, height);
    png_image image = { .version = PNG_IMAGE_VERSION, .width = (png_uint_32)width,
                        .height = (png_uint_32)height, .format = PNG_FORMAT_RGB };
    *n = PNG_IMAGE_PNG_SIZE_MAX(image);
    *png = malloc(*n);
    CHECK(*png && png_image_write_to_memory(&image, *png, n, 0, rgb, 0, NULL),
          "no memory for a picture of %d x %d", width, height);
}

Status png_write(const char *path, const uint8_t *rgb, int width, int height, Err *err)
{
    uint8_t *png;
    size_t   n;
    png_encode(&png, &n, rgb, width, height);
    Status bad = file_write(path, png, n, err);
    free(png);
    return bad;
}
