/* What the numbers say, in words, and how sure that is. */
#include "experiments/report/section.h"
#include "experiments/stats/leaders.h"
#include "experiments/table/table.h"

#include <math.h>
#include <string.h>

typedef struct {
    const ReportPlan *p;
    const Results    *r;
    const Metric     *m;
    int               metric;
    int              *row;   /* [n] rows of which it is known, trained or not */
    double           *x;     /* [n, seeds] */
    bool             *leads; /* [n] */
    int              *pairs; /* [n] the most seeds that it has in common with another */
    int               n, best;
} Judged;

typedef enum { LEADS, BEHIND, UNCOMPARED } Standing;

static Standing standing(const Judged *j, int i)
{
    return j->pairs[i] < STATS_PAIRS_LEAST ? UNCOMPARED : j->leads[i] ? LEADS : BEHIND;
}

static void add_label(Text *out, const Judged *j, int i)
{
    Text label = { 0 };
    results_label(j->r, j->row[i], &label);
    text_add(out, "<b>");
    html_text(out, text_get(&label));
    text_add(out, "</b>");
    text_free(&label);
}

static void add_number(Text *out, const Judged *j, bool sign, double x)
{
    table_number(j->m, sign, x, out);
}

static Summary summary_of(const Judged *j, int i)
{
    return stats_summary(j->x + i * j->r->n_seeds, j->r->n_seeds);
}

static int most_pairs(const Judged *j, int i)
{
    const int seeds = j->r->n_seeds;
    int       most = 0;
    for (int k = 0; k < j->n; k++) {
        if (k == i) continue;
        int pairs = stats_moments(j->x + i * seeds, j->x + k * seeds, seeds).n;
        if (pairs > most) most = pairs;
    }
    return most;
}

static void judge(Judged *j, Arena *a)
{
    const Results *r = j->r;
    const bool     higher = j->m->better != LOWER;
    j->row = ARENA_NEW(a, int, r->n_rows);
    j->x = ARENA_NEW(a, double, r->n_rows * r->n_seeds);
    j->leads = ARENA_NEW(a, bool, r->n_rows);
    j->pairs = ARENA_NEW(a, int, r->n_rows);
    for (int row = 0; row < r->n_rows; row++) {
        const double *x = results_values(r, j->metric, row);
        if (!stats_moments(x, NULL, r->n_seeds).n) continue;
        memcpy(j->x + j->n * r->n_seeds, x, (size_t)r->n_seeds * sizeof *x);
        j->row[j->n] = row;
        double mine = summary_of(j, j->n).mean, best = summary_of(j, j->best).mean;
        if (higher ? mine > best : mine < best) j->best = j->n;
        j->n++;
    }
    if (j->n) stats_leaders(j->x, j->n, r->n_seeds, higher, j->leads);
    for (int i = 0; i < j->n; i++) j->pairs[i] = most_pairs(j, i);
}

static bool same(double a, double b) { return fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b)); }

/* Has it the best mean, too, but for the rounding of its sum? */
static bool ties(const Judged *j, int i)
{
    return i == j->best || same(summary_of(j, i).mean, summary_of(j, j->best).mean);
}

static int count_ties(const Judged *j)
{
    int n = 0;
    for (int i = 0; i < j->n; i++) n += ties(j, i);
    return n;
}

/* Of several best ones only if it is that of each. */
static void add_interval(Text *out, const Judged *j)
{
    const Summary s = summary_of(j, j->best);
    for (int i = 0; i < j->n; i++) {
        const Summary other = summary_of(j, i);
        if (ties(j, i) && (other.n != s.n || (s.n > 1 && !same(other.half, s.half)))) {
            text_add(out, ". ");
            return;
        }
    }
    if (s.n > 1) {
        text_add(out, " ± ");
        add_number(out, j, false, s.half);
        text_add(out, " (95 %% interval, %d seeds). ", s.n);
    } else {
        text_add(out, " (one seed, so nobody knows how far chance alone would move it). ");
    }
}

