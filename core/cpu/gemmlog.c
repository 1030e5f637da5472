#include "core/cpu/gemmlog.h"

#include "core/base/status.h"
#include "core/base/threads.h"
#include "core/cpu/blas.h"
#include "core/cpu/cpu.h"
#include "core/cpu/scratch.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* The one place where kernels know of someone outside: NULL but in `bench`. */
static GemmLog *listener;

void gemmlog_start(GemmLog *log) { listener = log; }
void gemmlog_stop(void) { listener = NULL; }

static void note(Product p)
{
    GemmLog *log = listener;
    if (log->products == log->room) {
        log->room = log->room ? 2 * log->room : 256;
        log->product = realloc(log->product, log->room * sizeof *log->product);
        log->operand = realloc(log->operand, 3 * log->room * sizeof *log->operand);
        CHECK(log->product && log->operand, "no memory for %zu products", log->room);
    }
    log->product[log->products++] = p;
}

void gemmlog_product(int ta, int tb, int m, int n, int k, const real *a, const real *b,
                     real beta, const real *c)
{
    if (listener)
        note((Product){ .ta = ta, .tb = tb, .m = m, .n = n, .k = k,
                        .a = a, .b = b, .c = c, .beta = beta });
}

void gemmlog_attention(bool backward, const real *qkv, const real *y, int N, int T, int M,
                       int D, int H)
{
    if (listener)
        note((Product){ .a = qkv, .c = y, .N = N, .T = T, .m = M, .D = D, .H = H,
                        .backward = backward });
}

double gemmlog_flop(const GemmLog *log)
{
    double flop = 0;
    for (const Product *p = log->product; p < log->product + log->products; p++)
        if (p->N)
            flop += (p->backward ? 4 : 2) * 2.0 * p->N * p->m * p->T * p->D;
        else
            flop += 2.0 * p->m * p->n * p->k;
    return flop;
}

double gemmlog_take(GemmLog *log)
{
    double flop = gemmlog_flop(log);
    log->products = 0;
    return flop;
}

/* Private memory: the operands' addresses, sorted, overlapping ones joined. -- */

static int by_address(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const Operand *)a)->was;
    uintptr_t y = (uintptr_t)((const Operand *)b)->was;
    return (x > y) - (x < y);
}

static size_t operand_size(const Product *p, int which)
{
    size_t m = (size_t)p->m, n = (size_t)p->n, k = (size_t)p->k;
    size_t all = (size_t)p->N * (size_t)p->D;
    if (p->N) return which == 0 ? 3 * all * (size_t)p->T : which == 2 ? all * m : 0;
    return which == 0 ? m * k : which == 1 ? k * n : m * n;
}

static void add_operands(GemmLog *log)
{
    for (const Product *p = log->product; p < log->product + log->products; p++)
        for (int i = 0; i < 3; i++) {
            const real *x = i == 0 ? p->a : i == 1 ? p->b : p->c;
            size_t      n = operand_size(p, i);
            if (n) log->operand[log->operands++] = (Operand){ x, n, 0 };
        }
    qsort(log->operand, log->operands, sizeof *log->operand, by_address);
}

static void open_memory(GemmLog *log)
{
    size_t total = 0, kept = 0;
    add_operands(log);
    for (size_t i = 0; i < log->operands; i++) {
        Operand o = log->operand[i], *last = kept ? &log->operand[kept - 1] : NULL;
        if (last && (uintptr_t)o.was < (uintptr_t)(last->was + last->n)) {
            size_t end = (size_t)(o.was - last->was) + o.n;
            if (end > last->n) last->n = end;
        } else {
            log->operand[kept++] = o;
        }
    }
    log->operands = kept;
    for (Operand *o = log->operand; o < log->operand + kept; o++) {
        o->at = total;
        total += (o->n + 15) / 16 * 16;
    }
    log->memory = cpu_alloc(total * sizeof *log->memory); /* as the step's own */
    CHECK(log->memory, "no memory for %zu values of operands", total);
    for (size_t i = 0; i < total; i++) /* well spread over (-1/2, 1/2) */
        log->memory[i] = (real)(fmod((double)i * 0.61803398874989485, 1) - 0.5);
}

static real *copy_of(const GemmLog *log, const real *x)
{
    size_t lo = 0, hi = log->operands; /* the last that starts at or before x */
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if ((uintptr_t)log->operand[mid].was <= (uintptr_t)x)
            lo = mid;
        else
            hi = mid;
    }
    const Operand *o = &log->operand[lo];
    return log->memory + o->at + (x - o->was);
}

/* One head: y = (q k^T) v, or the four products of the way back, which write
 * over q, k and v. */
static void replay_head(const Product *p, real *x, real *y, real *s)
{
    int   T = p->T, M = p->m, d = p->D / p->H, D3 = 3 * p->D;
    real *q = x + (size_t)(T - M) * (size_t)D3, *k = x + p->D, *v = k + p->D;
    if (!p->backward) {
        blas_gemm(0, 1, M, T, d, q, D3, k, D3, 0, s, T);
        blas_gemm(0, 0, M, d, T, s, T, v, D3, 0, y, p->D);
    } else {
        blas_gemm(0, 1, M, T, d, y, p->D, v, D3, 0, s, T);
        blas_gemm(1, 0, T, d, M, s, T, y, p->D, 0, v, D3);
        blas_gemm(0, 0, M, d, T, s, T, k, D3, 0, q, D3);
        blas_gemm(1, 0, T, d, M, s, T, q, D3, 0, k, D3);
    }
}

static void replay_attention(const Product *p, real *qkv, real *y)
{
    size_t T = (size_t)p->T, M = (size_t)p->m, D = (size_t)p->D;
#pragma omp parallel for collapse(2) schedule(static)
    for (int n = 0; n < p->N; n++)
        for (int h = 0; h < p->H; h++) {
            size_t col = (size_t)h * (D / (size_t)p->H);
            replay_head(p, qkv + (size_t)n * T * 3 * D + col, y + (size_t)n * M * D + col,
                        scratch_take(M * T));
        }
}

double gemmlog_replay(GemmLog *log)
{
    if (!log->memory) open_memory(log);
    double start = clock_s();
    for (const Product *p = log->product; p < log->product + log->products; p++)
        if (p->N)
            replay_attention(p, copy_of(log, p->a), copy_of(log, p->c));
        else
            blas_gemm(p->ta, p->tb, p->m, p->n, p->k, copy_of(log, p->a),
                      p->ta ? p->m : p->k, copy_of(log, p->b), p->tb ? p->k : p->n,
                      p->beta, copy_of(log, p->c), p->n);
    return clock_s() - start;
}

void gemmlog_free(GemmLog *log)
{
    free(log->memory);
    free(log->operand);
    free(log->product);
    *log = (GemmLog){ 0 };
}
