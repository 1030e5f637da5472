#include "experiments/record/shown.h"

#include "core/data/resize.h"

#include <math.h>
#include <string.h>

static size_t pixels(const Shown *s) { return (size_t)s->side * (size_t)s->side; }

void shown_open(Shown *s, Arena *a, int most, int side, int channels)
{
    *s = (Shown){ .most = most, .side = side, .channels = channels, .arena = a };
    s->image = ARENA_NEW(a, uint8_t, (size_t)most * pixels(s) * (size_t)channels);
    s->size = ARENA_NEW(a, int32_t, 2 * most);
    memset(s->image, 0, (size_t)most * pixels(s) * (size_t)channels);
}

static int scaled(double scale, int x)
{
    int y = (int)lround(scale * x);
    return y < 1 ? 1 : y;
}

bool shown_image(Shown *s, const Image *m)
{
    Image  small = { 0 }, scratch = { 0 };
    View   all = view_of(m);
    int    longest = m->height > m->width ? m->height : m->width;
    size_t C = (size_t)s->channels;
    if (s->n == s->most) return false;
    CHECK(m->channels == s->channels, "%d channels, not %d", m->channels, s->channels);
    s->scale = longest > s->side ? (double)s->side / longest : 1;
    int rows = scaled(s->scale, m->height), cols = scaled(s->scale, m->width);
    image_size(&small, rows, cols, m->channels);
    resize(small.pixels, rows, cols, &all, NULL, FILTER_BILINEAR, &scratch);
    uint8_t *to = s->image + (size_t)s->n * pixels(s) * C;
    for (int y = 0; y < rows; y++)
        memcpy(to + (size_t)y * (size_t)s->side * C, small.pixels + (size_t)(y * cols) * C,
               (size_t)cols * C);
    s->size[2 * s->n] = rows, s->size[2 * s->n + 1] = cols;
    s->n++;
    image_free(&small);
    image_free(&scratch);
    return true;
}

/* The nearest pixel of `from`, for pixel i of `to`. */
static int nearest(int i, int from, int to)
{
    int at = (int)((i + 0.5) * from / to);
    return at < from ? at : from - 1;
}

static void shrink_mask(Rle *to, Arena *a, const Rle *from, int rows, int cols)
{
    size_t n = (size_t)from->height * (size_t)from->width;
    Arena  scratch;
    arena_open(&scratch, "mask", NULL, NULL);
    uint8_t *whole = ARENA_NEW(&scratch, uint8_t, n);
    uint8_t *small = ARENA_NEW(&scratch, uint8_t, rows * cols);
    rle_to_pixels(whole, from);
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < cols; x++)
            small[y * cols + x] = whole[(size_t)nearest(y, from->height, rows) *
                                            (size_t)from->width +
                                        (size_t)nearest(x, from->width, cols)];
    rle_from_pixels(to, a, small, rows, cols);
    arena_close(&scratch);
}

void shown_object(Shown *s, const Object *o, bool is_true)
{
    CHECK(s->n > 0, "an object without a picture");
    if (s->objects == s->room) {
        int     room = s->room ? 2 * s->room : 64;
        Object *more = ARENA_NEW(s->arena, Object, room);
        if (s->objects) memcpy(more, s->object, (size_t)s->objects * sizeof *more);
        s->object = more, s->room = room;
    }
    Object *to = &s->object[s->objects++];
    *to = (Object){ .image = s->n - 1, .category = o->category,
                    .score = is_true ? (double)NAN : o->score };
    for (int i = 0; i < 4; i++) to->box[i] = s->scale * o->box[i];
    const int32_t *size = s->size + 2 * (s->n - 1);
    if (o->mask.n) shrink_mask(&to->mask, s->arena, &o->mask, size[0], size[1]);
}

void shown_labels(Shown *s, const uint16_t *truth, const uint16_t *predicted, int height,
                  int width, int none)
{
    const int32_t *size = s->size + 2 * (s->n - 1);
    size_t         n = (size_t)s->most * pixels(s), at = (size_t)(s->n - 1) * pixels(s);
    CHECK(s->n > 0, "labels without a picture");
    if (!s->truth) {
        s->truth = ARENA_NEW(s->arena, int32_t, n);
        s->predicted = ARENA_NEW(s->arena, int32_t, n);
        for (size_t i = 0; i < n; i++) s->truth[i] = s->predicted[i] = -1;
    }
    for (int y = 0; y < size[0]; y++)
        for (int x = 0; x < size[1]; x++) {
            size_t from = (size_t)nearest(y, height, size[0]) * (size_t)width +
                          (size_t)nearest(x, width, size[1]);
            size_t to = at + (size_t)y * (size_t)s->side + (size_t)x;
            s->truth[to] = truth[from] == none ? -1 : truth[from];
            s->predicted[to] = predicted[from] == none ? -1 : predicted[from];
        }
}

