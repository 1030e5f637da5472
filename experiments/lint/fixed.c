#include "experiments/lint/fixed.h"

#include "core/mask/blend.h"

#include <stdio.h>
#include <string.h>

enum { EPOCH = 2, EPOCHS = 8 };

/* What differs among masks of one masking. */
typedef struct { bool images, epochs, times; } Differ;

static void draw_at(const Case *c, const Mask *m, int *ids, int n, int epoch, float progress)
{
    MaskView v = invented_view(&c->in, n);
    v.progress = progress;
    subject_draw(c->subject, m, ids, &v, (uint64_t)(EPOCH + epoch), c->images[n], c->K);
}

static void compare(Differ *d, const Case *c, const Mask *m)
{
    static const float progress[] = { 0, 0.25F, 0.5F, 0.75F, 1 };
    enum { TIMES = sizeof progress / sizeof *progress };
    int    first[MASK_MAX_PATCHES], start[MASK_MAX_PATCHES], ids[MASK_MAX_PATCHES];
    size_t bytes = (size_t)c->L * sizeof *ids;
    for (int t = 0; t < TIMES; t++) {
        draw_at(c, m, first, 0, 0, progress[t]);
        if (t == 0) memcpy(start, first, bytes);
        d->times = d->times || memcmp(first, start, bytes);
        for (int n = 1; n < c->in.N && !d->images; n++) {
            draw_at(c, m, ids, n, 0, progress[t]);
            d->images = memcmp(ids, first, bytes);
        }
        for (int e = 1; e <= EPOCHS && !d->epochs; e++) {
            draw_at(c, m, ids, 0, e, progress[t]);
            d->epochs = memcmp(ids, first, bytes);
        }
    }
}

static Status one_mask(const Case *c, Err *err)
{
    Differ d = { 0 };
    if (!mask_fixed(c->mask)) return STATUS_OK;
    compare(&d, c, c->mask);
    if (!d.images && !d.epochs && !d.times) return STATUS_OK;
    return err_set(err, STATUS_FAILED, "%d x %d patches: it says that it is fixed, and draws "
                   "other masks %s", c->rows, c->cols,
                   d.epochs ? "in other epochs" : d.images ? "in other images"
                                                           : "later in training");
}

/* --- each strategy alone ------------------------------------------------------ */

/* The strategies of a masking, with what was found of them on all grids. */
typedef struct {
    int    n;
    Differ found[BLEND_MOST];
    bool   looks[BLEND_MOST], fixed[BLEND_MOST];
    char   name[BLEND_MOST][80];
} Alone;

/* With its own selector, and all modifiers as they are by default. */
static Mask bare(const Mask *m)
{
    Mask    b = *m;
    Common  none = { .run = m->common.run, .tau = m->common.tau };
    none.select = (int)m->table[0].value;
    b.common = none;
    return b;
}

static void try_alone(Alone *a, const Case *c, const Mask *m)
{
    for (int i = 0; i < m->n; i++) try_alone(a, c, m->part[i]);
    if (m->n) return;
    CHECK(a->n < BLEND_MOST, "more than %d strategies in one", BLEND_MOST);
    Mask alone = bare(m);
    a->looks[a->n] = mask_needs(m) != 0, a->fixed[a->n] = mask_fixed(&alone);
    snprintf(a->name[a->n], sizeof *a->name, "%.60s", mask_spec(m));
    compare(&a->found[a->n++], c, &alone);
}

static Status judge(const Alone *a, Err *err)
{
    for (int i = 0; i < a->n; i++) {
        const Differ *d = &a->found[i];
        if (a->fixed[i] || (d->images && (d->epochs || a->looks[i]))) continue;
        return err_set(err, STATUS_FAILED, "%s: on no grid and at no time %s, and it does not "
                       "say that it is fixed", a->name[i],
                       d->images ? "has one epoch other masks than another"
                                 : "has one image another mask than another");
    }
    return STATUS_OK;
}

Status fixed_as_it_says(const Subject *s, Err *err)
{
    Alone  a = { 0 };
    Status bad = STATUS_OK;
    for (int g = 0; g < subject_grids(s) && !bad; g++) {
        Case c;
        if (case_open(&c, s, g, err)) return err->code;
        a.n = 0; /* the same ones on every grid */
        bad = one_mask(&c, err);
        if (!bad) try_alone(&a, &c, c.mask);
        case_close(&c);
    }
    return bad ? bad : judge(&a, err);
}
