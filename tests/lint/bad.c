#define _POSIX_C_SOURCE 200809L /* kill, nanosleep, raise */
#include "tests/lint/bad.h"

#include "core/base/threads.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SCORE(name) \
    static void name(const void *self, float *out, const MaskView *v, Rng *rng)
#define UNUSED ((void)self, (void)out, (void)v, (void)rng)

static size_t length(const MaskView *v) { return (size_t)(v->rows * v->cols); }

SCORE(good) { UNUSED, rng_units(rng, out, length(v)); }

/* --- what it writes --------------------------------------------------------- */

SCORE(nan_sometimes)
{
    good(self, out, v, rng);
    if (rng_below(rng, 20) == 0) out[length(v) / 2] = NAN;
}
SCORE(infinite) { good(self, out, v, rng), out[0] = INFINITY; }
SCORE(misses_one) { UNUSED, rng_units(rng, out, length(v) - 1); }
SCORE(one_too_many) { UNUSED, rng_units(rng, out, length(v) + 1); }
SCORE(one_before) { good(self, out, v, rng), out[-1] = 0; }
SCORE(writes_pixels)
{
    good(self, out, v, rng);
    ((float *)(uintptr_t)v->pixels)[0] = 1;
}
SCORE(reads_beyond_pixels)
{
    good(self, out, v, rng);
    out[0] += v->pixels[length(v) * (size_t)v->values];
}
SCORE(writes_view)
{
    good(self, out, v, rng);
    ((MaskView *)(uintptr_t)v)->progress = 1;
}

/* --- what it remembers ------------------------------------------------------ */

static unsigned calls;
SCORE(counts_calls) { UNUSED, calls++; good(self, out, v, rng), out[calls % length(v)] = 2; }

static Rng own_rng;
SCORE(static_rng) { UNUSED, good(self, out, v, &own_rng); }

SCORE(remembers_thread)
{
    static _Thread_local float last;
    good(self, out, v, rng);
    float next = out[0];
    out[0] = last, last = next;
}
SCORE(asks_the_clock)
{
    good(self, out, v, rng);
    out[(size_t)(clock_s() * 1e6) % length(v)] = 2;
}

/* Right on one thread only. */
static float shared[MASK_MAX_PATCHES];
SCORE(static_scratch)
{
    rng_units(rng, shared, length(v));
    for (int k = 0; k < 300; k++)
        for (size_t i = 0; i < length(v); i++)
            *(volatile float *)&shared[i] = shared[i] * 0.999F;
    memcpy(out, shared, length(v) * sizeof *out);
    (void)self;
}

SCORE(static_copy)
{
    rng_units(rng, shared, length(v));
    memcpy(out, shared, length(v) * sizeof *out);
    (void)self;
}
SCORE(locked)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    static_scratch(self, out, v, rng);
    pthread_mutex_unlock(&lock);
}

typedef struct { int times; } Own;
SCORE(writes_own)
{
    ((Own *)(uintptr_t)self)->times++;
    good(self, out, v, rng);
}
static const MaskParam own_params[] = {
    MASK_INTEGER(Own, times, 0, 0, 9, "that should stay what it is"), { 0 }
};

/* --- what it says ----------------------------------------------------------- */

SCORE(ignores_rng)
{
    UNUSED;
    for (size_t i = 0; i < length(v); i++) out[i] = sinf((float)i);
}
SCORE(turns_round)
{
    UNUSED;
    for (size_t i = 0; i < length(v); i++) out[i] = v->progress < 0.6F ? (float)i : -(float)i;
}
static bool yes(const void *self) { return (void)self, true; }

/* --- walks ------------------------------------------------------------------ */

static void twice(const void *self, int *out, int rows, int cols)
{
    (void)self;
    for (int i = 0; i < rows * cols; i++) out[i] = i;
    if (rows > 1) out[3] = 7;
}
static void too_long(const void *self, int *out, int rows, int cols)
{
    (void)self;
    for (int i = 0; i <= rows * cols; i++) out[i] = i;
}

/* --- what it does to the process -------------------------------------------- */

static volatile int zero;
SCORE(crashes) { UNUSED, *(volatile int *)(uintptr_t)(zero + 4096) = 1; }
SCORE(loops) { UNUSED; while (!zero) continue; }
SCORE(exits) { UNUSED, exit(0); }
SCORE(leaves) { UNUSED, _exit(0); }
SCORE(aborts) { UNUSED, abort(); }
SCORE(killed) { UNUSED, raise(SIGKILL); }
SCORE(floods)
{
    UNUSED;
#ifdef __SANITIZE_ADDRESS__ /* which cannot live with a limit */
    abort();
#endif
    for (;;) memset(malloc(1 << 26), 1, 1 << 26);
}

SCORE(leaks)
{
    good(self, out, v, rng);
#ifdef __SANITIZE_ADDRESS__
    abort();
#endif
    static char *volatile more;
    more = malloc(1 << 22);
    more[0] = 1; /* until there is none */
}
SCORE(kills_parent) { good(self, out, v, rng), kill(getppid(), SIGKILL); }
SCORE(doubles)
{
    static bool done;
    good(self, out, v, rng);
    if (!done) done = true, done = fork() >= 0;
}
/* As where the processor is taken. */
SCORE(doubles_late)
{
    static bool done;
    good(self, out, v, rng);
    if (done) return;
    done = true;
    if (fork() == 0) nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
}
SCORE(leaves_one)
{
    static bool done;
    good(self, out, v, rng);
    if (done) return;
    done = true;
    if (fork() == 0) pause();
}
SCORE(sleeps) { UNUSED, pause(); }
SCORE(slow)
{
    good(self, out, v, rng);
    nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
}

