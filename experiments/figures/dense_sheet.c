#include "experiments/figures/dense_sheet.h"

#include "experiments/figures/mosaic.h"
#include "experiments/figures/overlay.h"

#include <math.h>
#include <string.h>

enum { TILE = 224, LOOKS = 9 };

/* A row: how pictures are changed, and what is drawn over them. */
typedef struct {
    const char *name;
    bool        segment, changed, labels;
    int         later; /* epochs */
} Look;

static const Look looks[LOOKS] = {
    { "as evaluated", false, false, false, 0 },
    { "jittered", false, true, false, 0 },
    { "an epoch later", false, true, false, 1 },
    { "and one more", false, true, false, 2 },
    { "classes, as evaluated", true, false, true, 0 },
    { "cropped, in other colours", true, true, false, 0 },
    { "its classes", true, true, true, 0 },
    { "an epoch later", true, true, false, 1 },
    { "its classes", true, true, true, 1 },
};

typedef struct {
    const DenseSheet *s;
    Mosaic            m;
    Annotated         a;
    Image             tile;
} Page;

static void change(Page *p, const Look *k)
{
    const DenseSheet *s = p->s;
    const uint64_t    epoch = s->epoch + (uint64_t)k->later;
    if (k->segment && k->changed) cutting_apply(s->cutting, &p->a, s->seed, epoch);
    else if (k->segment) cutting_whole(s->cutting, &p->a);
    else if (k->changed) jitter_apply(s->jitter, &p->a, s->seed, epoch);
    else jitter_whole(&p->a, s->jitter->size);
}

/* Pixels of a tile for one of the picture: a tile is what the model sees. */
static double enlargement(const Page *p, const Look *k)
{
    const Image *m = &p->a.image;
    int          size = k->segment ? p->s->cutting->crop : p->s->jitter->size;
    if (m->height > size) size = m->height;
    if (m->width > size) size = m->width;
    return (double)TILE / size;
}

static void put_instances(Page *p, double by, int row, int col)
{
    const int left = mosaic_x(&p->m, col), top = mosaic_y(&p->m, row);
    for (int i = 0; i < p->a.count; i++) {
        const Object o = annotated_object(&p->a, i, &p->a.memory);
        if (o.mask.n) overlay_mask(&p->tile, &o.mask, by, object_colour(o.category));
    }
    mosaic_tile(&p->m, row, col, &p->tile);
    for (int i = 0; i < p->a.count; i++) {
        const double *box = p->a.instance[i].box;
        int           x = (int)lround(by * box[0]), y = (int)lround(by * box[1]);
        overlay_box(&p->m.c, left + x, top + y, (int)lround(by * box[2]) - x,
                    (int)lround(by * box[3]) - y, object_colour(p->a.instance[i].class));
    }
}

static void put_classes(Page *p, double by)
{
    const LabelMap *m = &p->a.labels;
    int            *class = ARENA_NEW(&p->a.memory, int, m->height * m->width);
    annotated_labels(&p->a, class, m->height, m->width);
    for (int i = 0; i < m->height * m->width; i++)
        if (class[i] == LABEL_IGNORED) class[i] = -1;
    overlay_classes(&p->tile, class, m->height, m->width, by, label_colour);
}

static Status put_look(Page *p, const Look *k, int row, Err *err)
{
    mosaic_name(&p->m, row, k->name);
    for (int col = 0; col < p->m.cols; col++) {
        Status bad = dense_get(p->s->data, col, &p->a, err);
        if (bad) return bad;
        change(p, k);
        double by = enlargement(p, k);
        canvas_box(&p->m.c, mosaic_x(&p->m, col), mosaic_y(&p->m, row), TILE, TILE, PALE);
        overlay_enlarge(&p->tile, &p->a.image, by);
        if (k->labels) put_classes(p, by);
        if (k->segment) mosaic_tile(&p->m, row, col, &p->tile);
        else put_instances(p, by, row, col);
    }
    return STATUS_OK;
}

static bool is_wanted(const DenseSheet *s, const Look *k)
{
    return k->segment ? s->cutting != NULL : s->jitter != NULL;
}

static Status put_all(Page *p, const char *path, Err *err)
{
    int    row = 0;
    Status bad = STATUS_OK;
    for (int i = 0; i < LOOKS && !bad; i++)
        if (is_wanted(p->s, &looks[i])) bad = put_look(p, &looks[i], row++, err);
    return bad ? bad : mosaic_write(&p->m, path, err);
}

static void describe(Page *p, bool *shown)
{
    const DenseSheet *s = p->s;
    const DenseData  *d = s->data;
    p->m = (Mosaic){ .title = s->title, .tile = TILE, .shown = shown,
                     .note = "Each tile is what the model sees; pale is padding." };
    p->m.classes = s->jitter ? d->classes : d->labels;
    p->m.class_name = s->jitter ? d->class_names : d->label_names;
    p->m.colour = s->jitter ? object_colour : label_colour;
    p->m.cols = s->images < d->count ? s->images : d->count;
    for (int i = 0; i < LOOKS; i++) p->m.rows += is_wanted(s, &looks[i]);
    for (int k = 0; k < p->m.classes; k++) shown[k] = true;
}

Status dense_sheet_write(const DenseSheet *s, const char *path, Err *err)
{
    Page p = { .s = s };
    CHECK(!s->jitter != !s->cutting, "a sheet of one of both");
    annotated_open(&p.a);
    Arena names;
    arena_open(&names, "sheet", NULL, NULL);
    const int most = s->data->classes > s->data->labels ? s->data->classes : s->data->labels;
    describe(&p, ARENA_NEW(&names, bool, most));
    mosaic_open(&p.m, path);
    Status bad = put_all(&p, path, err);
    mosaic_close(&p.m);
    arena_close(&names);
    annotated_close(&p.a);
    image_free(&p.tile);
    return bad;
}
