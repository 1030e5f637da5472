#include "core/metrics/knn.h"

#include "core/base/arena.h"

#include <math.h>
#include <stdbool.h>

/* Similarities of so many queries and bank rows at a time: 1 MB, which a cache holds. */
enum { QUERY_BLOCK = 256, BANK_BLOCK = 1024 };

static int smaller(int a, int b) { return a < b ? a : b; }

/* The nearest so far of one query, most similar first. */
typedef struct {
    int   found;
    real *similarity; /* [k] */
    int  *row;        /* [k] of the bank */
} Nearest;

KnnConfig knn_defaults(void) { return (KnnConfig){ .k = 20, .temperature = 0.07 }; }

/* Rows to length 1; a row of zeros stays. */
static void normalize_rows(real *out, const real *x, int rows, int D)
{
#pragma omp parallel for schedule(static)
    for (int i = 0; i < rows; i++) {
        const real *from = x + (size_t)i * (size_t)D;
        real       *to = out + (size_t)i * (size_t)D;
        double      sum = 0;
        for (int j = 0; j < D; j++) sum += (double)from[j] * (double)from[j];
        double scale = sum > 0 ? 1 / sqrt(sum) : sum; /* NaN stays NaN */
        for (int j = 0; j < D; j++) to[j] = (real)(from[j] * scale);
    }
}

/* They come in ascending order of rows, so of equals the lowest is there already. */
static void insert(Nearest *n, int k, real similarity, int row)
{
    int at = n->found < k ? n->found++ : k - 1;
    for (; at > 0 && similarity > n->similarity[at - 1]; at--) {
        n->similarity[at] = n->similarity[at - 1];
        n->row[at] = n->row[at - 1];
    }
    n->similarity[at] = similarity, n->row[at] = row;
}

/* Is any of them above the bound?  NaN is not. */
static bool any_above(const real *x, int n, real bound)
{
    int any = 0;
    for (int i = 0; i < n; i++) any |= x[i] > bound;
    return any;
}

/* Rows first, first + 1, ... with these similarities.  Of a large bank next to none
 * is nearer than what was found, so they are looked at in runs. */
static void insert_all(Nearest *n, int k, const real *similarity, int first, int count)
{
    enum { RUN = 64 };
    for (int from = 0; from < count; from += RUN) {
        int to = smaller(from + RUN, count);
        if (n->found == k && !any_above(similarity + from, to - from, n->similarity[k - 1]))
            continue;
        for (int i = from; i < to; i++) {
            real s = similarity[i];
            if (n->found == k ? s > n->similarity[k - 1] : !isnan(s))
                insert(n, k, s, first + i);
        }
    }
}

/* votes [classes] is scratch: sums are taken in double. */
static void vote(float *scores, double *votes, const Nearest *n, const KnnConfig *c,
                 const int *labels, int classes)
{
    for (int j = 0; j < classes; j++) votes[j] = n->found ? 0 : NAN;
    for (int i = 0; i < n->found; i++)
        votes[labels[n->row[i]]] += exp((double)n->similarity[i] / c->temperature);
    for (int j = 0; j < classes; j++) scores[j] = (float)votes[j];
}

/* What a search works with; gone with its two arenas. */
typedef struct {
    const Backend *be;
    Arena          host, device;
    int            k, D;
    real          *bank, *queries, *product; /* on the backend */
    real          *similarity;               /* product, on the host */
    Nearest       *nearest;                  /* [QUERY_BLOCK] */
} Search;

static real *unit_rows(Search *s, const real *x, int rows)
{
    size_t    n = (size_t)rows * (size_t)s->D;
    real     *there = ARENA_NEW(&s->device, real, n);
    ArenaMark mark = arena_mark(&s->host);
    real     *here = ARENA_NEW(&s->host, real, n);
    normalize_rows(here, x, rows, s->D);
    s->be->write(there, here, n);
    arena_rewind(&s->host, mark);
    return there;
}

static void search_open(Search *s, const Backend *be, int k, int D)
{
    const size_t block = (size_t)QUERY_BLOCK * BANK_BLOCK;
    *s = (Search){ .be = be, .k = k, .D = D };
    arena_open(&s->host, "knn", NULL, NULL);
    arena_open(&s->device, "knn", be->alloc, be->release);
    s->product = ARENA_NEW(&s->device, real, block);
    s->similarity = ARENA_NEW(&s->host, real, block);
    s->nearest = ARENA_NEW(&s->host, Nearest, QUERY_BLOCK);
    for (int i = 0; i < QUERY_BLOCK; i++) {
        s->nearest[i].similarity = ARENA_NEW(&s->host, real, k);
        s->nearest[i].row = ARENA_NEW(&s->host, int, k);
    }
}

/* The nearest of `rows` queries from `from` on, among all n rows of the bank. */
static void search_block(Search *s, int from, int rows, int n)
{
    const size_t wide = (size_t)s->D;
    for (int i = 0; i < rows; i++) s->nearest[i].found = 0;
    for (int first = 0; first < n; first += BANK_BLOCK) {
        int cols = smaller(BANK_BLOCK, n - first);
        s->be->gemm(0, 1, rows, cols, s->D, s->queries + (size_t)from * wide,
                    s->bank + (size_t)first * wide, 0, s->product);
        s->be->read(s->similarity, s->product, (size_t)rows * (size_t)cols);
#pragma omp parallel for schedule(static)
        for (int i = 0; i < rows; i++)
            insert_all(&s->nearest[i], s->k, s->similarity + (size_t)i * (size_t)cols,
                       first, cols);
    }
}

void knn_scores(const Backend *be, float *scores, const KnnConfig *c, const real *bank,
                const int *labels, int n, const real *queries, int count, int D,
                int classes)
{
    CHECK(n > 0 && count >= 0 && D > 0 && c->k > 0 && c->temperature > 0,
          "knn of %d queries in %d rows of %d, k %d, temperature %g", count, n, D, c->k,
          c->temperature);
    for (int i = 0; i < n; i++)
        CHECK(labels[i] >= 0 && labels[i] < classes, "label %d of row %d", labels[i], i);

    Search s;
    search_open(&s, be, smaller(c->k, n), D);
    s.bank = unit_rows(&s, bank, n);
    s.queries = unit_rows(&s, queries, count);
    double *votes = ARENA_NEW(&s.host, double, (size_t)QUERY_BLOCK * (size_t)classes);
    for (int from = 0; from < count; from += QUERY_BLOCK) {
        int rows = smaller(QUERY_BLOCK, count - from);
        search_block(&s, from, rows, n);
#pragma omp parallel for schedule(static)
        for (int i = 0; i < rows; i++)
            vote(scores + (size_t)(from + i) * (size_t)classes,
                 votes + (size_t)i * (size_t)classes, &s.nearest[i], c, labels, classes);
    }
    arena_close(&s.device);
    arena_close(&s.host);
}
