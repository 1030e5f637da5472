#include "experiments/bench/report.h"

#include "experiments/bench/drawn.h"
#include "experiments/record/provenance.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the machine and the build; the host's name is nobody's business. */
static json_t *machine(void)
{
    Fact    facts[PROVENANCE_MOST];
    char    now[32];
    int     n = provenance(facts);
    json_t *all = json_object();
    for (int i = 0; i < n; i++)
        if (strcmp(facts[i].key, "host"))
            json_object_set_new(all, facts[i].key, json_string(facts[i].text));
    provenance_time(now, 0);
    json_object_set_new(all, "measured", json_string(now));
    return all;
}

/* A number that may be unknown, which JSON cannot say: then it is not there. */
static void put(json_t *o, const char *key, double x)
{
    if (isfinite(x)) json_object_set_new(o, key, json_real(x));
}

/* KEY is the median, KEY_quartiles the first and the third. */
static void put_quartiles(json_t *o, const char *key, const Quartiles *q)
{
    char both[64];
    if (!q->n) return;
    snprintf(both, sizeof both, "%s_quartiles", key);
    put(o, key, q->median);
    json_object_set_new(o, both, json_pack("[f, f]", q->low, q->high));
}

static void put_bytes(json_t *o, const char *key, double bytes)
{
    json_object_set_new(o, key, json_integer((json_int_t)bytes));
}

static json_t *named(const char *key, const char *name)
{
    return json_pack("{s:s}", key, name);
}

static json_t *quiet(const Quiet *q)
{
    json_t *o = json_object();
    put(o, "load_start", q->load_start);
    put(o, "load_end", q->load_end);
    put(o, "others_processors", q->others);
    json_object_set_new(o, "disturbed", json_boolean(q->disturbed));
    return o;
}

static void put_speed(json_t *o, const Speed *v)
{
    put_quartiles(o, "step_s", &v->step_s);
    json_object_set_new(o, "steps", json_integer(v->step_s.n));
    put(o, "images_per_s", v->images_per_s);
    put(o, "gflop_per_s", 1e-9 * v->flop / v->step_s.median);
    put_quartiles(o, "gemm_s", &v->gemm_s);
    put_quartiles(o, "step_over_gemm", &v->step_over_gemm);
    put_bytes(o, "peak_bytes", v->peak_bytes);
    put_bytes(o, "predicted_bytes", v->predicted_bytes);
}

static json_t *against(const Against *a)
{
    json_t *o = named("program", a->program);
    json_object_set_new(o, "rounds", json_integer(a->step_s.n));
    put_quartiles(o, "step_s", &a->step_s);
    put_quartiles(o, "images_per_s", &a->images_per_s);
    if (a->peak_bytes.n) put_bytes(o, "peak_bytes", a->peak_bytes.median);
    put_quartiles(o, "times_other", &a->times);
    put_quartiles(o, "peak_over_other", &a->memory);
    if (a->why[0]) json_object_set_new(o, "failed", json_string(a->why));
    return o;
}

static json_t *presets(const Comparison *list, int n)
{
    json_t *all = json_array();
    for (const Comparison *c = list; c < list + n; c++) {
        json_t *o = named("name", c->preset), *others = json_array();
        json_object_set_new(o, "threads", json_integer(c->threads));
        json_object_set_new(o, "rounds", json_integer(c->rounds));
        json_object_set_new(o, "recompute", json_boolean(c->recompute));
        put_speed(o, &c->ours);
        if (c->recompute) {
            put(o, "step_gflop", 1e-9 * c->ours.flop);
            put(o, "again_gflop", 1e-9 * c->ours.again_flop);
        }
        for (int k = 0; k < c->others; k++)
            json_array_append_new(others, against(&c->against[k]));
        json_object_set_new(o, "others", others);
        json_array_append_new(all, o);
    }
    return all;
}

static json_t *masks(const Report *r)
{
    json_t *all = json_array();
    for (const MaskRate *m = r->strategy; m < r->strategy + r->strategies; m++) {
        json_t *o = named("name", m->name);
        put_quartiles(o, "masks_per_s", &m->per_s);
        json_array_append_new(all, o);
    }
    return all;
}

static json_t *series(const Series *s)
{
    json_t *points = json_array();
    for (int i = 0; i < s->n; i++) {
        json_t *o = json_object();
        put(o, over_words[s->over], s->at[i]);
        put_speed(o, &s->speed[i]);
        json_array_append_new(points, o);
    }
    return json_pack("{s:s, s:s, s:o}", "preset", s->preset, "over", over_words[s->over],
                     "points", points);
}

static json_t *loader(const LoaderShare *l)
{
    json_t *o = json_pack("{s:s, s:s}", "preset", "micro", "data", l->data);
    put_quartiles(o, "batch_s", &l->batch_s);
    put_quartiles(o, "step_s", &l->step_s);
    put(o, "share", l->share);
    return o;
}

static json_t *cells(const CellRate *c)
{
    const Quartiles *one = &c->per_hour[0], *two = &c->per_hour[1];
    json_t *o = json_pack("{s:i, s:i, s:i, s:[f, f]}", "cells", c->cells, "images",
                          c->images, "rounds", c->gain.n, "per_hour", one->median,
                          two->median);
    json_object_set_new(o, "per_hour_quartiles",
                        json_pack("[[f, f], [f, f]]", one->low, one->high, two->low,
                                  two->high));
    put_quartiles(o, "gain", &c->gain);
    return o;
}

