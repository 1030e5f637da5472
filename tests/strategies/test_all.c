/* Laws of every strategy, whatever it is: those there are and those to come. */
#include "core/base/threads.h"
#include "tests/strategies/cases.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

enum { N = 11, SEED = 3, EPOCH = 2, MODS = 13, FENCE = -77 };

/* Selectors and modifiers, each with everything; sma takes no sym and phase. */
static const char *const mods[MODS] = { "",
                                        ":select=topk",
                                        ":select=prefix",
                                        ":select=window",
                                        ":select=stride",
                                        ":select=strata",
                                        ":select=runs,run=3",
                                        ":select=gumbel,tau=0.5",
                                        ":jitter=0.3",
                                        ":hints=0.2",
                                        ":anneal=0.9",
                                        ":start=0.7",
                                        ":select=window,hints=0.3,anneal=1,jitter=0.1" };

typedef struct {
    Mask       *mask;
    Invented    in;
    const char *name;
    int         rows, cols, L;
    uint64_t    images[N];
} Case;

static Case case_open(int strategy, int grid, const char *mod)
{
    Case c = { .name = strategies[strategy].name,
               .rows = grids[grid][0],
               .cols = grids[grid][1] };
    char spec[128];
    snprintf(spec, sizeof spec, "%s%s", c.name, mod);
    c.L = c.rows * c.cols;
    c.mask = must_open(spec, c.rows, c.cols);
    for (int n = 0; n < N; n++) c.images[n] = (uint64_t)n * n * 1000003;
    invented_open(&c.in, mask_needs(c.mask), c.rows, c.cols, c.images, N);
    return c;
}

static void case_close(Case *c)
{
    mask_close(c->mask);
    invented_close(&c->in);
}

static void draw(const Case *c, int *ids, int n, uint64_t seed, uint64_t epoch, int K)
{
    MaskView v = invented_view(&c->in, n);
    mask_draw(c->mask, ids, &v, seed, epoch, c->images[n], K);
}

/* Criterion hands parameters to a fresh process: an index, no pointers. */
static struct criterion_test_params all_strategies(void)
{
    static int index[64];
    int        n = strategy_count();
    for (int i = 0; i < n; i++) index[i] = i;
    return cr_make_param_array(int, index, (size_t)n);
}

static void expect_exact(const Case *c, int n, int K)
{
    int ids[MOST_L + 1], seen[MOST_L] = { 0 };
    ids[c->L] = FENCE;
    draw(c, ids, n, SEED, EPOCH, K);
    for (int i = 0; i < c->L; i++) {
        cr_assert(ids[i] >= 0 && ids[i] < c->L, "%s %dx%d K %d: patch %d",
                  mask_spec(c->mask), c->rows, c->cols, K, ids[i]);
        seen[ids[i]]++;
        cr_expect(i == 0 || i == K || ids[i - 1] < ids[i], "%s %dx%d K %d: %d before %d",
                  mask_spec(c->mask), c->rows, c->cols, K, ids[i - 1], ids[i]);
    }
    for (int i = 0; i < c->L; i++)
        cr_expect(seen[i] == 1, "%s %dx%d K %d: patch %d is there %d times",
                  mask_spec(c->mask), c->rows, c->cols, K, i, seen[i]);
    cr_expect(ids[c->L] == FENCE, "%s writes behind the end", mask_spec(c->mask));
}

ParameterizedTestParameters(strategies, has_a_family_and_a_source)
{
    return all_strategies();
}
ParameterizedTest(int *s, strategies, has_a_family_and_a_source)
{
    const StrategyEntry *e = &strategies[*s];
    cr_expect_str_neq(strategy_family(e), "others", "%s", e->name);
    cr_expect(e->strategy->source && *e->strategy->source, "%s", e->name);
    cr_expect(!strchr(e->name, '_'), "%s is spelled with hyphens", e->name);
}

ParameterizedTestParameters(strategies, every_patch_once) { return all_strategies(); }
ParameterizedTest(int *s, strategies, every_patch_once)
{
    for (int g = 0; g < GRIDS; g++)
        for (int k = 0; k < MODS; k++) {
            Case c = case_open(*s, g, mods[k]);
            int  K[COUNTS];
            counts(K, c.L);
            for (int i = 0; i < COUNTS; i++)
                for (int n = 0; n < 2; n++) expect_exact(&c, n, K[i]);
            case_close(&c);
        }
}

ParameterizedTestParameters(strategies, same_in_any_batch_on_any_threads)
{
    return all_strategies();
}
ParameterizedTest(int *s, strategies, same_in_any_batch_on_any_threads)
{
    static int alone[N][MOST_L], batch[N * MOST_L];
    for (int g = 0; g < GRIDS; g++)
        for (int k = 0; k < MODS; k += 4) {
            Case c = case_open(*s, g, mods[k]);
            int  K = mask_visible(c.L, 0.75);
            for (int n = N; n--;) draw(&c, alone[n], n, SEED, EPOCH, K);
            for (int threads = 1; threads <= 4; threads++) {
                int first = threads - 1; /* of the batch */
                threads_set(threads);
                MaskView v = invented_view(&c.in, first);
                mask_draw_batch(c.mask, batch, &v, SEED, EPOCH, c.images + first,
                                N - first, K);
                for (int n = first; n < N; n++)
                    cr_expect(!memcmp(batch + (n - first) * c.L, alone[n],
                                      (size_t)c.L * sizeof(int)),
                              "%s %dx%d: image %d on %d threads", mask_spec(c.mask),
                              c.rows, c.cols, n, threads);
            }
            case_close(&c);
        }
}