void shown_picture(const Shown *s, int i, Image *m)
{
    const size_t   C = (size_t)s->channels;
    const uint8_t *from = s->image + (size_t)i * pixels(s) * C;
    const size_t   across = (size_t)s->size[2 * i + 1] * C;
    image_size(m, s->size[2 * i], s->size[2 * i + 1], s->channels);
    for (int y = 0; y < m->height; y++)
        memcpy(m->pixels + (size_t)y * across, from + (size_t)y * (size_t)s->side * C, across);
}

/* --- in the record ---------------------------------------------------------- */

static void put_objects(Record *r, const Shown *s)
{
    const size_t n = (size_t)s->objects;
    Arena        a;
    Text        *runs = NULL;
    arena_open(&a, "shown objects", NULL, NULL);
    int32_t     *image = ARENA_NEW(&a, int32_t, n), *class = ARENA_NEW(&a, int32_t, n);
    double      *score = ARENA_NEW(&a, double, n), *box = ARENA_NEW(&a, double, 4 * n);
    const char **mask = ARENA_NEW(&a, const char *, n);
    runs = ARENA_NEW(&a, Text, n);
    for (size_t i = 0; i < n; i++) {
        const Object *o = &s->object[i];
        image[i] = o->image, class[i] = o->category, score[i] = o->score;
        memcpy(box + 4 * i, o->box, sizeof o->box);
        runs[i] = (Text){ 0 };
        if (o->mask.n) rle_print(&runs[i], &o->mask);
        mask[i] = text_get(&runs[i]);
    }
    record_data(r, &(H5Set){ .name = "pictures/object_image", .kind = NUMBER_INT32, .rank = 1,
        .dim = { n }, .units = "1", .long_name = "picture of each object" }, image);
    record_data(r, &(H5Set){ .name = "pictures/object_class", .kind = NUMBER_INT32, .rank = 1,
        .dim = { n }, .units = "1", .long_name = "its class" }, class);
    record_data(r, &(H5Set){ .name = "pictures/object_score", .kind = NUMBER_DOUBLE, .rank = 1,
        .dim = { n }, .units = "1", .long_name = "its score; none: it is true" }, score);
    record_data(r, &(H5Set){ .name = "pictures/object_box", .kind = NUMBER_DOUBLE, .rank = 2,
        .dim = { n, 4 }, .units = "1",
        .long_name = "x, y, width, height in pixels of the picture" }, box);
    record_texts(r, "pictures/object_mask", mask, n);
    for (size_t i = 0; i < n; i++) text_free(&runs[i]);
    arena_close(&a);
}

void record_shown(Record *r, const Shown *s)
{
    const size_t n = (size_t)s->n, side = (size_t)s->side;
    if (!n) return;
    record_data(r, &(H5Set){ .name = "pictures/image", .kind = NUMBER_UINT8, .rank = 4,
        .dim = { n, side, side, (size_t)s->channels }, .units = "1",
        .long_name = "test image" }, s->image);
    record_data(r, &(H5Set){ .name = "pictures/size", .kind = NUMBER_INT32, .rank = 2,
        .dim = { n, 2 }, .units = "1", .long_name = "rows and columns of it that count" },
        s->size);
    if (s->objects) put_objects(r, s);
    if (!s->truth) return;
    H5Set labels = { .name = "pictures/truth", .kind = NUMBER_INT32, .rank = 3,
                     .dim = { n, side, side }, .units = "1",
                     .long_name = "true class of each pixel, -1: none" };
    record_data(r, &labels, s->truth);
    labels.name = "pictures/predicted", labels.long_name = "predicted class of each pixel";
    record_data(r, &labels, s->predicted);
}

/* --- read again ------------------------------------------------------------- */

static Status disagree(Err *err, const char *name)
{
    return err_set(err, STATUS_FORMAT, "%s: sizes in pictures disagree", name);
}

