/* Every fuzz target over its seeds: whole, cut short, and with some bytes changed. */
#define _POSIX_C_SOURCE 200809L /* scandir */
#include "core/base/file.h"
#include "core/base/rng.h"
#include "tests/fuzz/fuzz.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name;
    int (*run)(const uint8_t *bytes, size_t n);
} Target;

#define ROW(name) { #name, fuzz_##name },
static const Target targets[] = { FUZZ_TARGETS(ROW) };
enum { N_TARGETS = sizeof targets / sizeof *targets };

enum { CUTS = 24, CHANGES = 40 };

/* In memory of exactly that size, so that the sanitizer sees a step beyond. */
static void run_first(const Target *t, const char *bytes, size_t n, Rng *rng, int changes)
{
    uint8_t *exact = malloc(n ? n : 1);
    memcpy(exact, bytes, n);
    for (int i = 0; i < changes && n; i++)
        exact[rng_below(rng, (uint32_t)n)] = (uint8_t)rng_below(rng, 256);
    cr_expect(t->run(exact, n) == 0, "%s", t->name);
    free(exact);
}

static void run_seed(const Target *t, const char *path, uint64_t number)
{
    char  *bytes;
    size_t n;
    Err    err;
    Rng    rng = rng_at(1, STREAM_ORDER, number, 0);
    cr_assert(!file_read(path, 1 << 20, &bytes, &n, &err), "%s", err.text);
    run_first(t, bytes, n, &rng, 0);
    for (int i = 0; i < CUTS; i++) run_first(t, bytes, rng_below(&rng, (uint32_t)n + 1), &rng, 0);
    for (int i = 0; i < CHANGES; i++) run_first(t, bytes, n, &rng, 1 + i / 8);
    free(bytes);
}

static int is_seed(const struct dirent *e) { return e->d_name[0] != '.'; }

ParameterizedTestParameters(fuzz, seeds_and_their_neighbours)
{
    static int index[N_TARGETS];
    for (int i = 0; i < N_TARGETS; i++) index[i] = i;
    return cr_make_param_array(int, index, N_TARGETS);
}

ParameterizedTest(int *i, fuzz, seeds_and_their_neighbours)
{
    const Target   *t = &targets[*i];
    struct dirent **seed;
    char            folder[64];
    snprintf(folder, sizeof folder, "tests/fuzz/seeds/%s", t->name);
    int n = scandir(folder, &seed, is_seed, alphasort);
    cr_expect(n > 0, "%s: no seeds", folder);
    for (int k = 0; k < n; k++) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", folder, seed[k]->d_name);
        run_seed(t, path, (uint64_t)k);
        free(seed[k]);
    }
    if (n > 0) free(seed);
}