/* How many of 8 masks differ from the first when one part of the key changes. */
static int others(const Case *c, int n, int seed_step, int epoch_step, int K)
{
    int first[MOST_L], ids[MOST_L], differ = 0;
    draw(c, first, n, SEED, EPOCH, K);
    for (int i = 1; i <= 8; i++) {
        draw(c, ids, n, (uint64_t)(SEED + i * seed_step),
             (uint64_t)(EPOCH + i * epoch_step), K);
        differ += memcmp(ids, first, (size_t)c->L * sizeof *ids) != 0;
    }
    return differ;
}

ParameterizedTestParameters(strategies, fixed_or_new_in_every_epoch)
{
    return all_strategies();
}
ParameterizedTest(int *s, strategies, fixed_or_new_in_every_epoch)
{
    for (int g = 0; g < GRIDS; g++)
        for (int k = 0; k < MODS; k++) {
            Case c = case_open(*s, g, mods[k]);
            int  K = mask_visible(c.L, 0.75);
            bool fixed = mask_fixed(c.mask);
            cr_expect(fixed ? !others(&c, 0, 0, 1, K) : others(&c, 0, 0, 1, K) > 0,
                      "%s %dx%d says fixed: %d; epochs", mask_spec(c.mask), c.rows,
                      c.cols, fixed);
            cr_expect(fixed ? !others(&c, 0, 1, 0, K) : others(&c, 0, 1, 0, K) > 0,
                      "%s %dx%d says fixed: %d; seeds", mask_spec(c.mask), c.rows, c.cols,
                      fixed);
            cr_expect(!others(&c, 0, 0, 0, K), "%s %dx%d: one key, two masks",
                      mask_spec(c.mask), c.rows, c.cols);
            case_close(&c);
        }
}

ParameterizedTestParameters(strategies, nothing_is_remembered)
{
    return all_strategies();
}
ParameterizedTest(int *s, strategies, nothing_is_remembered)
{
    int  before[MOST_L], after[MOST_L], between[MOST_L];
    Case c = case_open(*s, 3, "");
    draw(&c, before, 0, SEED, EPOCH, 49);
    for (int n = 1; n < N; n++) draw(&c, between, n, SEED + 1, EPOCH, 30);
    Case other = case_open(*s, 4, ":jitter=1"), again = case_open(*s, 3, "");
    draw(&other, between, 0, SEED, EPOCH, 49);
    draw(&c, after, 0, SEED, EPOCH, 49);
    cr_expect(!memcmp(before, after, (size_t)c.L * sizeof *after), "%s has a past",
              c.name);
    draw(&again, after, 0, SEED, EPOCH, 49);
    cr_expect(!memcmp(before, after, (size_t)c.L * sizeof *after), "%s: two of one kind",
              c.name);
    case_close(&c), case_close(&other), case_close(&again);
}

ParameterizedTestParameters(strategies, every_patch_sometimes)
{
    return all_strategies();
}
ParameterizedTest(int *s, strategies, every_patch_sometimes)
{
    enum { DRAWS = 1500, K = 49 };
    Case c = case_open(*s, 3, "");
    int  shown[MOST_L] = { 0 }, ids[MOST_L];
    for (int e = 0; e < DRAWS; e++) {
        draw(&c, ids, e % N, SEED, (uint64_t)e, K);
        for (int t = 0; t < K; t++) shown[ids[t]]++;
    }
    for (int i = 0; i < c.L; i++)
        cr_expect(mask_fixed(c.mask) || (shown[i] > 0 && shown[i] < DRAWS),
                  "%s: patch %d visible in %d of %d masks", c.name, i, shown[i], DRAWS);
    case_close(&c);
}

ParameterizedTestParameters(strategies, its_text_is_its_identity)
{
    return all_strategies();
}
ParameterizedTest(int *s, strategies, its_text_is_its_identity)
{
    int a[MOST_L], b[MOST_L];
    for (int k = 0; k < MODS; k++) {
        Case  c = case_open(*s, 3, mods[k]);
        Mask *again = must_open(mask_spec(c.mask), c.rows, c.cols);
        cr_expect_str_eq(mask_spec(again), mask_spec(c.mask));
        MaskView v = invented_view(&c.in, 0);
        mask_draw(again, b, &v, SEED, EPOCH, c.images[0], 49);
        draw(&c, a, 0, SEED, EPOCH, 49);
        cr_expect(!memcmp(a, b, (size_t)c.L * sizeof *a), "%s", mask_spec(again));
        mask_close(again);
        case_close(&c);
    }
}

ParameterizedTestParameters(strategies, random_before_its_start)
{
    return all_strategies();
}
ParameterizedTest(int *s, strategies, random_before_its_start)
{
    int   ids[MOST_L], plain[MOST_L];
    Case  c = case_open(*s, 3, ":start=0.7");
    Mask *r = must_open("random", c.rows, c.cols);
    draw(&c, ids, 1, SEED, EPOCH, 49);
    mask_draw(r, plain, &(MaskView){ 0 }, SEED, EPOCH, c.images[1], 49);
    cr_expect(!memcmp(ids, plain, (size_t)c.L * sizeof *ids), "%s", mask_spec(c.mask));
    mask_close(r);
    case_close(&c);
}
