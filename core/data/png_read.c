#include "core/data/png_read.h"

#include "core/data/picture.h"

#include <png.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A decoder that comes back to decode() below when libpng gives up. */
typedef struct {
    png_structp png;
    png_infop   info;
    const char *at, *end, *name;
    Err        *err;
    char        flaw[80]; /* the last that libpng went on with */
} Decoder;

static void give_up(png_structp png, const char *why)
{
    Decoder *d = png_get_error_ptr(png);
    bool     head = strstr(why, "IHDR") && d->flaw[0]; /* it only says "invalid" then */
    err_set(d->err, STATUS_FORMAT, "%s: PNG: %s", d->name, head ? d->flaw : why);
    png_longjmp(png, 1);
}

static void bear(png_structp png, const char *why)
{
    Decoder *d = png_get_error_ptr(png);
    snprintf(d->flaw, sizeof d->flaw, "%s", why);
}

static void take(png_structp png, png_bytep to, size_t n)
{
    Decoder *d = png_get_io_ptr(png);
    if (n > (size_t)(d->end - d->at)) png_error(png, "truncated");
    memcpy(to, d->at, n);
    d->at += n;
}

static void read_head(Decoder *d)
{
    png_set_read_fn(d->png, d, take);
    png_read_info(d->png, d->info);
    unsigned height = png_get_image_height(d->png, d->info);
    unsigned width = png_get_image_width(d->png, d->info);
    if ((uint64_t)width * height <= PICTURE_PIXELS) return;
    err_set(d->err, STATUS_FORMAT, "%s: a picture of %u x %u, at most %d pixels are read",
            d->name, width, height, PICTURE_PIXELS);
    png_longjmp(d->png, 1);
}

static void read_pixels(Decoder *d, Image *m)
{
    png_structp png = d->png;
    bool        colour = png_get_color_type(png, d->info) & PNG_COLOR_MASK_COLOR;
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, d->info);
    image_size(m, (int)png_get_image_height(png, d->info),
               (int)png_get_image_width(png, d->info), colour ? 3 : 1);
    size_t row = (size_t)m->width * (size_t)m->channels;
    if (png_get_rowbytes(png, d->info) != row) png_error(png, "unexpected size of a row");
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < m->height; y++)
            png_read_row(png, m->pixels + (size_t)y * row, NULL);
}

/* Rows of bytes are read into the upper half of what their labels will take. */
static void read_labels(Decoder *d, LabelMap *m)
{
    png_structp png = d->png;
    int         type = png_get_color_type(png, d->info);
    bool        wide = png_get_bit_depth(png, d->info) == 16;
    if (type != PNG_COLOR_TYPE_GRAY && type != PNG_COLOR_TYPE_PALETTE)
        png_error(png, "colours, where a label map has one number a pixel");
    if (wide) png_set_swap(png);
    png_set_packing(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, d->info);
    label_map_size(m, (int)png_get_image_height(png, d->info),
                   (int)png_get_image_width(png, d->info));
    size_t width = (size_t)m->width;
    if (png_get_rowbytes(png, d->info) != width * (wide ? 2 : 1))
        png_error(png, "unexpected size of a row");
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < m->height; y++) {
            png_bytep row = (png_bytep)(m->label + (size_t)y * width);
            png_read_row(png, wide ? row : row + width, NULL);
        }
    for (int y = 0; y < m->height && !wide; y++) {
        uint16_t *label = m->label + (size_t)y * width;
        for (size_t x = 0; x < width; x++) label[x] = ((png_bytep)label)[width + x];
    }
}

/* With m or labels all of it, else the head alone. */
static Status decode(Decoder *d, Image *m, LabelMap *labels)
{
    d->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, d, give_up, bear);
    d->info = d->png ? png_create_info_struct(d->png) : NULL;
    CHECK(d->info, "no memory for libpng");
    if (setjmp(png_jmpbuf(d->png))) {
        png_destroy_read_struct(&d->png, &d->info, NULL);
        return d->err->code;
    }
    read_head(d);
    if (m) read_pixels(d, m);
    if (labels) read_labels(d, labels);
    return STATUS_OK;
}

Status png_decode(Image *m, const void *bytes, size_t n, const char *name, Err *err)
{
    const char *p = bytes;
    Decoder     d = { .at = p, .end = p + n, .name = name, .err = err };
    if (decode(&d, m, NULL)) return err->code;
    png_destroy_read_struct(&d.png, &d.info, NULL);
    return STATUS_OK;
}

Status png_labels(LabelMap *m, const void *bytes, size_t n, const char *name, Err *err)
{
    const char *p = bytes;
    Decoder     d = { .at = p, .end = p + n, .name = name, .err = err };
    if (n < 8 || png_sig_cmp(bytes, 0, 8))
        return err_set(err, STATUS_FORMAT, "%s: no PNG, as label maps are", name);
    if (decode(&d, NULL, m)) return err->code;
    png_destroy_read_struct(&d.png, &d.info, NULL);
    return STATUS_OK;
}

Status png_size(int *height, int *width, const void *bytes, size_t n, const char *name,
                Err *err)
{
    const char *p = bytes;
    Decoder     d = { .at = p, .end = p + n, .name = name, .err = err };
    if (decode(&d, NULL, NULL)) return err->code;
    *height = (int)png_get_image_height(d.png, d.info);
    *width = (int)png_get_image_width(d.png, d.info);
    png_destroy_read_struct(&d.png, &d.info, NULL);
    return STATUS_OK;
}

bool png_has_colours(const void *bytes, size_t n)
{
    enum { COLOUR_TYPE = 25 }; /* right in the head */
    const png_byte *p = bytes;
    return n > COLOUR_TYPE && !png_sig_cmp(p, 0, 8) &&
           (p[COLOUR_TYPE] == PNG_COLOR_TYPE_RGB || p[COLOUR_TYPE] == PNG_COLOR_TYPE_RGB_ALPHA);
}
