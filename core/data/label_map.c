#include "core/data/label_map.h"

#include "core/base/file.h"
#include "core/data/picture.h"
#include "core/data/png_read.h"

#include <stdlib.h>

void label_map_size(LabelMap *m, int height, int width)
{
    size_t n = (size_t)height * (size_t)width;
    m->height = height, m->width = width;
    if (n <= m->room) return;
    free(m->label);
    m->label = malloc(n * sizeof *m->label);
    CHECK(m->label, "no memory for a label map of %d x %d", height, width);
    m->room = n;
}

void label_map_free(LabelMap *m)
{
    free(m->label);
    *m = (LabelMap){ 0 };
}

Status label_map_read(LabelMap *m, const char *path, Err *err)
{
    char  *bytes;
    size_t n;
    if (file_read(path, PICTURE_BYTES, &bytes, &n, err)) return err->code;
    Status bad = png_labels(m, bytes, n, path, err);
    free(bytes);
    return bad;
}

/* --- colours ------------------------------------------------------------------- */

/* Bits 0, 3 and 6 of a label are the high bits of red, bits 1, 4 and 7 of green, bits 2 and
 * 5 of blue.  -1: no label has this colour. */
static int label_of(const uint8_t rgb[3])
{
    enum { BITS = 8 };
    int label = 0, back[3] = { 0 };
    for (int bit = 0; bit < BITS; bit++) {
        int high = BITS - 1 - bit / 3;
        label |= (rgb[bit % 3] >> high & 1) << bit;
        back[bit % 3] |= rgb[bit % 3] & 1 << high;
    }
    return back[0] == rgb[0] && back[1] == rgb[1] && back[2] == rgb[2] ? label : -1;
}

static Status from_colours(LabelMap *m, const Image *picture, const char *name, Err *err)
{
    label_map_size(m, picture->height, picture->width);
    for (size_t i = 0; i < (size_t)m->height * (size_t)m->width; i++) {
        const uint8_t *p = picture->pixels + 3 * i;
        int            label = label_of(p);
        if (label < 0)
            return err_set(err, STATUS_FORMAT, "%s: row %zu, column %zu: %d %d %d is no colour "
                           "of a VOC label", name, i / (size_t)m->width, i % (size_t)m->width,
                           p[0], p[1], p[2]);
        m->label[i] = (uint16_t)label;
    }
    return STATUS_OK;
}

Status label_map_decode(LabelMap *m, const void *bytes, size_t n, const char *name, Err *err)
{
    Image picture = { 0 };
    if (!png_has_colours(bytes, n)) return png_labels(m, bytes, n, name, err);
    Status bad = picture_decode(&picture, 3, bytes, n, name, err);
    if (!bad) bad = from_colours(m, &picture, name, err);
    image_free(&picture);
    return bad;
}
