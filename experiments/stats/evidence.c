#include "experiments/stats/evidence.h"

#include "experiments/record/dense_record.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { IMAGES_MOST = 1 << 28, CATEGORIES_MOST = 1 << 17, TOP5 = 5 };

/* --- reading -------------------------------------------------------------- */

static Status nothing(const char *metric, Err *err)
{
    return err_set(err, STATUS_MISSING, "the record keeps nothing by image of %s", metric);
}

static bool ends(const char *s, const char *tail)
{
    size_t n = strlen(s), k = strlen(tail);
    return n >= k && !strcmp(s + n - k, tail);
}

/* One array of [images], of whatever kind. */
static Status read_outcomes(Evidence *e, H5 *f, const char *name, NumberKind kind, void **x,
                            Arena *a, Err *err)
{
    char  where[128];
    H5Set set = { .name = where, .kind = kind, .rank = 1 };
    snprintf(where, sizeof where, "outcomes/%s", name);
    if (!h5_has(f, where)) return nothing(name, err);
    if (h5_get(f, &set, a, x, err)) return err->code;
    if (!set.dim[0] || set.dim[0] > IMAGES_MOST)
        return err_set(err, STATUS_FORMAT, "%s: %zu images", where, set.dim[0]);
    e->images = (int)set.dim[0];
    e->x = ARENA_NEW(a, double, e->images);
    return STATUS_OK;
}

static Status read_top1(Evidence *e, H5 *f, Arena *a, Err *err)
{
    void *x;
    if (read_outcomes(e, f, "correct", NUMBER_BOOL, &x, a, err)) return err->code;
    for (int i = 0; i < e->images; i++) e->x[i] = ((uint8_t *)x)[i] ? 100 : 0;
    return STATUS_OK;
}

static Status read_top5(Evidence *e, H5 *f, Arena *a, Err *err)
{
    void *x;
    if (read_outcomes(e, f, "rank", NUMBER_INT32, &x, a, err)) return err->code;
    for (int i = 0; i < e->images; i++) e->x[i] = ((int32_t *)x)[i] < TOP5 ? 100 : 0;
    return STATUS_OK;
}

static Status read_mean(Evidence *e, H5 *f, const char *metric, Arena *a, Err *err)
{
    void *x;
    if (ends(metric, "_top1")) return read_top1(e, f, a, err);
    if (ends(metric, "_top5")) return read_top5(e, f, a, err);
    if (read_outcomes(e, f, metric, NUMBER_DOUBLE, &x, a, err)) return err->code;
    e->x = x;
    return STATUS_OK;
}

/* Which of n names follows the underscore; -1: none. */
static int number_of(const char *metric, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(strchr(metric, '_') + 1, names[i])) return i;
    return -1;
}

/* Images and classes that a stranger wrote are indices. */
static bool are_indices(const CocoMatches *m, int images)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->match[i].image < 0 || m->match[i].image >= images || m->match[i].category < 0)
            return false;
    for (size_t i = 0; i < m->n_wanted; i++) {
        const CocoWanted *w = &m->wanted[i];
        if (w->image < 0 || w->image >= images || w->category < 0) return false;
        for (int k = 0; k < COCO_AREAS; k++)
            if (w->count[k] < 0) return false;
    }
    return m->categories <= CATEGORIES_MOST;
}

static Status read_objects(Evidence *e, H5 *f, const char *metric, int images, Arena *a,
                           Err *err)
{
    CocoKind    kind = metric[0] == 'm' ? COCO_MASK : COCO_BOX;
    const int   number = number_of(metric, coco_name, COCO_NUMBERS);
    CocoMatches m;
    Arena       scratch;
    e->kind = EVIDENCE_OBJECTS, e->images = images;
    if (number < 0 || !h5_has(f, "matches/image")) return nothing(metric, err);
    arena_open(&scratch, "matches", NULL, NULL);
    Status bad = matches_read(&m, f, kind, &scratch, err);
    if (!bad && !are_indices(&m, images))
        bad = err_set(err, STATUS_FORMAT, "matches: of images or classes that are none");
    if (!bad) coco_recount_open(&e->objects, a, &m, number);
    arena_close(&scratch);
    return bad;
}

void evidence_pixels(Evidence *e, const int64_t *counts, int images, int classes, int number,
                     Arena *a)
{
    const size_t cells = (size_t)images * (size_t)classes;
    size_t       n = 0;
    *e = (Evidence){ .kind = EVIDENCE_PIXELS, .images = images, .classes = classes,
                     .number = number, .first = ARENA_NEW(a, size_t, images + 1) };
    for (size_t i = 0; i < cells; i++) {
        const int64_t *of = counts + i * PIXEL_COUNTS;
        n += of[PIXELS_PREDICTED] || of[PIXELS_TRUE]; /* as what is right is, too */
    }
    e->pixels = ARENA_NEW(a, EvidencePixels, n);
    n = 0;
    for (size_t i = 0; i < cells; i++) {
        const int64_t *of = counts + i * PIXEL_COUNTS;
        if (i % (size_t)classes == 0) e->first[i / (size_t)classes] = n;
        if (of[PIXELS_PREDICTED] || of[PIXELS_TRUE])
            e->pixels[n++] = (EvidencePixels){ (int)(i % (size_t)classes),
                { of[PIXELS_RIGHT], of[PIXELS_PREDICTED], of[PIXELS_TRUE] } };
    }
    e->first[images] = n;
}

