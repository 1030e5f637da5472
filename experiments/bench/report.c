#include "experiments/bench/report.h"

#include "experiments/record/provenance.h"

#include <jansson.h>

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

static json_t *speed(const char *name, const Speed *v)
{
    json_t *o = name ? json_pack("{s:s}", "name", name) : json_object();
    json_object_update_new(o, json_pack("{s:f, s:f, s:f}", "step_s", v->step_s,
                                        "images_per_s", v->images_per_s, "gflop_per_s",
                                        1e-9 * v->flop / v->step_s));
    if (v->gemm_s > 0)
        json_object_update_new(o, json_pack("{s:f, s:f}", "gemm_s", v->gemm_s,
                                            "step_over_gemm", v->step_over_gemm));
    json_object_set_new(o, "peak_bytes", json_integer((json_int_t)v->peak_bytes));
    json_object_set_new(o, "predicted_bytes", json_integer((json_int_t)v->predicted_bytes));
    return o;
}

static json_t *against(const Against *a)
{
    return json_pack("{s:s, s:f, s:f, s:I, s:f, s:f}", "program", a->other.program, "step_s",
                     a->other.step_s, "images_per_s", a->other.images_per_s, "peak_bytes",
                     (json_int_t)a->other.peak_bytes, "times_other", a->times,
                     "peak_over_other", a->memory);
}

static json_t *preset(const Comparison *c)
{
    json_t *o = speed(c->preset, &c->ours), *others = json_array();
    for (int k = 0; k < c->others; k++)
        json_array_append_new(others, against(&c->against[k]));
    json_object_set_new(o, "others", others);
    return o;
}

static json_t *series(const Series *s)
{
    json_t *points = json_array();
    for (int i = 0; i < s->n; i++) {
        json_t *o = speed(NULL, &s->speed[i]);
        json_object_set_new(o, over_words[s->over], json_real(s->at[i]));
        json_array_append_new(points, o);
    }
    return json_pack("{s:s, s:s, s:o}", "preset", s->preset, "over", over_words[s->over],
                     "points", points);
}

static json_t *scaling(const Report *r)
{
    json_t *all = json_array();
    for (int i = 0; i < r->n_series; i++) json_array_append_new(all, series(&r->series[i]));
    const CellRate *c = &r->cells;
    return json_pack("{s:o, s:{s:s, s:s, s:f, s:f, s:f}, s:{s:i, s:i, s:[f, f], s:f}}",
                     "series", all, "loader", "preset", "micro", "data", r->loader.data,
                     "batch_s", r->loader.batch_s, "step_s", r->loader.step_s, "share",
                     r->loader.share, "cells", "cells", c->cells, "images", c->images,
                     "per_hour", c->per_hour[0], c->per_hour[1], "gain",
                     c->per_hour[1] / c->per_hour[0]);
}

static json_t *evaluation(const Report *r)
{
    const EvaluationConfig *c = &r->timed;
    const Evaluation       *e = &r->timing;
    return json_pack("{s:i, s:i, s:i, s:i, s:{s:f, s:f}, s:{s:i, s:f, s:f}}", "train",
                     c->train, "test", c->test, "width", c->width, "classes", c->classes,
                     "knn", "seconds", e->knn_s, "top1", e->knn_top1, "linear-cached",
                     "epochs", c->epochs, "seconds", e->linear_s, "top1", e->linear_top1);
}

static json_t *attention(const Report *r)
{
    json_t *all = json_array();
    for (const AttentionTime *t = r->attention; t < r->attention + r->attentions; t++)
        json_array_append_new(
            all, json_pack("{s:i, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "tokens",
                           t->shape.tokens, "width", t->shape.width, "heads", t->shape.heads,
                           "batch", t->shape.batch, "forward_s", t->forward_s,
                           "plain_forward_s", t->plain_forward_s, "forward_times",
                           t->forward_times, "backward_s", t->backward_s,
                           "plain_backward_s", t->plain_backward_s, "backward_times",
                           t->backward_times, "plain_again_s", t->plain_again_s,
                           "again_times", t->again_times));
    return all;
}

void report_json(const Report *r, Text *out)
{
    json_t *presets = json_array(), *strategies = json_array();
    for (int i = 0; i < r->presets; i++)
        json_array_append_new(presets, preset(&r->preset[i]));
    for (int i = 0; i < r->strategies; i++)
        json_array_append_new(strategies,
                              json_pack("{s:s, s:f}", "name", r->strategy[i].name,
                                        "masks_per_s", r->strategy[i].per_s));
    json_t *all = json_pack("{s:o, s:i, s:f, s:i, s:o, s:o}", "machine", machine(), "threads",
                            r->how.threads, "seconds", r->how.seconds, "rounds", r->how.rounds,
                            "presets", presets, "strategies", strategies);
    CHECK(all, "a report that is no JSON");
    if (r->scaling) json_object_set_new(all, "scaling", scaling(r));
    if (r->evaluation) json_object_set_new(all, "evaluation", evaluation(r));
    if (r->attentions) json_object_set_new(all, "attention", attention(r));
    if (r->photos)
        json_object_set_new(all, "photos",
                            json_pack("{s:i, s:i, s:f, s:f}", "images", r->photo.images, "size",
                                      PHOTO_SIZE, "decoded_per_s", r->photo.decoded_per_s,
                                      "kept_per_s", r->photo.kept_per_s));
    char *text = json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    CHECK(text, "a report that is no JSON");
    text_add(out, "%s\n", text);
    free(text);
    json_decref(all);
}
