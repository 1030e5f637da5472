/* Ranks of MPI.  Any error of MPI's ends all of them (MPI_ERRORS_ARE_FATAL). */
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include "core/train/ranks.h"

#include "core/base/threads.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <mpi.h>

#ifdef REAL_IS_DOUBLE
#define MPI_REAL_OURS MPI_DOUBLE
#else
#define MPI_REAL_OURS MPI_FLOAT
#endif

/* --- who we are ---------------------------------------------------------- */

/* What launchers leave in the environment.  Without one of these MPI is not even
 * started: it takes a tenth of a second, and a grid's own processes do without. */
static bool launched(void)
{
    static const char *const marks[] = { "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK" };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (getenv(marks[i])) return true;
    return false;
}

void ranks_open(Ranks *r)
{
    int      provided;
    MPI_Comm machine;
    sigset_t all, before;
    *r = (Ranks){ .count = 1, .beside = 1 };
    if (!launched()) return;
    sigfillset(&all); /* threads of MPI's must not die of what the worker waits for */
    sigprocmask(SIG_BLOCK, &all, &before);
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
    sigprocmask(SIG_SETMASK, &before, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &r->own);
    MPI_Comm_size(MPI_COMM_WORLD, &r->count);
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
    MPI_Comm_size(machine, &r->beside);
    MPI_Comm_free(&machine);
    r->launched = true;
}

/* MPI waits by asking again and again.  Where that may take long we sleep between. */
static void wait_asleep(MPI_Request *request)
{
    int done = 0;
    for (;;) {
        MPI_Test(request, &done, MPI_STATUS_IGNORE);
        if (done) return;
        nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    }
}

void ranks_close(const Ranks *r)
{
    MPI_Request request;
    if (!r->launched) return;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    wait_asleep(&request);
    MPI_Finalize();
}

int ranks_threads(const Ranks *r)
{
    int  bound = threads_available();
    bool to_all = bound >= sysconf(_SC_NPROCESSORS_ONLN);
    return !to_all ? bound : bound > r->beside ? bound / r->beside : 1;
}

/* --- a word with the others ---------------------------------------------- */

Status ranks_agree(const Ranks *r, Status bad, double *sum, int n, Err *err)
{
    if (r->count == 1) return bad;
    const int each = n + 1;
    double   *all = malloc((size_t)(r->count + 1) * (size_t)each * sizeof *all);
    CHECK(all, "no memory for %d numbers of %d ranks", n, r->count);
    double *own = all + (size_t)r->count * (size_t)each;
    own[0] = bad;
    for (int i = 0; i < n; i++) own[1 + i] = sum[i];
    MPI_Allgather(own, each, MPI_DOUBLE, all, each, MPI_DOUBLE, MPI_COMM_WORLD);

    int first = 0;
    while (first < r->count && all[(size_t)first * (size_t)each] == STATUS_OK) first++;
    if (first < r->count) {
        MPI_Bcast(err, sizeof *err, MPI_BYTE, first, MPI_COMM_WORLD);
        bad = err->code;
    } else {
        for (int i = 0; i < n; i++) {
            sum[i] = 0;
            for (int k = 0; k < r->count; k++) sum[i] += all[(size_t)k * (size_t)each + 1 + i];
        }
    }
    free(all);
    return bad;
}

