#include "core/mask/draw.h"

#include "core/mask/blend.h"
#include "core/mask/modify.h"
#include "core/mask/opened.h"
#include "core/mask/rank.h"
#include "core/mask/select.h"

#include <math.h>
#include <string.h>

/* How much of the mask is chance from `start` on: a cosine from 1 down to 0. */
static double randomness(const Common *c, double progress)
{
    double since = progress - c->start;
    return since < c->anneal ? 0.5 + 0.5 * cos(3.14159265358979324 * since / c->anneal)
                             : 0;
}

static void add_jitter(float *score, int L, double jitter, Rng *rng)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < L; i++) sum += score[i];
    for (int i = 0; i < L; i++) squares += (score[i] - sum / L) * (score[i] - sum / L);
    float noise = (float)(jitter * sqrt(squares / L));
    for (int i = 0; i < L; i++) score[i] += noise * rng_normal(rng);
}

/* With the largest hidden this draws without replacement with odds
 * exp(score / tau). */
static void add_gumbel(float *score, int L, double tau, Rng *rng)
{
    float noise[MASK_MAX_PATCHES];
    rng_gumbels(rng, noise, (size_t)L);
    for (int i = 0; i < L; i++) score[i] = score[i] / (float)tau + noise[i];
}

static void find_scores(const Mask *m, float *score, const MaskView *v, Rng *own,
                        Rng *chance)
{
    int L = m->rows * m->cols;
    if (m->order)
        for (int t = 0; t < L; t++) score[m->order[t]] = ((float)t + 0.5F) / (float)L;
    else
        m->strategy.score(m->self, score, v, own);
    if (m->common.control == MASK_INVERTED)
        for (int i = 0; i < L; i++) score[i] = -score[i];
    if (m->common.jitter > 0) add_jitter(score, L, m->common.jitter, chance);
    if (m->common.select == MASK_GUMBEL) add_gumbel(score, L, m->common.tau, chance);
}

/* Mark K patches with 1 and the others with 0.  Where the selector shows
 * other patches than the first K, the place in the ranking says nothing about how
 * nearly a visible patch was hidden, and a modifier takes any. */
static void rank_and_select(const Mask *m, uint8_t *visible, int K, const MaskView *v,
                            Rng *own, Rng *chance)
{
    const Common *c = &m->common;
    const int    *ranking = m->order;
    int           L = m->rows * m->cols, sorted[MASK_MAX_PATCHES];
    double        random = randomness(c, v->progress);
    bool          first_K = c->select == MASK_TOPK || c->select == MASK_PREFIX ||
                            c->select == MASK_GUMBEL;

    if (!m->order || c->jitter > 0 || c->select == MASK_GUMBEL ||
        c->control == MASK_INVERTED) {
        float    score[MASK_MAX_PATCHES];
        uint32_t key[MASK_MAX_PATCHES];
        find_scores(m, score, v, own, chance);
        int bad = rank_keys(key, score, L);
        CHECK(bad < 0, "%s: score %g at patch %d", mask_spec(m), (double)score[bad], bad);

        if (first_K && random == 0 && c->hints == 0) {
            rank_first(visible, key, L, K, chance);
            return;
        }
        rank_sort(sorted, key, L, chance);
        ranking = sorted;
    }
    select_visible(visible, ranking, L, K, (MaskSelect)c->select, c->run, chance);
    if (!first_K && (random > 0 || c->hints > 0)) {
        rng_shuffle(chance, sorted, L);
        ranking = sorted;
    }
    if (random > 0) modify_anneal(visible, ranking, L, K, random, chance);
    if (c->hints > 0)
        modify_hints(visible, ranking, L, K, c->hints, c->swap == MASK_SWAP_ANY,
                     chance);
}

/* The masks of the strategy `random`, bit for bit: runs that differ in what comes
 * after `start` share what comes before it. */
static void hide_at_random(uint8_t *visible, int L, int K, Rng *own, Rng *chance)
{
    float    score[MASK_MAX_PATCHES];
    uint32_t key[MASK_MAX_PATCHES];
    rng_units(own, score, (size_t)L);
    rank_keys(key, score, L);
    rank_first(visible, key, L, K, chance);
}

