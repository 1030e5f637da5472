#include "core/data/exif.h"
#include "core/data/picture.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

enum { MOST_PIXELS = 1 << 20 }; /* more is libjpeg's and libpng's time, not ours */

/* What is decoded has the size that was told. */
FUZZ(picture)
{
    Image m = { 0 };
    Err   err;
    int   height, width, turned = exif_orientation(bytes, n);
    if (turned < 1 || turned > 8) abort();
    if (picture_size(&height, &width, bytes, n, "fuzz", &err)) return 0;
    if ((int64_t)height * width > MOST_PIXELS) return 0;
    for (int channels = 0; channels <= 3; channels++)
        if (channels != 2 && !picture_decode(&m, channels, bytes, n, "fuzz", &err) &&
            (m.height != height || m.width != width || (channels && m.channels != channels)))
            abort();
    image_free(&m);
    return 0;
}
