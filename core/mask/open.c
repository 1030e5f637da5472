#include "core/mask/opened.h"

#include "core/mask/blend.h"
#include "core/mask/count.h"
#include "core/mask/rank.h"
#include "core/mask/replay.h"
#include "core/mask/settings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RUN = 4,
    BY_MODEL = MASK_NEEDS_ATTENTION | MASK_NEEDS_CLASS_ATTENTION | MASK_NEEDS_SWEEP |
               MASK_NEEDS_LEARNER
};
static const double TAU = 1;

static const char *const SELECTORS[] = {
    "topk", "prefix", "window", "stride", "strata", "runs", "gumbel", "suffix", NULL
};

static const char *const CONTROLS[] = { "none",     "shuffled", "untrained",
                                        "inverted", "ignored",  NULL };

static const char *const COUNTS[] = { "none",   "mae",   "videomae",
                                      "simmim", "spark", "hiera", NULL };

static const char *const SWAPS[] = { "last", "any", NULL };

const MaskParam mask_common[] = {
    MASK_CHOICE(Common, select, MASK_TOPK, SELECTORS,
                "which of the ranking stay visible"),
    MASK_INTEGER(Common, run, RUN, 1, MASK_MAX_PATCHES, "length of a run, select=runs"),
    MASK_NUMBER(Common, tau, TAU, 1e-3, 1e3, "temperature of the scores, select=gumbel"),
    MASK_INTEGER(Common, sym, 0, 0, 1, "1: turn or mirror each mask at random"),
    MASK_INTEGER(Common, phase, 0, 0, 1, "1: shift each mask at random, round the edges"),
    MASK_NUMBER(Common, jitter, 0, 0, 100,
                "noise on the scores, in their standard deviations"),
    MASK_NUMBER(Common, hints, 0, 0, 1,
                "share of the hidden that is shown again, at random"),
    MASK_NUMBER(Common, start, 0, 0, 1, "share of training with random masks at first"),
    MASK_NUMBER(Common, anneal, 0, 0, 1,
                "then share of training to pass from random masks"),
    MASK_CHOICE(Common, control, MASK_CONTROL_NONE, CONTROLS,
                "what a gain is compared with: the view of the next image of the "
                "batch, an encoder never trained, scores turned round, all "
                "computed but ignored"),
    MASK_CHOICE(Common, swap, MASK_SWAP_LAST, SWAPS,
                "what is hidden for hints: the last visible of the ranking, or any"),
    MASK_NUMBER(Common, throw, 0, 0, 1,
                "share of all patches that is neither shown nor drawn"),
    MASK_CHOICE(Common, compat_count, COUNT_EXACT, COUNTS,
                "visible: floor(L (1 - ratio)), or as the code of a paper counts"),
    { 0 }
};
_Static_assert(sizeof mask_common / sizeof *mask_common == COMMON_ROWS,
               "rows of the table");

static void *take(size_t n, size_t size)
{
    void *p = calloc(n, size);
    CHECK(p, "no memory for %zu times %zu bytes of a mask", n, size);
    return p;
}

static Status refuse(const Mask *m, const char *name, Err *err)
{
    const Common *c = &m->common;
    if (c->run != RUN && c->select != MASK_RUNS)
        return err_set(err, STATUS_CONFIG, "%s: run has no effect without select=runs",
                       name);
    if (c->tau != TAU && c->select != MASK_GUMBEL)
        return err_set(err, STATUS_CONFIG, "%s: tau has no effect without select=gumbel",
                       name);
    if (c->swap != MASK_SWAP_LAST && c->hints == 0)
        return err_set(err, STATUS_CONFIG, "%s: swap has no effect without hints", name);
    if (c->control == MASK_INVERTED || c->control == MASK_CONTROL_NONE) {
        /* whatever ranks can rank the other way round */
    } else if (!m->strategy.needs) {
        return err_set(err, STATUS_CONFIG,
                       "%s looks at nothing: control=%s has no effect", name,
                       CONTROLS[c->control]);
    } else if (c->control == MASK_UNTRAINED && !(m->strategy.needs & BY_MODEL)) {
        return err_set(err, STATUS_CONFIG,
                       "%s asks no model: control=untrained has no effect",
                       name);
    }
    if (!count_fits((CountRule)c->compat_count, m->rows, m->cols))
        return err_set(err, STATUS_CONFIG, "%s: compat_count=%s counts squares of 2 x 2 patches, "
                       "and the grid is %d x %d", name, COUNTS[c->compat_count], m->rows,
                       m->cols);
    bool shuffled = c->select != MASK_GUMBEL && c->select > MASK_PREFIX;
    if (m->thrown && (shuffled || c->hints > 0 || c->anneal > 0 || c->sym || c->phase))
        return err_set(err, STATUS_CONFIG, "%s: throw takes the next of the ranking, which "
                       "is lost with select, hints, anneal, sym or phase", name);
    if (m->thrown && (m->strategy.needs & MASK_NEEDS_LEARNER))
        return err_set(err, STATUS_CONFIG, "%s: throw would leave its learner nothing to "
                       "learn from", name);
    if (m->strategy.needs && (c->sym || c->phase))
        return err_set(err, STATUS_CONFIG,
                       "%s looks at the image: %s would move its mask away", name,
                       c->sym ? "sym" : "phase");
    return STATUS_OK;
}

