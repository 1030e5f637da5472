#include "experiments/lint/laws.h"

#include "core/base/threads.h"
#include "experiments/lint/fixed.h"
#include "experiments/lint/guard.h"
#include "experiments/lint/meet.h"

#include <string.h>

enum { EPOCH = 2, FENCE = -77 };

static bool equal(const int *a, const int *b, int L)
{
    return !memcmp(a, b, (size_t)L * sizeof *a);
}

static Status on_each_grid(const Subject *s, Status (*holds)(Case *c, Err *err),
                           Err *err)
{
    Status bad = STATUS_OK;
    for (int g = 0; g < subject_grids(s) && !bad; g++) {
        Case c;
        if (case_open(&c, s, g, err)) return err->code;
        if ((bad = holds(&c, err))) err_in(err, "%d x %d patches", c.rows, c.cols);
        case_close(&c);
    }
    return bad;
}

/* --- opens ------------------------------------------------------------------ */

/* Open it again from its own text, into *again. */
static Status reopen(const Case *c, Mask **again, Err *err)
{
    Subject s = *c->subject;
    s.spec = mask_spec(c->mask);
    return subject_open(&s, again, c->rows, c->cols, err);
}

static Status says_what_it_is(Case *c, Err *err)
{
    Mask  *m;
    Status bad = STATUS_OK;
    if (reopen(c, &m, err)) return err->code;
    if (strcmp(mask_spec(m), mask_spec(c->mask)))
        bad = err_set(err, STATUS_FAILED, "its text is %s, which is read as %s",
                      mask_spec(c->mask), mask_spec(m));
    mask_close(m);
    return bad;
}

static Status opens(const Subject *s, Err *err)
{
    return on_each_grid(s, says_what_it_is, err);
}

/* --- bounds, scores --------------------------------------------------------- */

static Status draw_guarded(const Case *c, FenceEnd exact, bool judge, Err *err)
{
    static const float progress[] = { 0, 0.5F, 1 };
    int    ids[MASK_MAX_PATCHES];
    Guard  g;
    guard_open(&g, c->mask, exact);
    for (int i = 0; i < c->counts; i++)
        for (int n = 0; n < 2 && n < c->in.N; n++) {
            MaskView v = invented_view(&c->in, n);
            v.progress = progress[i % 3];
            if (i % 2) v.swept = NULL; /* as before the first sweep */
            subject_draw(c->subject, c->mask, ids, &v, EPOCH, c->images[n],
                         c->count[i]);
        }
    Status bad = guard_rest(&g, c->images[0], err);
    guard_close(&g);
    if (!judge) return STATUS_OK;
    return bad ? bad : guard_verdict(&g, err);
}

static Status stays_inside(Case *c, Err *err)
{
    Status bad = draw_guarded(c, FENCE_BEHIND, false, err);
    return bad ? bad : draw_guarded(c, FENCE_BEFORE, false, err);
}

static Status bounds(const Subject *s, Err *err)
{
    return on_each_grid(s, stays_inside, err);
}

static Status writes_all(Case *c, Err *err)
{
    return draw_guarded(c, FENCE_BEHIND, true, err);
}

static Status scores(const Subject *s, Err *err)
{
    return on_each_grid(s, writes_all, err);
}

/* --- count ------------------------------------------------------------------ */

static Status every_patch_once(const int *ids, int L, int K, int thrown, Err *err)
{
    uint8_t seen[MASK_MAX_PATCHES] = { 0 };
    for (int i = 0; i < L; i++) {
        if (ids[i] < 0 || ids[i] >= L || seen[ids[i]]++)
            return err_set(err, STATUS_FAILED, "%d visible: patch %d of %d %s", K, ids[i],
                           L, ids[i] < 0 || ids[i] >= L ? "is there" : "is there twice");
        if (i && i != K && i != L - thrown && ids[i - 1] >= ids[i])
            return err_set(err, STATUS_FAILED, "%d visible: patch %d before %d", K,
                           ids[i - 1], ids[i]);
    }
    if (ids[L] != FENCE)
        return err_set(err, STATUS_FAILED, "%d visible: %d patches instead of %d", K,
                       L + 1, L);
    return STATUS_OK;
}

static Status is_exact(Case *c, Err *err)
{
    int ids[MASK_MAX_PATCHES + 1];
    for (int i = 0; i < c->counts; i++)
        for (int n = 0; n < 2 && n < c->in.N; n++) {
            int K = c->count[i];
            ids[c->L] = FENCE;
            case_draw(c, ids, n, EPOCH, K);
            if (every_patch_once(ids, c->L, K, mask_thrown(c->mask, K), err)) return err->code;
        }
    return STATUS_OK;
}

static Status count(const Subject *s, Err *err) { return on_each_grid(s, is_exact, err); }

/* --- threads ---------------------------------------------------------------- */

/* A case, and masks of its images that were drawn one by one. */
typedef struct {
    const Case *c;
    int         K;
    int       (*alone)[MASK_MAX_PATCHES];
} Alone;

static bool as_alone(const void *of, int n)
{
    const Alone *a = of;
    int          ids[MASK_MAX_PATCHES];
    case_draw(a->c, ids, n, EPOCH, a->K);
    return equal(ids, a->alone[n], a->c->L);
}

static Status same_in_company(const Alone *a, Err *err)
{
    int     n;
    Subject silent = *a->c->subject;
    Case    c = *a->c;
    Alone   own = { &c, a->K, a->alone };
    Meeting two = { .same = as_alone, .of = &own, .N = c.in.N, .trace = silent.trace };
    c.subject = &silent, silent.trace = NULL; /* only one thread raises it */
    if (meet(&n, &two, err)) return err->code;
    return n < 0 ? STATUS_OK : err_set(err, STATUS_FAILED, "image %d has another mask when "
                                       "two threads draw at once", n);
}

