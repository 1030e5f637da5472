#define _POSIX_C_SOURCE 200809L /* strdup */
#include "core/mask/script.h"

#include "core/base/text.h"
#include "core/mask/pipe.h"

#include <jansson.h>

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PARAMS = 16 };
static const double START_S = 60, ANSWER_S = 10, LONGEST_S = 3600;

typedef struct {
    Pipe           *pipe;
    const char     *file;
    pthread_mutex_t lock;
    double          seconds;
    unsigned        needs;
    int             n;
    MaskParam       params[MOST_PARAMS + 1];
} Script;

/* The strategy's struct. */
typedef struct {
    Script *script;
    double  value[MOST_PARAMS];
} Self;

static const struct { const char *word; unsigned bit; } NEEDS[] = {
    { "attention", MASK_NEEDS_ATTENTION },
    { "pixels", MASK_NEEDS_PIXELS },
    { "class_attention", MASK_NEEDS_CLASS_ATTENTION },
    { "losses", MASK_NEEDS_LOSSES },
};
enum { N_NEEDS = sizeof NEEDS / sizeof *NEEDS };

/* --- one line each way --------------------------------------------------- */

static Status ask(Script *s, json_t **answer, json_t *request, double seconds, Err *err)
{
    Text         line = { 0 }, back = { 0 };
    json_error_t why;
    char        *text = json_dumps(request, JSON_COMPACT | JSON_REAL_PRECISION(9));
    CHECK(text, "a request that cannot be written");
    text_add(&line, "%s\n", text);
    free(text);
    json_decref(request);
    Status bad = pipe_ask(s->pipe, &back, line.s, line.length, seconds, err);
    *answer = bad ? NULL : json_loadb(text_get(&back), back.length, 0, &why);
    if (!bad && !json_is_object(*answer)) {
        bad = err_set(err, STATUS_FORMAT, "%s: its answer is not a JSON object: %s: \"%.80s\"",
                      s->file, *answer ? "something else" : why.text, text_get(&back));
        json_decref(*answer);
    }
    text_free(&line);
    text_free(&back);
    return bad;
}

static Status wrong(const Script *s, Err *err, const char *what)
{
    return err_set(err, STATUS_FORMAT, "%s: %s", s->file, what);
}

/* --- a mask -------------------------------------------------------------- */

static void add_numbers(json_t *to, const char *key, const float *x, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(list, json_real((double)x[i]));
    json_object_set_new(to, key, list);
}

/* The key of all chance is what rng was made of (core/base/rng.c). */
static json_t *request_of(const Self *self, const MaskView *v, Rng *rng)
{
    const Script *s = self->script;
    size_t        L = (size_t)(v->rows * v->cols), H = (size_t)v->heads;
    uint64_t      seed = rng->key[0] | (uint64_t)rng->key[1] << 32;
    uint64_t      image = rng->counter[2] | (uint64_t)(rng->counter[3] >> 8) << 32;
    uint64_t      epoch = rng->counter[1];
    double        chance = rng_unit53(rng) * 0x1p53;
    json_t *params = json_object(), *r = json_pack(
        "{s:i, s:i, s:i, s:I, s:I, s:I, s:f, s:I, s:o}", "rows", v->rows, "cols", v->cols,
        "K", v->K, "seed", (json_int_t)seed, "epoch", (json_int_t)epoch, "image",
        (json_int_t)image, "progress", (double)v->progress, "chance", (json_int_t)chance,
        "parameters", params);
    for (int i = 0; i < s->n; i++)
        json_object_set_new(params, s->params[i].key, json_real(self->value[i]));
    if (s->needs & (MASK_NEEDS_ATTENTION | MASK_NEEDS_CLASS_ATTENTION))
        json_object_set_new(r, "heads", json_integer(v->heads));
    if (s->needs & MASK_NEEDS_ATTENTION)
        add_numbers(r, "attention", v->attention, H * L * L);
    if (s->needs & MASK_NEEDS_CLASS_ATTENTION)
        add_numbers(r, "class_attention", v->class_attention, H * L);
    if (s->needs & MASK_NEEDS_PIXELS) {
        json_object_set_new(r, "values", json_integer(v->values));
        add_numbers(r, "pixels", v->pixels, L * (size_t)v->values);
    }
    if (s->needs & MASK_NEEDS_LOSSES) add_numbers(r, "losses", v->losses, L);
    return r;
}

static Status read_scores(const Script *s, float *out, size_t L, const json_t *list, Err *err)
{
    if (json_array_size(list) != L)
        return err_set(err, STATUS_FORMAT, "%s: %zu scores for %zu patches", s->file,
                       json_array_size(list), L);
    for (size_t i = 0; i < L; i++) {
        const json_t *one = json_array_get(list, i);
        double        x = json_number_value(one);
        if (!json_is_number(one) || !(fabs(x) <= (double)FLT_MAX))
            return err_set(err, STATUS_FORMAT, "%s: score %zu is not a finite number", s->file,
                           i);
        out[i] = (float)x;
    }
    return STATUS_OK;
}

