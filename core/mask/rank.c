#include "core/mask/rank.h"

#include "core/base/log.h"
#include "core/mask/mask.h"

#include <math.h>
#include <string.h>

static const uint32_t SIGN = 0x80000000U;

/* IEEE floats compare as integers once negative ones are turned round. */
static inline uint32_t key_of(float score)
{
    float    x = score + 0.0F; /* -0 + 0 is 0 */
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & SIGN ? ~bits : bits | SIGN;
}

static float score_of(uint32_t key)
{
    uint32_t bits = key & SIGN ? key ^ SIGN : ~key;
    float    x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

int rank_keys(uint32_t *key, const float *score, int L)
{
    const uint32_t infinite = 0x7f800000U;
    uint32_t       worst = 0;
    for (int i = 0; i < L; i++) {
        uint32_t bits, size;
        memcpy(&bits, &score[i], sizeof bits);
        size = bits & ~SIGN;
        worst = size > worst ? size : worst;
        key[i] = key_of(score[i]);
    }
    if (worst < infinite) return -1;
    for (int i = 0; i < L; i++)
        if (!(score[i] - score[i] == 0)) return i;
    return -1;
}

static int below(const uint32_t *key, int L, uint32_t cut)
{
    int n = 0;
    for (int i = 0; i < L; i++) n += key[i] < cut;
    return n;
}

/* Where the cut would be if scores were spread evenly from lo to hi.  Whatever
 * the keys, between lo and hi. */
static uint32_t even_guess(uint32_t lo, uint32_t hi, float share)
{
    float    from = score_of(lo), to = score_of(hi);
    uint32_t key = key_of(from + share * (to - from));
    return key <= lo ? lo + 1 : key >= hi ? hi - 1 : key;
}

/* A few guesses, then bisection on the key.  The loop over keys has no branch and
 * fills vector registers.  Of 196 random numbers 4 rounds find the cut, of normal
 * ones 6, where bisection alone takes 8 and 13; scores of few or far apart values
 * lose the guesses. */
bool rank_cut(uint32_t *cut, const uint32_t *key, int L, int K)
{
    enum { GUESSES = 4 };
    uint32_t lo = UINT32_MAX, hi = 0; /* below(lo) <= K <= below(hi) */
    int      under_lo = 0, under_hi = L;
    for (int i = 0; i < L; i++) {
        lo = key[i] < lo ? key[i] : lo;
        hi = key[i] > hi ? key[i] : hi;
    }
    for (int round = 0; hi - lo > 1; round++) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (round < GUESSES)
            mid = even_guess(lo, hi, ((float)(K - under_lo) + 0.5F) /
                                         (float)(under_hi - under_lo + 1));
        int n = below(key, L, mid);
        if (n == K) return *cut = mid, true;
        if (n < K) lo = mid, under_lo = n;
        else hi = mid, under_hi = n;
    }
    int n = below(key, L, hi);
    *cut = n > K ? lo : hi;
    return n == K;
}

void rank_first(uint8_t *visible, const uint32_t *key, int L, int K, Rng *rng)
{
    uint32_t cut;
    bool     exact = rank_cut(&cut, key, L, K);
    for (int i = 0; i < L; i++) visible[i] = key[i] < cut;
    if (exact) return;

    int order[MASK_MAX_PATCHES], left = K - below(key, L, cut);
    rng_shuffle(rng, order, L);
    for (int t = 0; left; t++)
        if (key[order[t]] == cut) visible[order[t]] = 1, left--;
}

/* Radix sort, a byte at a time from the lowest.  It is stable, so that equal
 * keys keep the order of the shuffle. */
void rank_sort(int *order, const uint32_t *key, int L, Rng *rng)
{
    int other[MASK_MAX_PATCHES], *from = order, *to = other;
    rng_shuffle(rng, order, L);
    for (int shift = 0; shift < 32; shift += 8) {
        int count[256] = { 0 }, next = 0;
        for (int i = 0; i < L; i++) count[key[i] >> shift & 255]++;
        for (int b = 0; b < 256; b++) {
            int n = count[b];
            count[b] = next;
            next += n;
        }
        for (int i = 0; i < L; i++) to[count[key[from[i]] >> shift & 255]++] = from[i];
        int *was = from;
        from = to;
        to = was;
    }
}

int rank_count(double share, int n)
{
    const double hair = 1e-9;
    double       count = floor(share * n + hair);
    return count > 0 ? count < n ? (int)count : n : 0;
}

/* Drawn without replacement, see rng_gumbels(). */
static void reveal_by_score(float *score, const int *pool, int among, int n, float lowest,
                            Rng *rng)
{
    float    odds[MASK_MAX_PATCHES];
    uint32_t key[MASK_MAX_PATCHES];
    int      order[MASK_MAX_PATCHES];
    rng_gumbels(rng, odds, (size_t)among);
    for (int t = 0; t < among; t++) odds[t] += log_of(fmaxf(score[pool[t]], 1e-3F));
    rank_keys(key, odds, among);
    rank_sort(order, key, among, rng);
    for (int t = among - 1; t >= 0 && n > 0; t--, n--) score[pool[order[t]]] = lowest;
}

void rank_reveal(float *score, int L, int among, int n, int most, bool by_score, Rng *rng)
{
    uint32_t key[MASK_MAX_PATCHES];
    int      order[MASK_MAX_PATCHES];
    rank_keys(key, score, L);
    rank_sort(order, key, L, rng);
    float lowest = score[order[0]] - 1;
    if (n > most) n = most;
    if (by_score && among > 0) {
        reveal_by_score(score, order + L - among, among, n, lowest, rng);
        return;
    }
    for (int left = among; left > 0 && n > 0; left--) {
        if ((int)rng_below(rng, (uint32_t)left) >= n) continue;
        score[order[L - left]] = lowest;
        n--;
    }
}
