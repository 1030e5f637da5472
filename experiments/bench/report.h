/* Everything that `maskgrid bench` has measured, and how it is written down. */
#ifndef EXPERIMENTS_BENCH_REPORT_H
#define EXPERIMENTS_BENCH_REPORT_H

#include "core/base/text.h"
#include "experiments/bench/attention.h"
#include "experiments/bench/cells.h"
#include "experiments/bench/compare.h"
#include "experiments/bench/evaluation.h"
#include "experiments/bench/network.h"
#include "experiments/bench/photos.h"
#include "experiments/bench/quiet.h"
#include "experiments/bench/scaling.h"

enum { REPORT_PRESETS = 8, REPORT_STRATEGIES = 64 };

typedef struct {
    const char *name;
    Quartiles   per_s;
} MaskRate;

typedef struct {
    CompareConfig    how;
    Quiet            quiet;
    Comparison       preset[REPORT_PRESETS], single[REPORT_PRESETS]; /* on one thread */
    MaskRate         strategy[REPORT_STRATEGIES];
    Series           series[SERIES_MOST];
    AttentionTime    attention[ATTENTION_SHAPES];
    int              presets, singles, strategies, n_series, attentions;
    bool             scaling, evaluation, photos; /* what follows was measured,
                                                     of scaling perhaps a part    */
    LoaderShare      loader;
    CellRate         cells;
    Evaluation       timing;
    EvaluationConfig timed;
    PhotoRate        photo;
    RankStep         rank;  /* no step: not asked for                       */
    Ranks            ranks; /* that run this together; count 0: not opened */
    char             failed[256]; /* why there is no more; "" if all went well */
} Report;

/* JSON, indented: machine, quiet, threads, presets, strategies and, if measured, single,
 * scaling, evaluation, photos, ranks and attention; results/reference/README.md names the
 * fields. */
void report_json(const Report *r, Text *out);

/* Figures of what was measured, each as .tsv, .png and .svg in `folder`, which is made:
 * presets, single, masks, threads, batch, visible, cells, ranks.  Adds their paths to `made`. */
MUST_USE Status report_figures(const Report *r, const char *folder, Text *made, Err *err);

#endif