/* Is this the mask of image n, in a batch from `first` on?  Its partner there may be
 * another than among them all. */
static bool as_in_batch(const Alone *a, const int *mask, int first, int n)
{
    const Case *c = a->c;
    int         ids[MASK_MAX_PATCHES], N = c->in.N;
    int         of = first + mask_partner(c->mask, n - first, N - first);
    if (of == mask_partner(c->mask, n, N)) return equal(mask, a->alone[n], c->L);
    case_draw_shown(c, ids, n, of, EPOCH, a->K);
    return equal(mask, ids, c->L);
}

static Status same_in_any_batch(const Alone *a, Err *err)
{
    static int  batch[CASE_IMAGES * MASK_MAX_PATCHES];
    const Case *c = a->c;
    int         images = c->in.N, before = threads_get();
    bool        same = true;
    for (int threads = 1; threads <= 4 && same; threads++) {
        int first = (threads - 1) % images; /* of the batch */
        if (images - first < mask_together(c->mask)) first = 0;
        if (images < mask_together(c->mask)) break; /* of recorded ones with it, too few */
        threads_set(threads);
        int rounds = c->rows == c->cols ? 3 : 1;
        for (int round = 0; round < rounds && same; round++) {
            MaskView v = invented_view(&c->in, first);
            mask_draw_batch(c->mask, batch, &v, SUBJECT_SEED, EPOCH, c->images + first,
                            images - first, a->K);
            for (int n = first; n < images && same; n++)
                if (!(same = as_in_batch(a, batch + (n - first) * c->L, first, n)))
                    err_set(err, STATUS_FAILED, "image %d has another mask in a batch of "
                            "%d on %d threads", n, images - first, threads);
            trace_beat(c->subject->trace, (unsigned)(images - first));
        }
    }
    threads_set(before);
    return same ? STATUS_OK : STATUS_FAILED;
}

static Status is_the_same_in_company(Case *c, Err *err)
{
    static int alone[CASE_IMAGES][MASK_MAX_PATCHES];
    Alone      a = { c, c->K, alone };
    for (int n = c->in.N; n--;) case_draw(c, alone[n], n, EPOCH, a.K);
    Status bad = same_in_company(&a, err);
    return bad ? bad : same_in_any_batch(&a, err);
}

static Status threads(const Subject *s, Err *err)
{
    return on_each_grid(s, is_the_same_in_company, err);
}

/* --- pure ------------------------------------------------------------------- */

/* Draw something else, and of something else, in between. */
static void disturb(const Case *c, const Mask *other, const Invented *of_other, int k)
{
    int      ids[MASK_MAX_PATCHES];
    MaskView v = invented_view(of_other, 0);
    bool     any = !c->subject->recorded;
    subject_draw(c->subject, other, ids, &v, (uint64_t)k, any ? 5 : c->images[0],
                 any ? 4 : c->K);
    case_draw(c, ids, (k + 1) % c->in.N, 77, any ? 1 + k % (c->L - 1) : c->K);
}

static Status same_again(Case *c, const Mask *other, const Invented *of_other, Err *err)
{
    static int first[CASE_KEYS][MASK_MAX_PATCHES], again[MASK_MAX_PATCHES];
    int        keys = case_keys(c);
    for (int k = 0; k < keys; k++) case_draw_key(c, first[k], k);
    for (int k = keys; k--;) {
        disturb(c, other, of_other, k);
        case_draw_key(c, again, k);
        if (!equal(first[k], again, c->L))
            return err_set(err, STATUS_FAILED, "image %d of epoch %d has another mask when "
                           "it is drawn again, after others", k % c->in.N, k / c->in.N);
    }
    Mask *own = c->mask;
    if (reopen(c, &c->mask, err)) return err->code;
    case_draw_key(c, again, 0);
    mask_close(c->mask);
    c->mask = own;
    if (!equal(first[0], again, c->L))
        return err_set(err, STATUS_FAILED, "opened again, it draws another mask");
    return STATUS_OK;
}

static Status has_no_past(Case *c, Err *err)
{
    Mask    *other;
    Invented of_other;
    bool     any = !c->subject->recorded;
    int      rows = any ? 3 : c->rows, cols = any ? 5 : c->cols;
    if (subject_open(c->subject, &other, rows, cols, err)) return err->code;
    invented_open(&of_other, mask_needs(other), rows, cols, c->images, 1);
    Status bad = same_again(c, other, &of_other, err);
    invented_close(&of_other);
    mask_close(other);
    return bad;
}

static Status pure(const Subject *s, Err *err) { return on_each_grid(s, has_no_past, err); }

const Law laws[LAWS] = {
    [LAW_OPENS] = { "opens", "on every grid, walks to every patch once, is what it says",
                    opens },
    [LAW_BOUNDS] = { "bounds", "writes and reads nothing but what it was given", bounds },
    [LAW_SCORES] = { "scores", "writes every score, and finite ones", scores },
    [LAW_COUNT] = { "count", "exactly K visible, every patch once, on every grid", count },
    [LAW_PURE] = { "pure", "one key, one mask: in any order, after any other", pure },
    [LAW_THREADS] = { "threads", "the same in any batch on any number of threads",
                      threads },
    [LAW_FIXED] = { "fixed", "if it says one mask, one; else others somewhere, some time",
                    fixed_as_it_says },
    [LAW_KNOWN] = { "known", "its figures are those known from elsewhere", NULL },
    [LAW_RETURNS] = { "returns", "no crash, loop, exit, flood of memory, other process",
                      NULL },
};
