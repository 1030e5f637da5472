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