static bool are_counts(const int64_t *n, size_t cells)
{
    for (size_t i = 0; i < cells; i++, n += PIXEL_COUNTS)
        if (n[PIXELS_RIGHT] < 0 || n[PIXELS_PREDICTED] < n[PIXELS_RIGHT] ||
            n[PIXELS_TRUE] < n[PIXELS_RIGHT] || n[PIXELS_PREDICTED] > UINT32_MAX ||
            n[PIXELS_TRUE] > UINT32_MAX)
            return false;
    return true;
}

static Status read_pixels(Evidence *e, H5 *f, const char *metric, Arena *a, Err *err)
{
    const int number = number_of(metric, pixel_name, PIXEL_NUMBERS);
    H5Set     set = { .name = "pixels/counts", .kind = NUMBER_INT64, .rank = 3 };
    Arena     scratch;
    void     *x;
    if (number < 0 || !h5_has(f, set.name)) return nothing(metric, err);
    arena_open(&scratch, "pixels", NULL, NULL);
    Status        bad = h5_get(f, &set, &scratch, &x, err);
    const size_t *dim = set.dim;
    if (!bad && (!dim[0] || dim[0] > IMAGES_MOST || !dim[1] || dim[1] > CONFUSION_CLASSES ||
                 dim[2] != PIXEL_COUNTS))
        bad = err_set(err, STATUS_FORMAT, "%s: [%zu, %zu, %zu]", set.name, dim[0], dim[1],
                      dim[2]);
    if (!bad && !are_counts(x, dim[0] * dim[1]))
        bad = err_set(err, STATUS_FORMAT, "%s: no numbers of pixels", set.name);
    if (!bad) evidence_pixels(e, x, (int)dim[0], (int)dim[1], number, a);
    arena_close(&scratch);
    return bad;
}

Status evidence_kept(Evidence *e, H5 *f, const char *metric, int images, Arena *a, Err *err)
{
    *e = (Evidence){ 0 };
    if (text_starts(metric, "box_") || text_starts(metric, "mask_"))
        return read_objects(e, f, metric, images, a, err);
    if (text_starts(metric, "pixel_")) return read_pixels(e, f, metric, a, err);
    return read_mean(e, f, metric, a, err);
}

bool evidence_gives(const Evidence *e, double recorded, double *again)
{
    Arena scratch;
    arena_open(&scratch, "metric", NULL, NULL);
    *again = evidence_metric(e, NULL, &scratch);
    arena_close(&scratch);
    return fabs(*again - recorded) <= 1e-9 * (1 + fabs(recorded));
}

Status evidence_read(Evidence *e, H5 *f, const char *metric, int images, Arena *a, Err *err)
{
    char   where[128];
    double recorded, again;
    H5Set  set = { .name = where, .kind = NUMBER_DOUBLE };
    *e = (Evidence){ 0 };
    snprintf(where, sizeof where, "metrics/%s", metric);
    if (h5_get_into(f, &set, &recorded, err) || evidence_kept(e, f, metric, images, a, err))
        return err->code;
    return evidence_gives(e, recorded, &again) ? STATUS_OK : nothing(metric, err);
}

/* --- once more ------------------------------------------------------------- */

static double mean(const Evidence *e, const int *times)
{
    double sum = 0, n = 0;
    for (int i = 0; i < e->images; i++) {
        int count = times ? times[i] : 1;
        if (count) sum += count * e->x[i], n += count;
    }
    return sum / n;
}

static double of_pixels(const Evidence *e, const int *times, Arena *scratch)
{
    const size_t bytes = (size_t)e->classes * sizeof(ClassPixels);
    ClassPixels *sum = arena_take(scratch, bytes);
    Miou         m;
    memset(sum, 0, bytes);
    for (int i = 0; i < e->images; i++) {
        const int64_t count = times ? times[i] : 1;
        for (size_t k = e->first[i]; k < e->first[i + 1] && count; k++) {
            const EvidencePixels *of = &e->pixels[k];
            sum[of->class].right += count * of->n.right;
            sum[of->class].predicted += count * of->n.predicted;
            sum[of->class].truth += count * of->n.truth;
        }
    }
    miou_of_classes(&m, NULL, NULL, sum, e->classes);
    return 100 * (e->number == PIXEL_MIOU ? m.miou : e->number == PIXEL_MACC ? m.macc : m.aacc);
}

double evidence_metric(const Evidence *e, const int *times, Arena *scratch)
{
    ArenaMark mark = arena_mark(scratch);
    double    x;
    switch (e->kind) {
    case EVIDENCE_MEAN: return mean(e, times);
    case EVIDENCE_PIXELS:
        x = of_pixels(e, times, scratch);
        arena_rewind(scratch, mark);
        return x;
    case EVIDENCE_OBJECTS: break;
    }
    x = coco_recount(&e->objects, times, scratch);
    return x < 0 ? (double)NAN : 100 * x;
}