static void say_best(Text *out, const Judged *j)
{
    const int tied = count_ties(j);
    int       left = tied;
    if (tied == j->n && tied > 1) {
        text_add(out, "The means of all %d are the same", tied);
    } else {
        text_add(out, "The %s mean is that of ", j->m->better == LOWER ? "lowest" : "highest");
        for (int i = 0; i < j->n; i++) {
            if (!ties(j, i)) continue;
            add_label(out, j, i);
            if (--left) text_add(out, left == 1 ? " and " : ", ");
        }
    }
    text_add(out, ": ");
    add_number(out, j, false, summary_of(j, j->best).mean);
    add_interval(out, j);
}

static void add_those(Text *out, const Judged *j, Standing which, const char *before)
{
    for (int i = 0; i < j->n; i++) {
        if (standing(j, i) != which) continue;
        text_add(out, "%s", before);
        add_label(out, j, i);
        if (which == UNCOMPARED) {
            int seeds = summary_of(j, i).n;
            text_add(out, " (%d seed%s)", seeds, text_s(seeds));
        }
        before = ", ";
    }
}

static void say_leaders(Text *out, const Judged *j)
{
    int n[UNCOMPARED + 1] = { 0 }, pairs = 0;
    for (int i = 0; i < j->n; i++) {
        n[standing(j, i)]++;
        if (j->pairs[i] > pairs) pairs = j->pairs[i];
    }
    if (j->n < 2) return;
    if (n[UNCOMPARED] == j->n) {
        text_add(out, "No order is certain: %d seed%s tell%s nothing apart, it takes %d. ",
                 pairs, text_s(pairs), pairs == 1 ? "s" : "", STATS_PAIRS_LEAST);
        return;
    }
    if (n[LEADS] == 1 && !n[UNCOMPARED]) {
        text_add(out, "It leads: all others are behind, at 5 %% over all comparisons. ");
        return;
    }
    if (!n[BEHIND]) {
        text_add(out, "None of the %d can be told from the best", j->n);
    } else {
        add_those(out, j, LEADS, "Not told from the best: ");
        add_those(out, j, BEHIND, "; behind, at 5 % over all comparisons: ");
    }
    add_those(out, j, UNCOMPARED, "; too few common seeds to tell: ");
    text_add(out, ". ");
}

/* The best against the baseline, as one of all comparisons with it: judged as compare does, for
 * sign flips of six pairs, adjusted, could not pass whatever the numbers were. */
static void say_difference(Text *out, const Judged *j, Arena *a)
{
    const Results *r = j->r;
    double        *holm = ARENA_NEW(a, double, j->n);
    int            tests = 0, base = results_baseline(r, j->row[j->best], j->p->baseline);
    if (base < 0) return;
    for (int i = 0; i < j->n; i++)
        if (j->row[i] == base && ties(j, i)) return;
    for (int i = 0; i < j->n; i++) {
        int to = results_baseline(r, j->row[i], j->p->baseline);
        holm[i] = NAN;
        if (to >= 0 && to != j->row[i]) {
            Summary d = stats_moments(j->x + i * r->n_seeds, results_values(r, j->metric, to),
                                      r->n_seeds);
            holm[i] = stats_t_test(&d);
        }
        tests += isfinite(holm[i]);
    }
    stats_holm(holm, holm, j->n);
    Summary d = stats_paired(j->x + j->best * r->n_seeds, results_values(r, j->metric, base),
                             r->n_seeds);
    if (!d.n) return;
    text_add(out, "Seed by seed ");
    if (count_ties(j) > 1) add_label(out, j, j->best);
    else text_add(out, "it");
    text_add(out, " differs from ");
    html_text(out, j->p->baseline);
    text_add(out, " by ");
    add_number(out, j, true, d.mean);
    if (d.n > 1) {
        text_add(out, " ± ");
        add_number(out, j, false, d.half);
    }
    if (d.n >= STATS_PAIRS_LEAST && isfinite(holm[j->best])) {
        const double flips = stats_sign_flip(j->x + j->best * r->n_seeds,
                                             results_values(r, j->metric, base), r->n_seeds);
        text_add(out, " (paired t test: p %.2g after Holm for %d comparison%s", holm[j->best],
                 tests, text_s(tests));
        if (isfinite(flips)) text_add(out, "; exact sign flips: p %.2g, not adjusted", flips);
        text_add(out, ")");
    }
    text_add(out, ". ");
}

