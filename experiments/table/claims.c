#include "experiments/table/claims.h"

#include "experiments/stats/leaders.h"

#include <math.h>
#include <string.h>

/* --- rows --------------------------------------------------------------------- */

static bool is_named(const ClaimSide *side, int key)
{
    for (int i = 0; i < side->n; i++)
        if (side->key[i] == key) return true;
    return false;
}

static bool is_of(const Results *r, const ClaimSide *side, int row)
{
    const Cell *c = NULL;
    Text        value = { 0 };
    for (int k = 0; k < r->n_seeds && !c; k++) c = r->rows[row].cells[k];
    bool is = c && !r->rows[row].untrained;
    for (int i = 0; i < side->n && is; i++) {
        text_clear(&value);
        schema_get(&c->config, side->key[i], &value);
        is = !strcmp(text_get(&value), side->text[i]);
    }
    text_free(&value);
    return is;
}

/* They may differ in what the claim is about, and in nothing else. */
static bool are_alike(const Results *r, const Claim *c, int better, int worse)
{
    const ResultRow *a = &r->rows[better], *b = &r->rows[worse];
    const int        strategy = schema_find("pretrain.strategy");
    bool alike = is_named(&c->better, strategy) || is_named(&c->worse, strategy) ||
                 !strcmp(a->strategy, b->strategy);
    for (int k = 0; k < r->n_settings && alike; k++)
        alike = is_named(&c->better, r->settings[k]) || is_named(&c->worse, r->settings[k]) ||
                !strcmp(a->settings[k], b->settings[k]);
    return alike;
}

/* --- judging -------------------------------------------------------------------- */

static void add(Judgements *j, const Judgement *one, int *room)
{
    if (j->n == *room) { /* grown in the arena: what was is left behind */
        Judgement *list = ARENA_NEW(&j->arena, Judgement, 2 * *room + 16);
        if (j->n) memcpy(list, j->list, (size_t)j->n * sizeof *list);
        j->list = list;
        *room = 2 * *room + 16;
    }
    j->list[j->n++] = *one;
}

static Judgement measure(const Results *r, const Claim *c, int metric, int better, int worse)
{
    const double *b = results_values(r, metric, better), *w = results_values(r, metric, worse);
    const bool    lower = r->metrics[metric].is.better == LOWER;
    Judgement     one = { .claim = c, .metric = metric, .better = better, .worse = worse };
    one.difference = lower ? stats_paired(w, b, r->n_seeds) : stats_paired(b, w, r->n_seeds);
    one.flip_p = stats_sign_flip(b, w, r->n_seeds);
    one.least = stats_findable(one.difference.sd, one.difference.n);
    return one;
}

static int judge_pairs(Judgements *j, const Claim *c, int metric, bool stands_in, int *room)
{
    const Results *r = j->r;
    int            n = 0;
    for (int i = 0; i < r->n_rows; i++)
        for (int k = 0; k < r->n_rows && is_of(r, &c->better, i); k++) {
            if (k == i || !is_of(r, &c->worse, k) || !are_alike(r, c, i, k)) continue;
            Judgement one = measure(r, c, metric, i, k);
            one.stands_in = stands_in;
            if (!one.difference.n) continue;
            add(j, &one, room);
            n++;
        }
    return n;
}

static Verdict verdict_of(const Judgement *one)
{
    const Summary *d = &one->difference;
    if (one->metric < 0) return CLAIM_UNTESTED;
    if (d->n < STATS_PAIRS_LEAST || !(one->flip_p < 0.05) || !(one->holm_p < 0.05))
        return CLAIM_UNDECIDED;
    return d->mean > 0 ? CLAIM_SUPPORTED : CLAIM_CONTRADICTED;
}

void claims_judge(Judgements *j, const Published *from, const Results *r)
{
    int room = 0;
    *j = (Judgements){ .r = r };
    arena_open(&j->arena, "claims", NULL, NULL);
    for (const Claim *c = from->claims; c; c = c->next) {
        int n = 0;
        for (int i = 0; i < c->n_metrics; i++) {
            int metric = results_find(r, c->metric[i]);
            if (metric >= 0) n += judge_pairs(j, c, metric, i > 0, &room);
        }
        if (!n) add(j, &(Judgement){ .claim = c, .metric = -1 }, &room);
    }
    double *p = ARENA_NEW(&j->arena, double, j->n + 1);
    for (int i = 0; i < j->n; i++)
        p[i] = j->list[i].metric < 0 ? (double)NAN : stats_t_test(&j->list[i].difference);
    stats_holm(p, p, j->n);
    for (int i = 0; i < j->n; i++) {
        j->list[i].holm_p = p[i];
        j->list[i].verdict = verdict_of(&j->list[i]);
    }
}

void claims_close(Judgements *j) { arena_close(&j->arena); }

int claims_count(const Judgements *j, Verdict v)
{
    int n = 0;
    for (int i = 0; i < j->n; i++) n += j->list[i].verdict == v;
    return n;
}
