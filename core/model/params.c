#include "core/model/params.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { APART = 64 / sizeof(real) }; /* parameters start at multiples of this */

void params_open(Params *p, const Backend *be)
{
    *p = (Params){ .be = be, .norm_eps = NORM_EPS };
    arena_open(&p->host, "parameters", NULL, NULL);
    arena_open(&p->values, "weights", be ? be->alloc : NULL, be ? be->release : NULL);
}

void params_close(Params *p)
{
    arena_close(&p->values);
    arena_close(&p->host);
}

static Param *next(Params *p)
{
    if (p->n == p->room) {
        int    room = p->room ? 2 * p->room : 64;
        Param *list = ARENA_NEW(&p->host, Param, room);
        if (p->n) memcpy(list, p->list, (size_t)p->n * sizeof *list);
        p->list = list;
        p->room = room;
    }
    return &p->list[p->n++];
}

static bool ends_with(const char *s, const char *tail)
{
    size_t n = strlen(s), m = strlen(tail);
    return n >= m && !strcmp(s + n - m, tail);
}

Tensor *params_add(Params *p, const char *name, Init init, int rank, const int *dim)
{
    CHECK(strlen(name) < PARAM_NAME, "parameter %s: name too long", name);
    CHECK(!p->weights, "parameter %s: added after params_place", name);
    CHECK(!params_find(p, name), "parameter %s: added twice", name);
    Param  *q = next(p);
    Tensor *x = ARENA_NEW(&p->host, Tensor, 1);
    *q = (Param){ .rank = rank, .init = init, .tensor = x, .rate = 1 };
    *x = (Tensor){ .rank = rank };
    snprintf(q->name, sizeof q->name, "%s", name);
    for (int i = 0; i < rank; i++) q->dim[i] = x->dim[i] = dim[i];
    q->trained = init.kind != INIT_FIXED;
    q->decays = q->trained && rank > 1 && !ends_with(name, ".bias");
    return x;
}

void params_shape(Tensor *x, int rank, const int *dim)
{
    Tensor as = { .rank = rank };
    for (int i = 0; i < rank; i++) as.dim[i] = dim[i];
    CHECK(tensor_count(&as) == tensor_count(x), "%zu values as %zu", tensor_count(x),
          tensor_count(&as));
    *x = as;
}

Tensor *params_token(Params *p, int D, const char *name)
{
    return params_add(p, name, (Init){ INIT_NORMAL, 0.02 }, 3, (int[]){ 1, 1, D });
}

Tensor *params_positions(Params *p, int L, int D, const char *name)
{
    return params_add(p, name, (Init){ INIT_FIXED, 0 }, 3, (int[]){ 1, L + 1, D });
}

static Layer layer(Params *p, const char *name, Init w, Init b, int rank, const int *dim)
{
    char part[PARAM_NAME + 8];
    snprintf(part, sizeof part, "%s.weight", name);
    Tensor *weight = params_add(p, part, w, rank, dim);
    snprintf(part, sizeof part, "%s.bias", name);
    return (Layer){ .w = weight, .b = params_add(p, part, b, 1, dim) };
}

static const Init ZERO = { INIT_ZERO, 0 }, ONE = { INIT_ONE, 0 };
static const Init XAVIER = { INIT_XAVIER, 0 };

Layer params_linear(Params *p, int outputs, int inputs, const char *name, ...)
{
    char    whole[PARAM_NAME];
    va_list rest;
    va_start(rest, name);
    vsnprintf(whole, sizeof whole, name, rest);
    va_end(rest);
    return layer(p, whole, XAVIER, ZERO, 2, (int[]){ outputs, inputs });
}

Layer params_norm(Params *p, int width, const char *name, ...)
{
    char    whole[PARAM_NAME];
    va_list rest;
    va_start(rest, name);
    vsnprintf(whole, sizeof whole, name, rest);
    va_end(rest);
    Layer norm = layer(p, whole, ONE, ZERO, 1, &width);
    norm.eps = p->norm_eps;
    return norm;
}

Layer params_embedding(Params *p, int D, int channels, int patch, const char *name)
{
    Init bias = { INIT_UNIFORM, 1 / sqrt((double)channels * patch * patch) };
    Layer l = layer(p, name, XAVIER, bias, 4, (int[]){ D, channels, patch, patch });
    params_shape(l.w, 2, (int[]){ D, channels * patch * patch });
    return l;
}

static Tensor *add_fixed(Params *p, int width, const char *name, const char *part, Init init)
{
    char whole[PARAM_NAME + 16];
    snprintf(whole, sizeof whole, "%s.%s", name, part);
    Tensor *x = params_add(p, whole, init, 1, &width);
    p->list[p->n - 1].trained = p->list[p->n - 1].decays = false;
    return x;
}

Running params_running(Params *p, int width, const char *name)
{
    Tensor *mean = add_fixed(p, width, name, "running_mean", ZERO);
    return (Running){ mean, add_fixed(p, width, name, "running_var", ONE) };
}

void params_spare(Params *p, const Tensor *x)
{
    for (int i = 0; x && i < p->n; i++)
        if (p->list[i].tensor == x) p->list[i].decays = false;
}

size_t params_count(const Params *p)
{
    size_t n = 0;
    for (int i = 0; i < p->n; i++) n += tensor_count(p->list[i].tensor);
    return n;
}