static void check_needs(const Mask *m, const MaskView *v)
{
    unsigned needs = mask_needs(m);
    CHECK(!(needs & MASK_NEEDS_ATTENTION) || (v->attention && v->heads > 0),
          "%s needs attention", mask_spec(m));
    CHECK(!(needs & MASK_NEEDS_PIXELS) || (v->pixels && v->values > 0), "%s needs pixels",
          mask_spec(m));
    CHECK(!(needs & MASK_NEEDS_CLASS_ATTENTION) || (v->class_attention && v->heads > 0),
          "%s needs the class token's attention", mask_spec(m));
    CHECK(!(needs & MASK_NEEDS_LOSSES) || v->losses, "%s needs losses", mask_spec(m));
    CHECK(!(needs & MASK_NEEDS_LEARNER) || v->learned, "%s needs a learner", mask_spec(m));
}

/* Then masks are those of `random`. */
static bool sees_nothing_yet(const Mask *m, const MaskView *v)
{
    return v->progress < m->common.start || m->common.control == MASK_IGNORED ||
           ((mask_needs(m) & MASK_NEEDS_SWEEP) && !v->swept);
}

/* Mark the K patches that a strategy's mask shows first. */
static void mark(const Mask *m, uint8_t *visible, int K, const MaskView *v, uint64_t seed,
                 uint64_t epoch, uint64_t image)
{
    int L = m->rows * m->cols;
    Rng own = rng_at(seed, STREAM_MASK, epoch, image);
    Rng chance = rng_at(seed, STREAM_SELECT, epoch, image);
    if (sees_nothing_yet(m, v)) {
        hide_at_random(visible, L, K, &own, &chance);
        return;
    }
    rank_and_select(m, visible, K, v, &own, &chance);
    if (m->common.sym || m->common.phase)
        modify_place(visible, m->rows, m->cols, m->common.sym, m->common.phase, &chance);
}

/* Bring those of ids [n] that are marked behind the others; both stay ascending. */
static void put_last(int *ids, int n, const uint8_t *marked)
{
    int last[MASK_MAX_PATCHES], first = 0, behind = 0;
    for (int i = 0; i < n; i++)
        if (marked[ids[i]]) last[behind++] = ids[i];
        else ids[first++] = ids[i];
    memcpy(ids + first, last, (size_t)behind * sizeof *ids);
}

void mask_draw(const Mask *m, int *ids, const MaskView *view, uint64_t seed,
               uint64_t epoch, uint64_t image, int K)
{
    int L = m->rows * m->cols;
    CHECK(0 < K && K < L, "%s: %d of %d patches visible", mask_spec(m), K, L);
    check_needs(m, view);
    if (m->form != FORM_STRATEGY)
        m = blend_pick(m, view->progress, seed, epoch, image);

    MaskView v = *view;
    v.rows = m->rows, v.cols = m->cols, v.K = K;
    uint8_t visible[MASK_MAX_PATCHES];
    if (m->form == FORM_UNION) blend_unite(m, visible, view, seed, epoch, image, K);
    else mark(m, visible, K, &v, seed, epoch, image);
    ids_write(ids, visible, L, K, &m->places);

    int thrown = mask_thrown(m, K);
    if (!thrown) return;
    mark(m, visible, K + thrown, &v, seed, epoch, image);
    put_last(ids + K, L - K, visible);
}

/* x [N, ...] of image n, where there is one */
static const float *of_image(const float *x, size_t each, int n)
{
    return x ? x + (size_t)n * each : NULL;
}

void mask_draw_batch(const Mask *m, int *ids, const MaskView *view, uint64_t seed,
                     uint64_t epoch, const uint64_t *images, int N, int K)
{
    size_t L = (size_t)(m->rows * m->cols), H = (size_t)view->heads;
    CHECK(N >= mask_together(m), "%s: a batch of %d, and each image is shown another's view",
          mask_spec(m), N);
#pragma omp parallel for schedule(static)
    for (int n = 0; n < N; n++) {
        MaskView v = *view;
        int      of = mask_partner(m, n, N);
        v.attention = of_image(v.attention, H * L * L, of);
        v.pixels = of_image(v.pixels, L * (size_t)v.values, of);
        v.class_attention = of_image(v.class_attention, H * L, of);
        v.swept = of_image(v.swept, L, of);
        v.losses = of_image(v.losses, L, of);
        v.learned = of_image(v.learned, L, of);
        mask_draw(m, ids + (size_t)n * L, &v, seed, epoch, images[n], K);
    }
}
