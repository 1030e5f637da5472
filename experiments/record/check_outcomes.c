#include "experiments/record/check_inside.h"
#include "experiments/record/record.h"
#include "experiments/stats/evidence.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- metrics ----------------------------------------------------------------- */

static bool ends_in_top(const char *metric)
{
    const size_t n = strlen(metric);
    return n > 5 && (!strcmp(metric + n - 5, "_top1") || !strcmp(metric + n - 5, "_top5"));
}

/* The best epoch and the other feature of `knn` have left no outcomes.  Objects are counted
 * again only where there is time. */
static bool has_outcomes(Check *c, const char *metric, bool all)
{
    static const char *const others[] = { "_best_", "_mean_", "_class_" };
    char                     of_images[PATH_MOST];
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strstr(metric, others[i])) return false;
    if (text_starts(metric, "box_") || text_starts(metric, "mask_"))
        return all && h5_has(c->f, "matches/image");
    snprintf(of_images, sizeof of_images, "outcomes/%.200s", metric);
    return text_starts(metric, "pixel_") || ends_in_top(metric) || h5_has(c->f, of_images);
}

static const char *evidence_word(EvidenceKind kind)
{
    return kind == EVIDENCE_PIXELS    ? "/pixels/counts"
           : kind == EVIDENCE_OBJECTS ? "/matches"
                                      : "the outcomes";
}

static void check_metric(Check *c, const Metric *m, bool all, Arena *a)
{
    char     name[PATH_MOST];
    Evidence e;
    double   again;
    Err      why;
    if (!has_outcomes(c, m->name, all)) return;
    snprintf(name, sizeof name, "metrics/%.200s", m->name);
    switch (evidence_kept(&e, c->f, m->name, INT_MAX, a, &why)) {
    case STATUS_OK: break;
    case STATUS_MISSING: return; /* what must be there is told of elsewhere */
    default: check_departs(c, name, "follows from nothing: %s", why.text); return;
    }
    if (evidence_gives(&e, m->x, &again)) return;
    if (isnan(m->x) && isnan(again)) return; /* of objects of a size that there are none of */
    check_departs(c, name, "%g, expected %g, which %s give", m->x, again, evidence_word(e.kind));
}

/* `knn_top1` is that of the feature that is configured: knn_class_top1 or knn_mean_top1. */
static void check_feature(Check *c, const Metric *m)
{
    const char *feature = text_starts(m->name, "knn_top")
                              ? check_text(c, "settings", "knn.feature")
                              : NULL;
    char        other[PATH_MOST], name[PATH_MOST];
    if (!feature) return;
    snprintf(name, sizeof name, "metrics/%.200s", m->name);
    snprintf(other, sizeof other, "knn_%.20s_%.20s", feature, m->name + 4);
    for (int i = 0; i < c->n_metrics; i++)
        if (!strcmp(c->metrics[i].name, other) && c->metrics[i].x != m->x)
            check_departs(c, name, "%g, expected %g, as /metrics/%s", m->x, c->metrics[i].x, other);
}

static void check_metrics(Check *c, bool all, Arena *a)
{
    for (int i = 0; i < c->n_metrics; i++) {
        ArenaMark mark = arena_mark(a);
        check_feature(c, &c->metrics[i]);
        check_metric(c, &c->metrics[i], all, a);
        arena_rewind(a, mark);
    }
}

/* --- images ------------------------------------------------------------------ */

/* Of each image; NULL: the record has no such array. */
typedef struct {
    int32_t *label, *predicted, *rank;
    uint8_t *correct;
    size_t   n;
} Outcomes;

/* Arrays of several sizes are told of as such. */
static void *read_outcomes(Check *c, const char *name, NumberKind kind, size_t *n, Arena *a)
{
    void *x;
    Err   none;
    H5Set set = { .name = name, .kind = kind, .rank = 1 };
    if (!h5_has(c->f, name) || h5_get(c->f, &set, a, &x, &none)) return NULL;
    if (!*n) *n = set.dim[0];
    return set.dim[0] == *n ? x : NULL;
}

static const char *yes_or_no(bool is) { return is ? "true" : "false"; }

/* The first that does not is told of: the others are likely to be so for the same reason. */
static void check_right(Check *c, const Outcomes *o)
{
    for (size_t i = 0; i < o->n; i++) {
        const bool known = o->correct || o->rank;
        const bool right = o->correct ? o->correct[i] : o->rank && !o->rank[i];
        if (o->correct && o->rank && right != !o->rank[i]) {
            check_departs(c, "outcomes/correct", "%s of image %zu of %zu, expected %s of rank %d",
                          yes_or_no(right), i + 1, o->n, yes_or_no(!right), (int)o->rank[i]);
            return;
        }
        if (known && o->label && o->predicted && right != (o->predicted[i] == o->label[i])) {
            check_departs(c, "outcomes/predicted",
                          "%d of image %zu of %zu, expected %sits label %d, as %s has it",
                          (int)o->predicted[i], i + 1, o->n, right ? "" : "another than ",
                          (int)o->label[i], o->correct ? "correct" : "rank");
            return;
        }
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void check_distinct(Check *c, Arena *a)
{
    static const char  image[] = "outcomes/image";
    const char *const *names;
    size_t             n;
    Err                none;
    if (!h5_has(c->f, image) || h5_get_texts(c->f, image, a, &names, &n, &none)) return;
    const char **sorted = ARENA_NEW(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++) sorted[i] = names[i];
    qsort(sorted, n, sizeof *sorted, by_name);
    for (size_t i = 1; i < n; i++) {
        if (by_name(&sorted[i - 1], &sorted[i])) continue;
        check_departs(c, image, "%.100s is there twice, expected each image once", sorted[i]);
        return;
    }
}

void check_outcomes(Check *c, bool all)
{
    Outcomes o = { .n = 0 };
    Arena    a;
    arena_open(&a, "outcomes of a record", NULL, NULL);
    check_metrics(c, all, &a);
    o.label = read_outcomes(c, "outcomes/label", NUMBER_INT32, &o.n, &a);
    o.predicted = read_outcomes(c, "outcomes/predicted", NUMBER_INT32, &o.n, &a);
    o.rank = read_outcomes(c, "outcomes/rank", NUMBER_INT32, &o.n, &a);
    o.correct = read_outcomes(c, "outcomes/correct", NUMBER_BOOL, &o.n, &a);
    check_right(c, &o);
    if (all) check_distinct(c, &a);
    arena_close(&a);
}