static Status read_visible(const Script *s, float *out, size_t L, size_t K,
                           const json_t *list, Err *err)
{
    if (json_array_size(list) != K)
        return err_set(err, STATUS_FORMAT, "%s: %zu patches are visible, not K, %zu", s->file,
                       json_array_size(list), K);
    for (size_t i = 0; i < L; i++) out[i] = 1;
    for (size_t i = 0; i < K; i++) {
        const json_t *one = json_array_get(list, i);
        json_int_t    at = json_integer_value(one);
        if (!json_is_integer(one) || at < 0 || at >= (json_int_t)L || out[at] == 0)
            return err_set(err, STATUS_FORMAT, "%s: visible patch %zu is not one of 0 to %zu, "
                           "or is there twice", s->file, i, L - 1);
        out[at] = 0;
    }
    return STATUS_OK;
}

static void score(const void *opaque, float *out, const MaskView *v, Rng *rng)
{
    const Self *self = opaque;
    Script     *s = self->script;
    size_t      L = (size_t)(v->rows * v->cols);
    json_t     *answer, *request = request_of(self, v, rng);
    Err         err;
    pthread_mutex_lock(&s->lock);
    Status bad = ask(s, &answer, request, s->seconds, &err);
    if (!bad) {
        json_t *scores = json_object_get(answer, "scores");
        json_t *visible = json_object_get(answer, "visible");
        if (json_is_array(scores)) bad = read_scores(s, out, L, scores, &err);
        else if (json_is_array(visible))
            bad = read_visible(s, out, L, (size_t)v->K, visible, &err);
        else bad = wrong(s, &err, "its answer has neither \"scores\" nor \"visible\"");
        json_decref(answer);
    }
    if (bad) {
        fprintf(stderr, "maskgrid: %s\n", err.text);
        pipe_close(s->pipe);
        _Exit(EXIT_DATA); /* the lock is held: no other thread says so too */
    }
    pthread_mutex_unlock(&s->lock);
}

/* --- what it is ---------------------------------------------------------- */

static char *keep(const char *text)
{
    char *copy = strdup(text);
    CHECK(copy, "no memory for a text");
    return copy;
}

static Status read_needs(Script *s, const json_t *list, Err *err)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        int         k = 0;
        while (k < N_NEEDS && (!word || strcmp(NEEDS[k].word, word))) k++;
        if (k == N_NEEDS)
            return err_set(err, STATUS_FORMAT, "%s: cannot be given \"%.40s\"; it may need "
                           "attention, pixels, class_attention and losses", s->file,
                           word ? word : "?");
        s->needs |= NEEDS[k].bit;
    }
    return STATUS_OK;
}

static Status read_params(Script *s, json_t *list, Err *err)
{
    if (json_array_size(list) > MOST_PARAMS) return wrong(s, err, "more than 16 parameters");
    for (; s->n < (int)json_array_size(list); s->n++) {
        const char *key, *about;
        double      value, lo, hi;
        if (json_unpack(json_array_get(list, (size_t)s->n), "{s:s, s:F, s:F, s:F, s:s}", "key",
                        &key, "value", &value, "lo", &lo, "hi", &hi, "about", &about))
            return wrong(s, err, "a parameter is {\"key\": \"noise\", \"value\": 8, \"lo\": 0, "
                         "\"hi\": 100, \"about\": \"...\"}");
        s->params[s->n] = (MaskParam){
            keep(key), keep(about), MASK_NUMBER,
            offsetof(Self, value) + (size_t)s->n * sizeof(double), value, lo, hi, NULL
        };
    }
    return STATUS_OK;
}

static Status describe(MaskStrategy *to, Script *s, json_t *j, Err *err)
{
    const char *about = json_string_value(json_object_get(j, "about"));
    const char *source = json_string_value(json_object_get(j, "source"));
    json_t     *seconds = json_object_get(j, "seconds");
    if (!about) return wrong(s, err, "it does not say what it is \"about\"");
    if (seconds) s->seconds = json_number_value(seconds);
    if (!(s->seconds > 0 && s->seconds <= LONGEST_S))
        return wrong(s, err, "\"seconds\" is not a number from 0 to 3600");
    if (read_needs(s, json_object_get(j, "needs"), err) ||
        read_params(s, json_object_get(j, "parameters"), err))
        return err->code;
    Self *initial = calloc(1, sizeof *initial);
    CHECK(initial, "no memory for a script");
    initial->script = s;
    *to = (MaskStrategy){
        .abi = MASK_ABI, .bytes = sizeof *to,
        .about = keep(about), .source = keep(source ? source : "a script"),
        .size = sizeof *initial, .initial = initial, .params = s->params,
        .needs = s->needs, .score = score,
    };
    return STATUS_OK;
}

/* What was begun is kept if it comes to nothing: a process says so only once. */
Status script_open(MaskStrategy *to, const char *file, Err *err)
{
    json_t *answer;
    Script *s = calloc(1, sizeof *s);
    CHECK(s, "no memory for a script");
    *s = (Script){ .file = keep(file), .seconds = ANSWER_S };
    pthread_mutex_init(&s->lock, NULL);
    if (pipe_open(&s->pipe, file, err)) return err->code;
    Status bad = ask(s, &answer, json_pack("{s:b}", "describe", 1), START_S, err);
    if (!bad) {
        bad = describe(to, s, answer, err);
        json_decref(answer);
    }
    if (bad) pipe_close(s->pipe);
    return bad;
}
