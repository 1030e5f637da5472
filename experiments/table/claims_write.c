/* Judgements for eyes and for programs. */
#include "experiments/table/claims.h"

#include "experiments/table/table.h"
#include "experiments/table/tabular.h"

#include <jansson.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 80 };

static const char *const verdicts[VERDICTS] = { "supported", "contradicted", "undecided",
                                                "not tested" };

static const Metric *metric_of(const Judgements *j, const Judgement *one)
{
    return &j->r->metrics[one->metric].is;
}

/* --- for eyes ------------------------------------------------------------------- */

static void effect_text(const Judgements *j, const Judgement *one, Text *out)
{
    const Summary *d = &one->difference;
    table_number(metric_of(j, one), true, d->mean, out);
    if (d->n > 1) {
        text_add(out, " ± ");
        table_number(metric_of(j, one), false, d->half, out);
    }
    text_add(out, " (%d)", d->n);
}

/* "spiral above random ...": with the rows, where the grid has several such. */
static void claim_text(const Judgements *j, const Judgement *one, Text *out)
{
    Text settings = { 0 };
    text_add(out, "%s", one->claim->about);
    results_settings(j->r, one->better, &settings);
    if (settings.length) text_add(out, " (%s)", text_get(&settings));
    text_free(&settings);
}

static void fill(Tabular *s, const Judgements *j)
{
    static const char *const heads[] = { "claim", "from", "metric", "verdict", "effect", "p",
                                         "detectable" };
    enum { CLAIM, FROM, METRIC, VERDICT, EFFECT, P, LEAST, COLS };
    int row = 0;
    tabular_open(s, j->n - claims_count(j, CLAIM_UNTESTED) + 1, COLS, EFFECT);
    for (int i = 0; i < COLS; i++) text_add(tabular_cell(s, 0, i), "%s", heads[i]);
    for (int i = 0; i < j->n; i++) {
        const Judgement *one = &j->list[i];
        if (one->metric < 0) continue;
        row++;
        claim_text(j, one, tabular_cell(s, row, CLAIM));
        text_add(tabular_cell(s, row, FROM), "%s", one->claim->file);
        text_add(tabular_cell(s, row, VERDICT), "%s", verdicts[one->verdict]);
        text_add(tabular_cell(s, row, METRIC), "%s%s", metric_of(j, one)->name,
                 one->stands_in ? " +" : "");
        effect_text(j, one, tabular_cell(s, row, EFFECT));
        if (isfinite(one->holm_p)) text_add(tabular_cell(s, row, P), "%.3g", one->holm_p);
        if (isfinite(one->least))
            table_number(metric_of(j, one), false, one->least, tabular_cell(s, row, LEAST));
    }
}

static void notes(const Judgements *j, Text *out)
{
    bool stands_in = false;
    if (j->n == claims_count(j, CLAIM_UNTESTED)) text_add(out, "No claim is tested here.\n");
    else
        text_add(out, "effect: mean of the paired differences ± half of its 95 %% interval "
                      "(common seeds); above 0 the claim would be right.  p: of the t test, "
                      "adjusted by Holm for all claims here.  detectable: the smallest "
                      "difference that a single t test (two-sided 5 %%, unadjusted) of so many "
                      "seeds finds in 80 %% of cases, unknown below %d seeds.  A verdict takes "
                      "%d common seeds, and less than 5 %% of both p and the exact sign-flip "
                      "test.\n", STATS_PAIRS_LEAST, STATS_PAIRS_LEAST);
    for (int i = 0; i < j->n; i++) stands_in = stands_in || j->list[i].stands_in;
    if (stands_in)
        text_add(out, "+: not the published metric, but one that may stand for it.\n");
    for (int i = 0; i < j->n; i++) {
        const Claim *c = j->list[i].claim;
        if (*c->doubts && j->list[i].metric >= 0 && (!i || j->list[i - 1].claim != c))
            text_add(out, "%s, as published: %s.\n", c->about, c->doubts);
    }
    for (int i = 0, n = 0; i < j->n; i++)
        if (j->list[i].metric < 0)
            text_add(out, "%s%s", n++ ? "; " : "Not tested, for want of such rows or of such a "
                                               "metric: ", j->list[i].claim->about);
    text_add(out, claims_count(j, CLAIM_UNTESTED) ? ".\n" : "");
    text_add(out, "All of this at another scale than the papers': ");
    results_scale(j->r, out);
    text_add(out, ".\n");
    for (Verdict v = 0; v < VERDICTS; v++)
        text_add(out, "%s%d %s", v ? ", " : "", claims_count(j, v), verdicts[v]);
    text_add(out, ".\n");
}

/* --- for programs ----------------------------------------------------------------- */

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *side(const ClaimSide *s)
{
    json_t *all = json_object();
    for (int i = 0; i < s->n; i++)
        json_object_set_new(all, schema_key(s->key[i])->name, json_string(s->text[i]));
    return all;
}

static json_t *json_judgement(const Judgements *j, const Judgement *one)
{
    const Claim   *c = one->claim;
    const Summary *d = &one->difference;
    json_t        *all = json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s}", "claim", c->about,
                            "from", c->file, "source", c->source, "better", side(&c->better),
                            "worse", side(&c->worse), "published_metric", c->metric[0],
                            "doubts", c->doubts, "verdict", verdicts[one->verdict]);
    if (one->metric < 0) return all;
    json_object_update_new(
        all, json_pack("{s:s, s:s, s:i, s:o, s:[o, o], s:o, s:o, s:o}", "metric",
                       metric_of(j, one)->name, "units", metric_of(j, one)->units, "pairs", d->n,
                       "effect", number(d->mean), "interval95", number(d->mean - d->half),
                       number(d->mean + d->half), "sign_flip_p", number(one->flip_p), "holm_p",
                       number(one->holm_p), "detectable", number(one->least)));
    return all;
}

static void as_json(const Judgements *j, Text *out)
{
    Text    scale = { 0 };
    json_t *list = json_array();
    for (int i = 0; i < j->n; i++) json_array_append_new(list, json_judgement(j, &j->list[i]));
    results_scale(j->r, &scale);
    json_t *all = json_pack("{s:s, s:s, s:o}", "recipe", j->r->recipe->name, "scale",
                            text_get(&scale), "claims", list);
    char *text = json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    CHECK(text, "claims that are no JSON");
    text_add(out, "%s\n", text);
    free(text);
    json_decref(all);
    text_free(&scale);
}

void claims_write(const Judgements *j, const char *format, int width, Text *out)
{
    if (!strcmp(format, "json")) {
        as_json(j, out);
        return;
    }
    Tabular s;
    Text    below = { 0 };
    fill(&s, j);
    s.width = width;
    notes(j, &below);
    const bool md = !strcmp(format, "md"), any = s.rows > 1;
    if (any && md) tabular_markdown(&s, out);
    else if (any) tabular_text(&s, out);
    text_add(out, any ? "\n" : "");
    if (md) tabular_paragraphs(text_get(&below), out);
    else text_wrap(out, text_get(&below), PAGE);
    tabular_close(&s);
    text_free(&below);
}
