/* One process, alone. */
#include "core/train/ranks.h"

#include "core/base/text.h"
#include "core/base/threads.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What launchers leave in the environment of rank 0. */
void ranks_open(Ranks *r)
{
    static const char *const marks[][2] = { { "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE" },
                                            { "PMI_RANK", "PMI_SIZE" } };
    *r = (Ranks){ .count = 1, .beside = 1 };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *own = getenv(marks[i][0]), *count = getenv(marks[i][1]);
        int64_t     n;
        if (own && count && !strcmp(own, "0") && text_to_int64(count, &n) && n > 1 && n < INT_MAX)
            r->strangers = (int)n - 1;
    }
}

void ranks_close(const Ranks *r) { (void)r; }

int ranks_threads(const Ranks *r)
{
    (void)r;
    return threads_available();
}

Status ranks_agree(const Ranks *r, Status bad, double *sum, int n, Err *err)
{
    (void)r, (void)sum, (void)n, (void)err;
    return bad;
}

void ranks_tell(const Ranks *r, void *x, size_t bytes) { (void)r, (void)x, (void)bytes; }

/* The mean of one is itself. */
struct Mean {
    real  *x;
    size_t most, made, read;
};

Mean *mean_new(const Ranks *r, Arena *a, size_t most)
{
    Mean *m = ARENA_NEW(a, Mean, 1);
    CHECK(r->count == 1, "%d ranks in a build without MPI", r->count);
    *m = (Mean){ .x = ARENA_NEW(a, real, most), .most = most };
    return m;
}

void mean_begin(Mean *m) { m->made = m->read = 0; }

real *mean_room(Mean *m, size_t n)
{
    CHECK(n <= m->most - m->made, "%zu numbers more than %zu", n, m->most - m->made);
    m->made += n;
    return m->x + m->made - n;
}

void mean_push(Mean *m) { (void)m; }
void mean_end(Mean *m) { (void)m; }

const real *mean_wait(Mean *m, size_t n)
{
    CHECK(n <= m->made - m->read, "%zu numbers of %zu", n, m->made - m->read);
    m->read += n;
    return m->x + m->read - n;
}

MeanCost mean_cost(const Mean *m)
{
    (void)m;
    return (MeanCost){ 0 };
}