void ranks_tell(const Ranks *r, void *x, size_t bytes)
{
    MPI_Request request;
    if (r->count == 1) return;
    MPI_Ibcast(x, (int)bytes, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    wait_asleep(&request);
}

/* --- the mean ------------------------------------------------------------ */

typedef enum { GATHERING, SPREADING, DONE } Phase;

typedef struct {
    size_t       first, n;
    real        *inbox;   /* [ranks, own part]               */
    MPI_Request *request; /* [2 (ranks - 1)], of this phase  */
    Phase        phase;
} Bucket;

struct Mean {
    Ranks    ranks;
    real    *x, *inbox;
    size_t   most, made, started, read; /* numbers; those before `started` are in buckets */
    Bucket  *bucket;
    int      n, done;                   /* buckets; those before `done` are done          */
    double   began_s, ended_s;
    MeanCost cost;
};

Mean *mean_new(const Ranks *r, Arena *a, size_t most)
{
    Mean  *m = ARENA_NEW(a, Mean, 1);
    size_t R = (size_t)r->count, buckets = most / MEAN_BUCKET + 1;
    *m = (Mean){ .ranks = *r, .most = most, .x = ARENA_NEW(a, real, most),
                 .inbox = ARENA_NEW(a, real, most + buckets * R),
                 .bucket = ARENA_NEW(a, Bucket, buckets) };
    for (size_t i = 0; i < buckets; i++)
        m->bucket[i].request = ARENA_NEW(a, MPI_Request, 2 * R);
    return m;
}

void mean_begin(Mean *m)
{
    m->made = m->started = m->read = 0;
    m->n = m->done = 0;
}

/* Part k of a bucket: its beginning in x, and its length. */
static real *part(const Mean *m, const Bucket *b, int k, int *length)
{
    size_t R = (size_t)m->ranks.count, from = b->n * (size_t)k / R;
    *length = (int)(b->n * ((size_t)k + 1) / R - from);
    return m->x + b->first + from;
}

/* Of each phase every message between two ranks has a tag of its own. */
static int tag(const Mean *m, const Bucket *b) { return 2 * (int)(b - m->bucket) + b->phase; }

static void exchange(Mean *m, Bucket *b)
{
    const int R = m->ranks.count, own = m->ranks.own;
    int       kept, n, q = 0;
    real     *mine = part(m, b, own, &kept);
    for (int k = 0; k < R; k++) {
        if (k == own) continue;
        real *theirs = part(m, b, k, &n);
        bool  gathers = b->phase == GATHERING;
        MPI_Irecv(gathers ? b->inbox + (size_t)k * (size_t)kept : theirs, gathers ? kept : n,
                  MPI_REAL_OURS, k, tag(m, b), MPI_COMM_WORLD, &b->request[q++]);
        MPI_Isend(gathers ? theirs : mine, gathers ? n : kept, MPI_REAL_OURS, k, tag(m, b),
                  MPI_COMM_WORLD, &b->request[q++]);
        m->cost.bytes += (double)(gathers ? n : kept) * (double)sizeof(real);
    }
}

/* In the order of the ranks, whoever was first. */
static void average(const Mean *m, const Bucket *b)
{
    const int R = m->ranks.count, own = m->ranks.own;
    int       n;
    real     *mine = part(m, b, own, &n);
    memcpy(b->inbox + (size_t)own * (size_t)n, mine, (size_t)n * sizeof *mine);
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k < R; k++) sum += (double)b->inbox[(size_t)k * (size_t)n + (size_t)i];
        mine[i] = (real)(sum / R);
    }
}

static void start(Mean *m)
{
    Bucket *b = &m->bucket[m->n];
    if (!m->n) m->began_s = clock_s();
    b->first = m->started;
    b->n = m->made - m->started;
    b->inbox = m->inbox + b->first + (size_t)m->n * (size_t)m->ranks.count;
    b->phase = GATHERING;
    m->n++;
    m->started = m->made;
    exchange(m, b);
}

/* Moves all that can be moved without waiting. */
static void move(Mean *m)
{
    for (int i = m->done; i < m->n; i++) {
        Bucket *b = &m->bucket[i];
        int     arrived = 1;
        while (b->phase != DONE && arrived) {
            MPI_Testall(2 * (m->ranks.count - 1), b->request, &arrived, MPI_STATUSES_IGNORE);
            if (!arrived) break;
            if (b->phase == GATHERING) average(m, b);
            if (++b->phase == SPREADING) exchange(m, b);
        }
    }
    if (m->done == m->n) return;
    while (m->done < m->n && m->bucket[m->done].phase == DONE) m->done++;
    if (m->done == m->n) m->ended_s = clock_s();
}

real *mean_room(Mean *m, size_t n)
{
    CHECK(n <= m->most - m->made, "%zu numbers more than %zu", n, m->most - m->made);
    m->made += n;
    return m->x + m->made - n;
}

void mean_push(Mean *m)
{
    if (m->made - m->started >= MEAN_BUCKET) start(m);
    move(m);
}

void mean_end(Mean *m)
{
    if (m->made > m->started) start(m);
    move(m);
}

const real *mean_wait(Mean *m, size_t n)
{
    CHECK(n <= m->started - m->read, "%zu numbers of %zu", n, m->started - m->read);
    const size_t upto = m->read + n;
    const double began = clock_s();
    while (m->done < m->n && m->bucket[m->done].first < upto) {
        move(m);
        if (m->done < m->n) sched_yield(); /* more ranks than cores */
    }
    m->cost.wait_s += clock_s() - began;
    m->read = upto;
    if (m->read == m->made) {
        m->cost.steps++;
        m->cost.span_s += m->ended_s - m->began_s;
    }
    return m->x + m->read - n;
}

MeanCost mean_cost(const Mean *m) { return m ? m->cost : (MeanCost){ 0 }; }