/* The last K of a ranking are the first K of it turned round.  Of an order this is
 * called suffix, of scores inverted: it has one name only. */
static Status turn(Common *c, int first, const char *name, Err *err)
{
    if (c->select != MASK_SUFFIX) return STATUS_OK;
    if (c->control != MASK_CONTROL_NONE)
        return err_set(err, STATUS_CONFIG, "%s: select=suffix is control=inverted, and so cannot "
                       "have control=%s", name, CONTROLS[c->control]);
    c->select = first, c->control = MASK_INVERTED;
    return STATUS_OK;
}

static void write_spec(Mask *m, Settings own, int first, const char *name)
{
    Common c = m->common;
    if (m->strategy.order && c.select == first && c.control == MASK_INVERTED)
        c.select = MASK_SUFFIX, c.control = MASK_CONTROL_NONE;
    settings_write(&m->spec, own, (Settings){ m->table, &c }, name);
}

/* Of recorded masks it is not the strategy's to say. */
static Status find_thrown(Mask *m, const char *name, Err *err)
{
    const Recording *r = replay_of(&m->strategy);
    m->thrown = r ? r->T : rank_count(m->common.throw, m->rows * m->cols);
    if (!r || m->common.throw == 0) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "%s: its masks are recorded: they throw %d patches each, "
                   "and throw has no effect", name, r->T);
}

static Status walk(Mask *m, const char *name, Err *err)
{
    int      L = m->rows * m->cols;
    uint8_t *seen = take((size_t)L, 1);
    Status   bad = STATUS_OK;
    m->order = take((size_t)L, sizeof *m->order);
    m->strategy.order(m->self, m->order, m->rows, m->cols);
    for (int t = 0; t < L && !bad; t++) {
        int i = m->order[t];
        if (i < 0 || i >= L || seen[i]++)
            bad = err_set(err, STATUS_FORMAT, "%s: step %d of its order is patch %d of %d, %s",
                          name, t, i, L, i >= 0 && i < L ? "again" : "which there is not");
    }
    free(seen);
    return bad;
}

Status mask_open(Mask **out, const char *name, const MaskStrategy *s, const char *params,
                 int rows, int cols, Err *err)
{
    if (rows < 1 || cols < 1 || cols > MASK_MAX_PATCHES / rows || rows * cols < 2)
        return err_set(err, STATUS_CONFIG,
                       "%s: a grid of %d x %d; it must have 2 to %d patches", name, rows,
                       cols, MASK_MAX_PATCHES);
    if (s->abi != MASK_ABI)
        return err_set(err, STATUS_CONFIG,
                       "%s was built for contract %u; this program has %d", name, s->abi,
                       MASK_ABI);

    Mask *m = take(1, sizeof *m);
    memcpy(&m->strategy, s, s->bytes < sizeof *s ? s->bytes : sizeof *s);
    memcpy(m->table, mask_common, sizeof mask_common);
    m->rows = rows, m->cols = cols;
    places_find(&m->places);
    m->self = take(1, s->size ? s->size : 1);
    if (m->strategy.initial) memcpy(m->self, m->strategy.initial, s->size);
    CHECK(!m->strategy.score != !m->strategy.order, "%s must score or order, not both",
          name);
    bool sweeps = m->strategy.needs & MASK_NEEDS_SWEEP;
    CHECK(sweeps == !!m->strategy.sweep && sweeps == !!m->strategy.sweep_due,
          "%s must have sweep and sweep_due where it needs a sweep, and only there", name);

    /* The first K of an order are its prefix and the rest the top of the
     * scores; one selector must have one name only. */
    int first = m->strategy.order ? MASK_PREFIX : MASK_TOPK;
    m->table[0].value = s->select <= MASK_PREFIX ? first : (int)s->select;

    Settings own = { s->params, m->self }, common = { m->table, &m->common };
    settings_default(own);
    settings_default(common);
    if (settings_read(own, common, name, params, err)) goto fail;
    if (m->common.select <= MASK_PREFIX) m->common.select = first;
    if (turn(&m->common, first, name, err) || find_thrown(m, name, err) || refuse(m, name, err) ||
        replay_fits(&m->strategy, name, rows, cols, err))
        goto fail;

    write_spec(m, own, first, name);
    if (m->strategy.order && walk(m, name, err)) goto fail;
    *out = m;
    return STATUS_OK;

fail:
    mask_close(m);
    return err->code;
}

