#include "core/mask/blend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MILLION = 1000000 };

void parts_add(Parts *p, Mask *m, double share)
{
    CHECK(p->n < BLEND_MOST, "more than %d parts", BLEND_MOST);
    p->mask[p->n] = m;
    p->share[p->n++] = share;
}

void parts_close(Parts *p)
{
    for (int i = 0; i < p->n; i++) mask_close(p->mask[i]);
    p->n = 0;
}

/* --- one text for equal blends -------------------------------------------- */

static void add_unless_over(Parts *p, Mask *m, double until)
{
    if (p->n && !(until > p->share[p->n - 1])) mask_close(m);
    else parts_add(p, m, until);
}

/* A part of the same form is its parts. */
static void flatten(Parts *p, MaskForm form)
{
    Parts was = *p;
    p->n = 0;
    for (int i = 0; i < was.n; i++) {
        Mask *m = was.mask[i];
        bool  same = m->form == form;
        for (int k = 0; k < (same ? m->n : 1); k++) {
            Mask  *part = same ? m->part[k] : m;
            double share = was.share[i];
            if (same && form == FORM_MIXTURE) share *= m->share[k] / MILLION;
            if (same && form == FORM_SCHEDULE) share = fmin(share, m->share[k]);
            if (form == FORM_SCHEDULE) add_unless_over(p, part, share);
            else parts_add(p, part, share);
        }
        if (same) {
            m->n = 0; /* its parts have moved */
            mask_close(m);
        }
    }
}

static void sort(Parts *p)
{
    for (int i = 1; i < p->n; i++) {
        Mask  *m = p->mask[i];
        double share = p->share[i];
        int    k = i;
        for (; k && strcmp(mask_spec(p->mask[k - 1]), mask_spec(m)) > 0; k--)
            p->mask[k] = p->mask[k - 1], p->share[k] = p->share[k - 1];
        p->mask[k] = m, p->share[k] = share;
    }
}

static void join_equal(Parts *p, MaskForm form)
{
    Parts was = *p;
    p->n = 0;
    for (int i = 0; i < was.n; i++) {
        Mask *last = p->n ? p->mask[p->n - 1] : NULL;
        if (!last || strcmp(mask_spec(last), mask_spec(was.mask[i]))) {
            parts_add(p, was.mask[i], was.share[i]);
            continue;
        }
        double *share = &p->share[p->n - 1];
        *share = form == FORM_MIXTURE ? *share + was.share[i] : was.share[i];
        mask_close(was.mask[i]);
    }
}

/* Weights to millionths that sum to a million: rounded down, and what is left goes to
 * the largest remainders.  So weights read back from the text are the same again. */
static Status weigh(Parts *p, Err *err)
{
    double sum = 0, rest[BLEND_MOST];
    int    left = MILLION;
    for (int i = 0; i < p->n; i++) sum += p->share[i];
    for (int i = 0; i < p->n; i++) {
        double exact = p->share[i] / sum * MILLION;
        p->share[i] = floor(exact);
        rest[i] = exact - p->share[i];
        left -= (int)p->share[i];
    }
    for (; left > 0; left--) {
        int most = 0;
        for (int i = 1; i < p->n; i++)
            if (rest[i] > rest[most]) most = i;
        p->share[most]++;
        rest[most] = -1;
    }
    for (int i = 0; i < p->n; i++)
        if (p->share[i] < 1)
            return err_set(err, STATUS_CONFIG,
                           "the weight of %.100s is less than a millionth of all",
                           mask_spec(p->mask[i]));
    return STATUS_OK;
}

static void write_spec(Mask *m)
{
    char number[32];
    for (int i = 0; i < m->n; i++) {
        const char *sign = m->form == FORM_UNION ? " | " : " + ";
        if (i) text_add(&m->spec, "%s", m->form == FORM_SCHEDULE ? " then " : sign);
        if (m->form == FORM_MIXTURE) {
            text_from_double(number, m->share[i] / MILLION);
            text_add(&m->spec, "%s ", number);
        }
        text_add(&m->spec, m->part[i]->n ? "(%s)" : "%s", mask_spec(m->part[i]));
        if (m->form == FORM_SCHEDULE && i < m->n - 1) {
            text_from_double(number, m->share[i]);
            text_add(&m->spec, " until %s", number);
        }
    }
}

void blend_ratio(Mask *m, double from, double to)
{
    char a[32], b[32];
    Text was = m->spec;
    m->spec = (Text){ 0 };
    m->ratio[0] = from, m->ratio[1] = to;
    text_from_double(a, from);
    text_from_double(b, to);
    text_add(&m->spec, m->n ? "(%s) ratio %s..%s" : "%s ratio %s..%s", text_get(&was), a, b);
    text_free(&was);
}

/* --- open ------------------------------------------------------------------ */

/* The strategy that is asked for a blend's learner or sweep. */
static const Mask *learning(const Mask *m) { return m->learns ? learning(m->learns) : m; }
static const Mask *sweeping(const Mask *m) { return m->sweeps ? sweeping(m->sweeps) : m; }

static bool same_maker(const Mask *a, const Mask *b)
{
    return a->strategy.score == b->strategy.score && a->strategy.size == b->strategy.size &&
           !memcmp(a->self, b->self, a->strategy.size);
}

static Status two(const Mask *a, const Mask *b, const char *what, Err *err)
{
    return err_set(err, STATUS_CONFIG, "%.100s and %.100s %s, and there is one for all parts",
                   mask_spec(a), mask_spec(b), what);
}

