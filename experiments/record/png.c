#include "experiments/record/png.h"

#include "core/base/file.h"

#include <png.h>

#include <stdlib.h>

Status png_write(const char *path, const uint8_t *rgb, int width, int height, Err *err)
{
    CHECK(width > 0 && height > 0 && width < 1 << 15 && height < 1 << 15,
          "picture of %d x %d", width, height);
    png_image image = { .version = PNG_IMAGE_VERSION, .width = (png_uint_32)width,
                        .height = (png_uint_32)height, .format = PNG_FORMAT_RGB };
    png_alloc_size_t n = PNG_IMAGE_PNG_SIZE_MAX(image);
    void            *bytes = malloc(n);
    CHECK(bytes, "no memory for a picture of %d x %d", width, height);
    Status bad = png_image_write_to_memory(&image, bytes, &n, 0, rgb, 0, NULL)
                     ? file_write(path, bytes, n, err)
                     : err_set(err, STATUS_IO, "%s: %s", path, image.message);
    free(bytes);
    return bad;
}