size_t params_trained(const Params *p)
{
    size_t n = 0;
    for (int i = 0; i < p->n; i++)
        if (p->list[i].trained) n += tensor_count(p->list[i].tensor);
    return n;
}

size_t params_largest(const Params *p)
{
    size_t most = 0;
    for (int i = 0; i < p->n; i++) {
        size_t n = tensor_count(p->list[i].tensor);
        if (n > most) most = n;
    }
    return most;
}

const Param *params_find(const Params *p, const char *name)
{
    for (int i = 0; i < p->n; i++)
        if (!strcmp(p->list[i].name, name)) return &p->list[i];
    return NULL;
}

const Param *params_of(const Params *p, const Tensor *x)
{
    for (int i = 0; i < p->n; i++)
        if (p->list[i].tensor == x) return &p->list[i];
    return NULL;
}

/* --- placing ----------------------------------------------------------- */

/* Offsets for the parameters of one kind behind those at `from`. */
static size_t lay_out(Params *p, size_t from, bool trained, bool decays)
{
    for (int i = 0; i < p->n; i++) {
        Param *q = &p->list[i];
        if (q->trained != trained || q->decays != decays) continue;
        q->offset = from;
        from += (tensor_count(q->tensor) + APART - 1) / APART * APART;
    }
    return from;
}

static real *zero_block(Params *p, size_t n)
{
    real *block = ARENA_NEW(&p->values, real, n);
    p->be->zero(block, n);
    return block;
}

static real start_value(const Param *q, Rng *rng)
{
    double within = q->init.scale;
    switch (q->init.kind) {
    case INIT_ONE: return 1;
    case INIT_NORMAL: return (real)(q->init.scale * (double)rng_normal(rng));
    case INIT_XAVIER:
        within = sqrt(6.0 / (q->tensor->dim[0] + q->tensor->dim[1])); /* fall through */
    case INIT_UNIFORM: return (real)(within * (2 * (double)rng_unit(rng) - 1));
    default: return 0;
    }
}

static void draw_start(const Params *p, int i, uint64_t seed, uint64_t epoch, real *work)
{
    const Param *q = &p->list[i];
    size_t       n = tensor_count(q->tensor);
    Rng          rng = rng_at(seed, STREAM_INIT, epoch, (uint64_t)i);
    for (size_t k = 0; k < n; k++) work[k] = start_value(q, &rng);
    p->be->write(q->tensor->data, work, n);
}

void params_place_zero(Params *p)
{
    CHECK(p->be && !p->weights, "parameters without a backend, or placed twice");
    p->decayed = lay_out(p, 0, true, true);
    p->trained = lay_out(p, p->decayed, true, false);
    p->all = lay_out(p, p->trained, false, false);
    p->weights = zero_block(p, p->all);
    for (int i = 0; i < p->n; i++) p->list[i].tensor->data = p->weights + p->list[i].offset;
}

static void place(Params *p, uint64_t seed, uint64_t epoch)
{
    params_place_zero(p);
    ArenaMark mark = arena_mark(&p->host);
    real     *work = ARENA_NEW(&p->host, real, params_largest(p));
    for (int i = 0; i < p->n; i++) draw_start(p, i, seed, epoch, work);
    arena_rewind(&p->host, mark);
}

void params_place(Params *p, uint64_t seed) { place(p, seed, 0); }
void params_place_beside(Params *p, uint64_t seed) { place(p, seed, 1); }

void params_train(Params *p, int moments)
{
    CHECK(p->weights && !p->training, "parameters not placed yet, or trained by two");
    CHECK(moments >= 0 && moments <= MAX_MOMENTS, "%d moments", moments);
    p->training = true;
    for (int k = 0; k < moments; k++) p->moment[k] = zero_block(p, p->trained);
    params_freeze(p, false);
}

void params_freeze(Params *p, bool frozen)
{
    CHECK(p->training, "parameters that nobody trains");
    for (int i = 0; i < p->n; i++)
        p->list[i].tensor->wants_grad = !frozen && p->list[i].trained;
}

void params_follow(Params *p, const Params *model, double momentum)
{
    for (int i = 0; i < p->n; i++) {
        const Param *q = &p->list[i], *from = params_find(model, q->name);
        size_t       n = tensor_count(q->tensor);
        CHECK(from && tensor_count(from->tensor) == n, "%s follows %zu values", q->name,
              from ? tensor_count(from->tensor) : 0);
        p->be->follow(q->tensor->data, from->tensor->data, n, q->trained ? momentum : 0);
    }
}

void params_check_grads(const Params *p)
{
    for (int i = 0; i < p->n; i++)
        CHECK(!p->list[i].trained || p->list[i].tensor->has_grad,
              "%s is trained but the loss does not depend on it", p->list[i].name);
}

void params_forget_grads(Params *p)
{
    for (int i = 0; i < p->n; i++) {
        p->list[i].tensor->has_grad = false;
        p->list[i].tensor->grad = NULL;
    }
}

bool params_finite(const Params *p)
{
    bool  finite = true;
    Arena host;
    arena_open(&host, "parameters to be looked at", NULL, NULL);
    real *x = ARENA_NEW(&host, real, params_largest(p));
    for (int i = 0; i < p->n && finite; i++) {
        size_t n = tensor_count(p->list[i].tensor);
        p->be->read(x, p->list[i].tensor->data, n);
        for (size_t k = 0; k < n; k++) finite &= isfinite(x[k]) != 0;
    }
    arena_close(&host);
    return finite;
}
