#define _GNU_SOURCE /* memmem */
#include "core/data/picture.h"

#include "core/base/file.h"
#include "core/data/jpeg_read.h"
#include "core/data/png_read.h"

#include <stdlib.h>
#include <string.h>

typedef Status Decode(Image *m, const void *bytes, size_t n, const char *name, Err *err);
typedef Status Size(int *height, int *width, const void *bytes, size_t n,
                    const char *name, Err *err);

typedef struct {
    const char *name;
    size_t      at, length;
    const char *magic;
    const char *end; /* bytes that every whole file has; or NULL */
    size_t      end_length;
    Decode     *decode; /* NULL: known, and refused */
    Size       *size;
} Format;

static const Format formats[] = {
    { "JPEG", 0, 3, "\xff\xd8\xff", "\xff\xd9", 2, jpeg_decode, jpeg_size },
    { "PNG", 0, 8, "\x89PNG\r\n\x1a\n", "IEND", 4, png_decode, png_size },
    { .name = "GIF", .length = 4, .magic = "GIF8" },
    { .name = "WebP", .at = 8, .length = 4, .magic = "WEBP" },
    { .name = "BMP", .length = 2, .magic = "BM" },
    { .name = "TIFF", .length = 4, .magic = "II*\0" },
    { .name = "TIFF", .length = 4, .magic = "MM\0*" },
    { .name = "PGM", .length = 2, .magic = "P5" },
    { .name = "PPM", .length = 2, .magic = "P6" },
};
enum { N_FORMATS = sizeof formats / sizeof *formats };

static Status sniff(const Format **f, const char *bytes, size_t n, const char *name, Err *err)
{
    if (!n) return err_set(err, STATUS_FORMAT, "%s: an empty file", name);
    *f = NULL;
    for (int i = 0; i < N_FORMATS && !*f; i++) {
        const Format *k = &formats[i];
        if (n >= k->at + k->length && !memcmp(bytes + k->at, k->magic, k->length)) *f = k;
    }
    if (!*f)
        return err_set(err, STATUS_FORMAT, "%s: no picture, expected a JPEG or a PNG", name);
    if (!(*f)->decode)
        return err_set(err, STATUS_FORMAT, "%s: a %s, expected a JPEG or a PNG", name,
                       (*f)->name);
    return STATUS_OK;
}

static void gray_to_rgb(Image *m)
{
    size_t n = (size_t)m->height * (size_t)m->width;
    Image  rgb = { 0 };
    image_size(&rgb, m->height, m->width, 3);
    for (size_t i = 0; i < n; i++)
        for (int c = 0; c < 3; c++) rgb.pixels[3 * i + (size_t)c] = m->pixels[i];
    image_free(m);
    *m = rgb;
}

static void rgb_to_gray(Image *m)
{
    size_t n = (size_t)m->height * (size_t)m->width;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *p = m->pixels + 3 * i;
        m->pixels[i] = image_luma(p);
    }
    m->channels = 1;
}

Status picture_decode(Image *m, int channels, const void *bytes, size_t n, const char *name,
                      Err *err)
{
    const Format *f;
    CHECK(channels == 0 || channels == 1 || channels == 3, "a picture of %d channels",
          channels);
    if (sniff(&f, bytes, n, name, err) || f->decode(m, bytes, n, name, err))
        return err->code;
    if (channels == 3 && m->channels == 1) gray_to_rgb(m);
    if (channels == 1 && m->channels == 3) rgb_to_gray(m);
    return STATUS_OK;
}

Status picture_read(Image *m, int channels, const char *path, Err *err)
{
    char  *bytes;
    size_t n;
    if (file_read(path, PICTURE_BYTES, &bytes, &n, err)) return err->code;
    Status bad = picture_decode(m, channels, bytes, n, path, err);
    free(bytes);
    return bad;
}

/* Usually the end is at the end; what follows it does not matter. */
static bool ends(const Format *f, const char *bytes, size_t n)
{
    enum { TAIL = 64 };
    size_t tail = n < TAIL ? n : TAIL;
    return memmem(bytes + n - tail, tail, f->end, f->end_length) ||
           memmem(bytes, n, f->end, f->end_length);
}

Status picture_size(int *height, int *width, const void *bytes, size_t n, const char *name,
                    Err *err)
{
    const Format *f;
    if (sniff(&f, bytes, n, name, err) || f->size(height, width, bytes, n, name, err))
        return err->code;
    if (!ends(f, bytes, n))
        return err_set(err, STATUS_FORMAT, "%s: %s: truncated", name, f->name);
    return STATUS_OK;
}
