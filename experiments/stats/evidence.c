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
    CocoKind kind = metric[0] == 'm' ? COCO_MASK : COCO_BOX;
    e->kind = EVIDENCE_OBJECTS;
    e->number = number_of(metric, coco_name, COCO_NUMBERS);
    e->images = images;
    if (e->number < 0 || !h5_has(f, "matches/image")) return nothing(metric, err);
    if (matches_read(&e->matches, f, kind, a, err)) return err->code;
    return are_indices(&e->matches, images)
               ? STATUS_OK
               : err_set(err, STATUS_FORMAT, "matches: of images or classes that are none");
}

static Status read_pixels(Evidence *e, H5 *f, const char *metric, Arena *a, Err *err)
{
    void *x;
    H5Set set = { .name = "pixels/counts", .kind = NUMBER_INT64, .rank = 3 };
    e->kind = EVIDENCE_PIXELS;
    e->number = number_of(metric, pixel_name, PIXEL_NUMBERS);
    if (e->number < 0 || !h5_has(f, set.name)) return nothing(metric, err);
    if (h5_get(f, &set, a, &x, err)) return err->code;
    if (!set.dim[0] || set.dim[0] > IMAGES_MOST || !set.dim[1] ||
        set.dim[1] > CONFUSION_CLASSES || set.dim[2] != PIXEL_COUNTS)
        return err_set(err, STATUS_FORMAT, "%s: [%zu, %zu, %zu]", set.name, set.dim[0],
                       set.dim[1], set.dim[2]);
    e->images = (int)set.dim[0], e->classes = (int)set.dim[1];
    e->pixels = x;
    for (size_t i = 0; i < set.dim[0] * set.dim[1] * PIXEL_COUNTS; i++)
        if (e->pixels[i] < 0 || e->pixels[i] > UINT32_MAX)
            return err_set(err, STATUS_FORMAT, "%s: %lld pixels", set.name,
                           (long long)e->pixels[i]);
    return STATUS_OK;
}

Status evidence_read(Evidence *e, H5 *f, const char *metric, int images, Arena *a, Err *err)
{
    char   where[128];
    double recorded;
    H5Set  set = { .name = where, .kind = NUMBER_DOUBLE };
    Status bad;
    *e = (Evidence){ 0 };
    snprintf(where, sizeof where, "metrics/%s", metric);
    if (h5_get_into(f, &set, &recorded, err)) return err->code;
    if (text_starts(metric, "box_") || text_starts(metric, "mask_"))
        bad = read_objects(e, f, metric, images, a, err);
    else if (text_starts(metric, "pixel_")) bad = read_pixels(e, f, metric, a, err);
    else bad = read_mean(e, f, metric, a, err);
    if (bad) return bad;
    double again = evidence_metric(e, NULL);
    return fabs(again - recorded) <= 1e-9 * (1 + fabs(recorded)) ? STATUS_OK
                                                                 : nothing(metric, err);
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

static double of_pixels(const Evidence *e, const int *times)
{
    ClassPixels sum[CONFUSION_CLASSES]; /* asked for thousands of times: no arena for each */
    Miou        m;
    size_t      classes = (size_t)e->classes;
    memset(sum, 0, classes * sizeof *sum);
    for (size_t i = 0; i < (size_t)e->images; i++) {
        const int64_t *n = e->pixels + i * classes * PIXEL_COUNTS, count = times ? times[i] : 1;
        for (size_t k = 0; k < classes && count; k++, n += PIXEL_COUNTS) {
            sum[k].right += count * n[PIXELS_RIGHT];
            sum[k].predicted += count * n[PIXELS_PREDICTED];
            sum[k].truth += count * n[PIXELS_TRUE];
        }
    }
    miou_of_classes(&m, NULL, NULL, sum, e->classes);
    return 100 * (e->number == PIXEL_MIOU ? m.miou : e->number == PIXEL_MACC ? m.macc : m.aacc);
}

double evidence_metric(const Evidence *e, const int *times)
{
    double x;
    switch (e->kind) {
    case EVIDENCE_MEAN: return mean(e, times);
    case EVIDENCE_PIXELS: return of_pixels(e, times);
    case EVIDENCE_OBJECTS: break;
    }
    x = coco_number(&e->matches, e->number, times);
    return x < 0 ? (double)NAN : 100 * x;
}