/* What a view shows is made once, for all parts: those that look must want it made in
 * the same way. */
static Status agree(Mask *m, Err *err)
{
    const Mask *looks = NULL;
    for (int i = 0; i < m->n; i++) {
        const Mask *part = m->part[i];
        unsigned    needs = part->strategy.needs;
        MaskControl c = mask_control(part);
        int         control = c == MASK_SHUFFLED || c == MASK_UNTRAINED ? (int)c : 0;
        if (part->thrown || part->common.compat_count)
            return err_set(err, STATUS_CONFIG, "%.100s cannot be a part: all images must have "
                           "as many hidden patches", mask_spec(part));
        m->strategy.needs |= needs;
        if (needs & MASK_NEEDS_LEARNER) {
            if (m->learns && !same_maker(learning(m->learns), learning(part)))
                return two(m->learns, part, "each need a learner", err);
            m->learns = part;
        }
        if (needs & MASK_NEEDS_SWEEP) {
            if (m->sweeps && !same_maker(sweeping(m->sweeps), sweeping(part)))
                return two(m->sweeps, part, "each need a sweep", err);
            m->sweeps = part;
        }
        if (needs) {
            if (looks && m->common.control != control)
                return two(looks, part, "are shown different things", err);
            looks = part;
            m->common.control = control;
        }
    }
    return STATUS_OK;
}

static void *copy(const void *from, size_t n, size_t size)
{
    void *to = malloc(n * size);
    CHECK(to, "no memory for %zu parts of a mask", n);
    return memcpy(to, from, n * size);
}

Status blend_open(Mask **out, MaskForm form, Parts *p, Err *err)
{
    flatten(p, form);
    if (form != FORM_SCHEDULE) sort(p);
    join_equal(p, form);
    if (p->n == 1) return *out = p->mask[0], STATUS_OK;
    if (form == FORM_MIXTURE && weigh(p, err)) return parts_close(p), err->code;

    Mask *m = calloc(1, sizeof *m);
    CHECK(m, "no memory for a mask");
    m->form = form, m->n = p->n;
    m->rows = p->mask[0]->rows, m->cols = p->mask[0]->cols;
    m->part = copy(p->mask, (size_t)p->n, sizeof *m->part);
    m->share = copy(p->share, (size_t)p->n, sizeof *m->share);
    places_find(&m->places);
    write_spec(m);
    if (agree(m, err)) {
        mask_close(m);
        return err->code;
    }
    *out = m;
    return STATUS_OK;
}

void blend_close(Mask *m)
{
    for (int i = 0; i < m->n; i++) mask_close(m->part[i]);
    free(m->part);
    free(m->share);
}

bool blend_fixed(const Mask *m)
{
    bool fixed = m->form == FORM_UNION;
    for (int i = 0; i < m->n && fixed; i++) fixed = mask_fixed(m->part[i]);
    return fixed;
}

/* --- draw ------------------------------------------------------------------ */

int blend_awake(const Mask *m, double progress)
{
    int i = 0;
    while (i < m->n - 1 && !(progress < m->share[i])) i++;
    return i;
}

const Mask *blend_pick(const Mask *m, double progress, uint64_t seed, uint64_t epoch,
                       uint64_t image)
{
    Rng coin = rng_at(seed, STREAM_PART, epoch, image);
    while (m->form == FORM_MIXTURE || m->form == FORM_SCHEDULE) {
        int i = 0;
        if (m->form == FORM_MIXTURE)
            for (int u = (int)rng_below(&coin, MILLION); u >= (int)m->share[i]; i++)
                u -= (int)m->share[i];
        else
            i = blend_awake(m, progress);
        m = m->part[i];
    }
    return m;
}

/* The seed of part i: any odd number does, and part 0 keeps the seed. */
static uint64_t seed_of(uint64_t seed, int i)
{
    return seed + (uint64_t)i * 0x9e3779b97f4a7c15U;
}

/* What is over when all show a little too much is hidden at random; where masks are
 * fixed, always the same. */
static void hide_some(const Mask *m, uint8_t *visible, int shown, int K, uint64_t seed,
                      uint64_t epoch, uint64_t image)
{
    bool fixed = mask_fixed(m);
    Rng  rng = fixed ? rng_at(0, STREAM_PART, 0, 0)
                     : rng_at(seed_of(seed, m->n), STREAM_PART, epoch, image);
    for (int i = 0; shown > K; i++) {
        if (!visible[i]) continue;
        if ((int)rng_below(&rng, (uint32_t)shown) < K) K--;
        else visible[i] = 0;
        shown--;
    }
}

/* T patches are shown in all, several times those that parts agree on. */
void blend_unite(const Mask *m, uint8_t *visible, const MaskView *view, uint64_t seed,
                 uint64_t epoch, uint64_t image, int K)
{
    int ids[MASK_MAX_PATCHES], shown = 0;
    for (int T = K; shown < K; T += K - shown) {
        memset(visible, 0, (size_t)(m->rows * m->cols));
        shown = 0;
        for (int i = 0; i < m->n; i++) {
            int k = (T + i) / m->n < K ? (T + i) / m->n : K; /* sums to T over i */
            if (!k) continue;
            mask_draw(m->part[i], ids, view, seed_of(seed, i), epoch, image, k);
            for (int t = 0; t < k; t++) {
                shown += !visible[ids[t]];
                visible[ids[t]] = 1;
            }
        }
    }
    hide_some(m, visible, shown, K, seed, epoch, image);
}
