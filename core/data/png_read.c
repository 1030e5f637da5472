#include "core/data/png_read.h"

#include "core/base/file.h"

#include <png.h>

#include <stdlib.h>

enum { MOST_PIXELS = 1 << 26, MOST_BYTES = 1 << 28 };

Status png_read(Image *m, const char *path, Err *err)
{
    char     *bytes;
    size_t    n;
    png_image png = { .version = PNG_IMAGE_VERSION };
    if (file_read(path, MOST_BYTES, &bytes, &n, err)) return err->code;

    Status bad = STATUS_OK;
    if (!png_image_begin_read_from_memory(&png, bytes, n)) {
        bad = err_set(err, STATUS_FORMAT, "%s: %s", path, png.message);
    } else if ((uint64_t)png.width * png.height > MOST_PIXELS) {
        bad = err_set(err, STATUS_FORMAT,
                      "%s: a picture of %u x %u, at most %d pixels are read", path,
                      png.width, png.height, MOST_PIXELS);
    } else {
        bool colour = png.format & PNG_FORMAT_FLAG_COLOR;
        png.format = colour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
        image_size(m, (int)png.height, (int)png.width, colour ? 3 : 1);
        png_color white = { 255, 255, 255 };
        if (!png_image_finish_read(&png, &white, m->pixels, 0, NULL))
            bad = err_set(err, STATUS_FORMAT, "%s: %s", path, png.message);
    }
    png_image_free(&png);
    free(bytes);
    return bad;
}
