#include "experiments/stats/compare.h"

#include <jansson.h>

#include <stdlib.h>

static json_t *interval(const Interval *in)
{
    return json_pack("[o, o]", table_json_number(in->low), table_json_number(in->high));
}

static json_t *side(const Compare *c, const Comparison *one, int i)
{
    Text    label = { 0 };
    json_t *all = table_json_summary(&one->of[i]);
    results_label(c->r[i], one->row[i], &label);
    json_object_set_new(all, "row", json_string(text_get(&label)));
    json_object_set_new(all, "iqm", table_json_number(one->iqm[i]));
    json_object_set_new(all, "iqm_interval95", interval(&one->iqm_in[i]));
    text_free(&label);
    return all;
}

static json_t *comparison(const Compare *c, const Comparison *one)
{
    const ResultMetric *m = &c->r[0]->metrics[one->metric[0]];
    Text                words = { 0 };
    json_t             *difference = table_json_summary(&one->difference);
    compare_words(c, one, &words);
    json_object_set_new(difference, "sign_flip_p", table_json_number(one->flip_p));
    json_object_set_new(difference, "t_p", table_json_number(one->t_p));
    json_object_set_new(difference, "holm_p", table_json_number(one->holm_p));
    json_object_set_new(difference, "images", json_integer(one->n_images));
    json_object_set_new(difference, "images_interval95", interval(&one->images));
    json_t *all = json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:s}", "metric", m->is.name,
        "stage", stage_word(m->stage), "long_name", m->is.long_name, "units", m->is.units, "first",
        side(c, one, 0), "second", side(c, one, 1), "difference", difference, "improvement",
        table_json_number(one->improvement), "improvement_interval95",
        interval(&one->improvement_in), "clear", one->clear, "words", text_get(&words));
    text_free(&words);
    return all;
}

void compare_json(const Compare *c, Text *out)
{
    json_t *all = json_array();
    for (int i = 0; i < c->n; i++) json_array_append_new(all, comparison(c, &c->c[i]));
    json_t *top = json_pack("{s:s, s:s, s:o}", "first", c->of[0], "second", c->of[1],
                            "comparisons", all);
    char *text = json_dumps(top, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    CHECK(text, "a comparison that is no JSON");
    text_add(out, "%s\n", text);
    free(text);
    json_decref(top);
}
