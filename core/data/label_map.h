/* Pictures whose pixels are classes: PNG, gray or with a palette, of 1 to 16 bits.
 *
 *     LabelMap m = { 0 };
 *     if (label_map_read(&m, "annotations/validation/ADE_val_00000001.png", &err)) ...
 *     label_map_free(&m);
 *
 * The number in the file is the class: of a palette its index, whatever its colours.
 */
#ifndef CORE_DATA_LABEL_MAP_H
#define CORE_DATA_LABEL_MAP_H

#include "core/base/status.h"

#include <stddef.h>
#include <stdint.h>

/* Start with { 0 }; reads of many into one reuse its memory. */
typedef struct {
    int       height, width;
    uint16_t *label; /* [height, width]   */
    size_t    room;  /* labels behind it  */
} LabelMap;

/* STATUS_MISSING, STATUS_IO, or STATUS_FORMAT: no PNG, damaged, or a picture in colours. */
MUST_USE Status label_map_read(LabelMap *m, const char *path, Err *err);

/* The same, and pictures in VOC's colours too: label 1 is dark red, 128 0 0.  Of a file's
 * n bytes. */
MUST_USE Status label_map_decode(LabelMap *m, const void *bytes, size_t n, const char *name,
                                 Err *err);

void label_map_size(LabelMap *m, int height, int width); /* what it holds is undefined then */
void label_map_free(LabelMap *m);

#endif