static bool always(const void *self, int epoch, int epochs)
{
    return (void)self, (void)epoch, (void)epochs, true;
}
static void sweep_nan(const void *self, float *out, const MaskSweep *s)
{
    (void)self;
    for (int i = 0; i < s->rows * s->cols; i++) out[i] = NAN;
}

#define IS(...) { .abi = MASK_ABI, .bytes = sizeof(MaskStrategy), __VA_ARGS__ }

const Bad bad_strategies[BAD_STRATEGIES] = {
    { "good", LAWS, "", IS(.score = good) },
    { "nan", LAW_SCORES, "nan at patch", IS(.score = nan_sometimes) },
    { "infinite", LAW_SCORES, "inf at patch 0", IS(.score = infinite) },
    { "misses_one", LAW_SCORES, "no score is written for patch", IS(.score = misses_one) },
    { "one_too_many", LAW_BOUNDS, "0 bytes behind the end of the scores",
      IS(.score = one_too_many) },
    { "one_before", LAW_BOUNDS, "4 bytes before the scores", IS(.score = one_before) },
    { "writes_pixels", LAW_BOUNDS, "writes into what it may look at",
      IS(.score = writes_pixels, .needs = MASK_NEEDS_PIXELS) },
    { "reads_beyond", LAW_BOUNDS, "behind the end of what it may look at",
      IS(.score = reads_beyond_pixels, .needs = MASK_NEEDS_PIXELS) },
    { "writes_view", LAW_BOUNDS, "writes into the view", IS(.score = writes_view) },
    { "writes_own", LAW_BOUNDS, "writes into its own parameters",
      IS(.score = writes_own, .size = sizeof(Own), .params = own_params) },
    { "counts_calls", LAW_PURE, "another mask", IS(.score = counts_calls) },
    { "static_rng", LAW_PURE, "another mask", IS(.score = static_rng) },
    { "remembers", LAW_PURE, "another mask", IS(.score = remembers_thread) },
    { "asks_the_clock", LAW_PURE, "another mask", IS(.score = asks_the_clock) },
    { "static_scratch", LAW_THREADS, "threads", IS(.score = static_scratch) },
    { "static_copy", LAW_THREADS, "threads", IS(.score = static_copy) },
    { "locked", LAWS, "", IS(.score = locked) },
    { "ignores_rng", LAW_FIXED, "has one image another mask", IS(.score = ignores_rng) },
    { "says_fixed", LAW_FIXED, "says that it is fixed", IS(.score = good, .fixed = yes) },
    { "turns_round", LAW_FIXED, "other masks later in training",
      IS(.score = turns_round, .fixed = yes) },
    { "walks_twice", LAW_OPENS, "step 7 of its order is patch 7", IS(.order = twice) },
#ifdef __SANITIZE_ADDRESS__ /* which sees it first, when the mask is opened */
    { "walks_on", LAW_RETURNS, "ends the process", IS(.order = too_long) },
#else
    { "walks_on", LAW_BOUNDS, "behind the end of the walk", IS(.order = too_long) },
#endif
    { "crashes", LAW_RETURNS, "SEGV", IS(.score = crashes) },
    { "loops", LAW_RETURNS, "endless loop", IS(.score = loops) },
    { "exits", LAW_RETURNS, "exit()", IS(.score = exits) },
    { "leaves", LAW_RETURNS, "ends the process", IS(.score = leaves) },
    { "aborts", LAW_RETURNS, "ABRT", IS(.score = aborts) },
    { "killed", LAW_RETURNS, "KILL", IS(.score = killed) },
#ifdef __SANITIZE_ADDRESS__
    { "floods", LAW_RETURNS, "killed", IS(.score = floods) },
    { "leaks", LAW_RETURNS, "killed", IS(.score = leaks) },
#else
    { "floods", LAW_RETURNS, "more memory", IS(.score = floods) },
    { "leaks", LAW_RETURNS, "more memory", IS(.score = leaks) },
#endif
    { "kills_parent", LAW_RETURNS, "kills the process that has started it",
      IS(.score = kills_parent) },
    { "doubles", LAW_RETURNS, "a copy of the process", IS(.score = doubles) },
    { "doubles_late", LAW_RETURNS, "a copy of the process", IS(.score = doubles_late) },
    { "leaves_one", LAW_RETURNS, "leaves 1 behind", IS(.score = leaves_one) },
    { "sleeps", LAW_RETURNS, "asleep", IS(.score = sleeps) },
    { "slow", LAW_RETURNS, "too slow: ", IS(.score = slow) },
    { "sweeps_nan", LAW_SCORES, "swept score nan",
      IS(.score = good, .sweep_due = always, .sweep = sweep_nan, .needs = MASK_NEEDS_SWEEP) },
};

Status bad_open(Mask **m, const char *spec, int rows, int cols, Err *err)
{
    size_t n = strcspn(spec, ":");
    own_rng = calls ? own_rng : rng_at(1, STREAM_TEST, 0, 0);
    for (int i = 0; i < BAD_STRATEGIES; i++) {
        const Bad *b = &bad_strategies[i];
        if (strlen(b->name) == n && !strncmp(b->name, spec, n))
            return mask_open(m, b->name, &b->is, spec[n] ? spec + n + 1 : NULL, rows, cols,
                             err);
    }
    return err_set(err, STATUS_CONFIG, "no strategy %s", spec);
}