/* The array, whose sizes must be those of set. */
static Status get(void **x, H5 *f, H5Set set, Arena *a, Err *err)
{
    H5Set got = set;
    if (h5_get(f, &got, a, x, err)) return err->code;
    if (memcmp(got.dim, set.dim, (size_t)set.rank * sizeof *set.dim))
        return disagree(err, set.name);
    return STATUS_OK;
}

static Status read_object(Object *o, const Shown *s, int image, int class, const char *runs,
                          Arena *a, Err *err)
{
    if (image < 0 || image >= s->n || class < 0) return disagree(err, "pictures/object_image");
    const int32_t *size = s->size + 2 * image;
    *o = (Object){ .image = image, .category = class };
    if (*runs && !rle_parse(&o->mask, a, runs, strlen(runs), size[0], size[1]))
        return disagree(err, "pictures/object_mask");
    return STATUS_OK;
}

static Status read_objects(Shown *s, H5 *f, Arena *a, Err *err)
{
    H5Set first = { .name = "pictures/object_image", .kind = NUMBER_INT32, .rank = 1 };
    void *image, *class, *score, *box;
    const char *const *mask;
    size_t             masks;
    if (h5_get(f, &first, a, &image, err)) return err->code;
    const size_t n = first.dim[0];
    if (get(&class, f, (H5Set){ .name = "pictures/object_class", .kind = NUMBER_INT32, .rank = 1,
                                .dim = { n } }, a, err) ||
        get(&score, f, (H5Set){ .name = "pictures/object_score", .kind = NUMBER_DOUBLE,
                                .rank = 1, .dim = { n } }, a, err) ||
        get(&box, f, (H5Set){ .name = "pictures/object_box", .kind = NUMBER_DOUBLE, .rank = 2,
                              .dim = { n, 4 } }, a, err) ||
        h5_get_texts(f, "pictures/object_mask", a, &mask, &masks, err))
        return err->code;
    if (masks != n) return disagree(err, "pictures/object_mask");
    s->objects = (int)n;
    s->object = ARENA_NEW(a, Object, n);
    for (size_t i = 0; i < n; i++) {
        Object *o = &s->object[i];
        if (read_object(o, s, ((int32_t *)image)[i], ((int32_t *)class)[i], mask[i], a, err))
            return err->code;
        o->score = ((double *)score)[i];
        memcpy(o->box, (double *)box + 4 * i, sizeof o->box);
    }
    return STATUS_OK;
}

static Status read_labels(Shown *s, H5 *f, Arena *a, Err *err)
{
    const size_t side = (size_t)s->side;
    H5Set        set = { .name = "pictures/truth", .kind = NUMBER_INT32, .rank = 3,
                         .dim = { (size_t)s->n, side, side } };
    void        *x, *y;
    if (get(&x, f, set, a, err)) return err->code;
    set.name = "pictures/predicted";
    if (get(&y, f, set, a, err)) return err->code;
    s->truth = x, s->predicted = y;
    return STATUS_OK;
}

Status shown_read(Shown *s, H5 *f, Arena *a, Err *err)
{
    enum { SIDE_MOST = 4096, MOST = 4096 };
    H5Set images = { .name = "pictures/image", .kind = NUMBER_UINT8, .rank = 4 };
    void *x, *size;
    *s = (Shown){ .arena = a };
    if (!h5_has(f, "pictures")) return STATUS_OK;
    if (h5_get(f, &images, a, &x, err)) return err->code;
    const size_t n = images.dim[0], side = images.dim[1], C = images.dim[3];
    if (images.dim[2] != side || !side || side > SIDE_MOST || (C != 1 && C != 3) || n > MOST)
        return disagree(err, images.name);
    if (get(&size, f, (H5Set){ .name = "pictures/size", .kind = NUMBER_INT32, .rank = 2,
                               .dim = { n, 2 } }, a, err))
        return err->code;
    *s = (Shown){ .n = (int)n, .most = (int)n, .side = (int)side, .channels = (int)C,
                  .image = x, .size = size, .arena = a };
    for (size_t i = 0; i < 2 * n; i++)
        if (s->size[i] < 1 || s->size[i] > s->side) return disagree(err, "pictures/size");
    if (h5_has(f, "pictures/object_image") && read_objects(s, f, a, err)) return err->code;
    return h5_has(f, "pictures/truth") ? read_labels(s, f, a, err) : STATUS_OK;
}
