#include "experiments/bench/jpeg_write.h"

#include "core/base/file.h"

#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h> /* wants size_t and FILE */

/* The library fails at a wrong call or without memory only. */
static void give_up(j_common_ptr c)
{
    char why[JMSG_LENGTH_MAX];
    c->err->format_message(c, why);
    CHECK(!"libjpeg", "%s", why);
}

Status jpeg_write(const char *path, const uint8_t *rgb, int width, int height,
                  int quality, Err *err)
{
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr       errors;
    unsigned char              *bytes = NULL;
    unsigned long               n = 0;
    c.err = jpeg_std_error(&errors);
    errors.error_exit = give_up;
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &bytes, &n);
    c.image_width = (JDIMENSION)width, c.image_height = (JDIMENSION)height;
    c.input_components = 3, c.in_color_space = JCS_RGB;
    jpeg_set_defaults(&c);
    jpeg_set_quality(&c, quality, TRUE);
    jpeg_start_compress(&c, TRUE);
    while (c.next_scanline < c.image_height) {
        JSAMPROW row = (JSAMPROW)rgb + (size_t)c.next_scanline * (size_t)width * 3;
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    Status bad = file_write(path, bytes, n, err);
    free(bytes);
    return bad;
}