static void say_reach(Text *out, const Judged *j)
{
    Deviation d = results_deviation(j->r, j->metric, j->p->baseline);
    double    least = stats_findable(d.sd, d.pairs);
    for (int row = 0; row < j->r->n_rows; row++) {
        Summary s = stats_summary(results_values(j->r, j->metric, row), j->r->n_seeds);
        if (!j->r->rows[row].untrained || !s.n) continue;
        text_add(out, "Without any pre-training it is ");
        add_number(out, j, false, s.mean);
        text_add(out, ". ");
        break;
    }
    if (!isfinite(least)) return;
    text_add(out, "A single t test (two-sided 5 %%, unadjusted) finds a true difference of ");
    add_number(out, j, false, least);
    text_add(out, " in four of five cases, and smaller ones mostly not; sign flips and Holm find "
                  "it less often.");
}

/* Of any row at all, be it one that nothing is compared with. */
static bool is_known(const Judged *j)
{
    for (int row = 0; row < j->r->n_rows; row++)
        if (stats_moments(results_values(j->r, j->metric, row), NULL, j->r->n_seeds).n)
            return true;
    return false;
}

static void say_metric(Text *out, const ReportPlan *p, int metric)
{
    Arena  a;
    Judged j = { .p = p, .r = p->results, .m = &p->results->metrics[metric].is,
                 .metric = metric };
    arena_open(&a, "a summary", NULL, NULL);
    judge(&j, &a);
    if (is_known(&j)) {
        text_add(out, "<li><h3>");
        html_text(out, j.m->long_name);
        if (strcmp(j.m->units, "1")) {
            text_add(out, " <span>[");
            html_text(out, strcmp(j.m->units, "percent") ? j.m->units : "%");
            text_add(out, "]</span>");
        }
        text_add(out, "</h3>\n<p>");
        if (j.n) {
            say_best(out, &j);
            say_leaders(out, &j);
            say_difference(out, &j, &a);
        }
        say_reach(out, &j);
        text_add(out, "</p></li>\n");
    }
    arena_close(&a);
}

/* How much of the recipe there is. */
static void say_state(Text *out, const Results *r)
{
    int done = 0, failed = 0, all = 0;
    for (int s = 0; s < STAGE_KINDS; s++)
        for (int row = 0; row < r->n_rows; row++) {
            int none = results_count(r, s, row, POINT_NONE);
            done += results_count(r, s, row, POINT_DONE);
            for (PointState state = POINT_FAILED; state <= POINT_NEWER; state++)
                failed += results_count(r, s, row, state);
            all += r->n_seeds - none;
        }
    if (done == all)
        text_add(out, "<p>All %d records are there: %d row%s, %d seed%s.</p>\n", all, r->n_rows,
                 text_s(r->n_rows), r->n_seeds, text_s(r->n_seeds));
    else
        text_add(out, "<p class=\"warning\">%d of %d records are there, %d failed or cannot be "
                      "read; what follows is of those that are there.</p>\n", done, all, failed);
}

void section_summary(Text *out, const ReportPlan *p)
{
    const Results *r = p->results;
    size_t         before;
    html_section(out, "summary", "Summary");
    say_state(out, r);
    text_add(out, "<ul class=\"findings\">\n");
    before = out->length;
    for (int i = 0; i < r->n_metrics; i++)
        if (r->metrics[i].is.primary && r->metrics[i].stage != STAGE_PRETRAIN &&
            r->metrics[i].stage != STAGE_REPRESENT)
            say_metric(out, p, i);
    text_add(out, "</ul>\n");
    if (out->length == before + strlen("</ul>\n"))
        html_paragraph(out, "No evaluation is done yet: there is nothing to say.");
    text_add(out, "</section>\n");
}