void mask_close(Mask *m)
{
    if (!m) return;
    if (m->form == FORM_STRATEGY) free(m->self);
    else blend_close(m);
    free(m->order);
    text_free(&m->spec);
    free(m);
}

const char *mask_spec(const Mask *m) { return text_get(&m->spec); }
unsigned    mask_needs(const Mask *m) { return m->strategy.needs; }
const int  *mask_order(const Mask *m) { return m->order; }

MaskLearner mask_learner(const Mask *m)
{
    MaskLearner how = { .blocks = 1, .weight = 1 };
    if (m->learns) return mask_learner(m->learns);
    if (m->strategy.learner) m->strategy.learner(m->self, &how);
    return how;
}

int mask_thrown(const Mask *m, int K)
{
    int rest = m->rows * m->cols - K;
    return m->thrown < rest ? m->thrown : rest - 1;
}

Status mask_check(const Mask *m, int K, uint64_t first, uint64_t n, Err *err)
{
    int L = m->rows * m->cols, most = L - K - 1;
    if (m->thrown <= most) return replay_check(m, K, first, n, err);
    return err_set(err, STATUS_CONFIG, "%s throws %d of %d patches, and with %d visible it can "
                   "throw %d: one at least is hidden", mask_spec(m), m->thrown, L, K, most);
}

MaskControl mask_control(const Mask *m) { return (MaskControl)m->common.control; }

int mask_together(const Mask *m) { return m->common.control == MASK_SHUFFLED ? 2 : 1; }

int mask_partner(const Mask *m, int n, int N)
{
    return m->common.control == MASK_SHUFFLED ? (n + 1) % N : n;
}

bool mask_sweep_due(const Mask *m, int epoch, int epochs)
{
    if (m->sweeps) return mask_sweep_due(m->sweeps, epoch, epochs);
    return (m->strategy.needs & MASK_NEEDS_SWEEP) &&
           m->strategy.sweep_due(m->self, epoch, epochs);
}

void mask_sweep(const Mask *m, float *out, const MaskSweep *s)
{
    if (m->sweeps) {
        mask_sweep(m->sweeps, out, s);
        return;
    }
    m->strategy.sweep(m->self, out, s);
    for (int i = 0; i < m->rows * m->cols; i++)
        CHECK(isfinite(out[i]), "%s: the sweep gives %g at patch %d", mask_spec(m),
              (double)out[i], i);
}

int mask_revision(const Mask *m)
{
    int sum = m->form == FORM_STRATEGY ? m->strategy.revision : 0;
    for (int i = 0; i < m->n; i++) sum += mask_revision(m->part[i]);
    return sum;
}

bool mask_fixed(const Mask *m)
{
    const Common *c = &m->common;
    if (m->form != FORM_STRATEGY) return blend_fixed(m);
    bool modified = c->select > MASK_PREFIX || c->sym || c->phase || c->jitter > 0 ||
                    c->hints > 0 || c->start > 0 || c->anneal > 0;
    bool ranked = m->order || (m->strategy.fixed && m->strategy.fixed(m->self));
    return ranked && !modified;
}

double mask_ratio(const Mask *m, double ratio, double progress)
{
    const double *own = m->ratio;
    if (!(own[0] > 0)) return ratio;
    return rint(1e6 * (own[0] + (own[1] - own[0]) * progress)) / 1e6;
}

int mask_count(const Mask *m, double ratio, double progress)
{
    return count_visible((CountRule)m->common.compat_count, m->rows, m->cols,
                         mask_ratio(m, ratio, progress));
}