static json_t *scaling(const Report *r)
{
    json_t *all = json_array();
    for (int i = 0; i < r->n_series; i++)
        json_array_append_new(all, series(&r->series[i]));
    json_t *o = json_pack("{s:o}", "series", all);
    if (r->loader.batch_s.n) json_object_set_new(o, "loader", loader(&r->loader));
    if (r->cells.gain.n) json_object_set_new(o, "cells", cells(&r->cells));
    return o;
}

static json_t *evaluation(const Report *r)
{
    const EvaluationConfig *c = &r->timed;
    const Evaluation       *e = &r->timing;
    json_t *knn = json_pack("{s:f}", "top1", e->knn_top1);
    json_t *linear = json_pack("{s:i, s:f}", "epochs", c->epochs, "top1", e->linear_top1);
    put_quartiles(knn, "seconds", &e->knn_s);
    put_quartiles(linear, "seconds", &e->linear_s);
    return json_pack("{s:i, s:i, s:i, s:i, s:i, s:o, s:o}", "train", c->train, "test",
                     c->test, "width", c->width, "classes", c->classes, "rounds",
                     e->knn_s.n, "knn", knn, "linear-cached", linear);
}

static json_t *attention(const Report *r)
{
    json_t *all = json_array();
    for (const AttentionTime *t = r->attention; t < r->attention + r->attentions; t++) {
        json_t *o = json_pack("{s:i, s:i, s:i, s:i}", "tokens", t->shape.tokens, "width",
                              t->shape.width, "heads", t->shape.heads, "batch",
                              t->shape.batch);
        put_quartiles(o, "forward_s", &t->forward_s);
        put_quartiles(o, "plain_forward_s", &t->plain_forward_s);
        put_quartiles(o, "forward_times", &t->forward_times);
        put_quartiles(o, "backward_s", &t->backward_s);
        put_quartiles(o, "plain_backward_s", &t->plain_backward_s);
        put_quartiles(o, "backward_times", &t->backward_times);
        put_quartiles(o, "plain_again_s", &t->plain_again_s);
        put_quartiles(o, "again_times", &t->again_times);
        json_array_append_new(all, o);
    }
    return all;
}

static json_t *photos(const PhotoRate *p)
{
    json_t *o = json_pack("{s:i, s:i}", "images", p->images, "size", PHOTO_SIZE);
    json_object_set_new(o, "drawn", json_boolean(p->drawn));
    if (p->drawn)
        json_object_set_new(o, "stored", json_pack("[i, i]", DRAWN_HEIGHT, DRAWN_WIDTH));
    put_quartiles(o, "decoded_per_s", &p->decoded_per_s);
    put_quartiles(o, "kept_per_s", &p->kept_per_s);
    return o;
}

static json_t *ranks(const RankStep *s)
{
    json_t *all = json_array();
    const Network *n;
    for (int p = 0; p < PACES; p++)
        for (int i = 0; (n = network_at(s, i)); i++)
            for (int R = 1; R <= RANKS_MOST; R *= 2) {
                const double pace = network_paces[p];
                json_array_append_new(
                    all, json_pack("{s:s, s:f, s:i, s:f, s:f}", "network", n->name, "pace", pace,
                                   "ranks", R, "share",
                                   network_share(n, s, pace, R, EACH_TO_EACH), "halving_share",
                                   network_share(n, s, pace, R, HALVING)));
            }
    json_t *o = json_pack("{s:s, s:i, s:f, s:f, s:i, s:o}", "preset", s->preset, "batch",
                          s->batch, "step_s", s->step_s, "bytes", s->bytes, "ranks", s->ranks,
                          "simulated", all);
    if (s->ranks > 1)
        json_object_set_new(o, "here", json_pack("{s:f, s:f}", "latency_s", s->here.latency_s,
                                                 "bytes_per_s", s->here.bytes_per_s));
    return o;
}

void report_json(const Report *r, Text *out)
{
    json_t *all = json_pack("{s:o, s:o, s:i, s:f, s:i, s:o, s:o}", "machine", machine(),
                            "quiet", quiet(&r->quiet), "threads", r->how.threads,
                            "seconds", r->how.seconds, "rounds", r->how.rounds, "presets",
                            presets(r->preset, r->presets), "strategies", masks(r));
    CHECK(all, "a report that is no JSON");
    if (r->singles) json_object_set_new(all, "single", presets(r->single, r->singles));
    if (r->scaling) json_object_set_new(all, "scaling", scaling(r));
    if (r->evaluation) json_object_set_new(all, "evaluation", evaluation(r));
    if (r->attentions) json_object_set_new(all, "attention", attention(r));
    if (r->photos) json_object_set_new(all, "photos", photos(&r->photo));
    if (r->rank.step_s > 0) json_object_set_new(all, "ranks", ranks(&r->rank));
    if (r->failed[0]) json_object_set_new(all, "failed", json_string(r->failed));
    char *text = json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    CHECK(text, "a report that is no JSON");
    text_add(out, "%s\n", text);
    free(text);
    json_decref(all);
}
