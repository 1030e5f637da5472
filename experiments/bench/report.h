/* Everything that `maskgrid bench` has measured, and how it is written down. */
#ifndef EXPERIMENTS_BENCH_REPORT_H
#define EXPERIMENTS_BENCH_REPORT_H

#include "core/base/text.h"
#include "experiments/bench/attention.h"
#include "experiments/bench/cells.h"
#include "experiments/bench/compare.h"
#include "experiments/bench/evaluation.h"
#include "experiments/bench/photos.h"
#include "experiments/bench/scaling.h"

enum { REPORT_PRESETS = 8, REPORT_STRATEGIES = 64 };

typedef struct {
    const char *name;
    double      per_s;
} MaskRate;

typedef struct {
    CompareConfig    how;
    Comparison       preset[REPORT_PRESETS];
    MaskRate         strategy[REPORT_STRATEGIES];
    Series           series[SERIES_MOST];
    AttentionTime    attention[ATTENTION_SHAPES];
    int              presets, strategies, n_series, attentions;
    bool             scaling, evaluation, photos; /* what follows was measured */
    LoaderShare      loader;
    CellRate         cells;
    Evaluation       timing;
    EvaluationConfig timed;
    PhotoRate        photo;
} Report;

/* JSON, indented: machine, threads, presets, strategies and, if measured, scaling,
 * evaluation, photos and attention; results/reference/README.md names the fields. */
void report_json(const Report *r, Text *out);

/* Figures of what was measured, each as .tsv, .png and .svg in `folder`, which is made:
 * presets, masks, threads, batch, visible, cells.  Adds their paths to `made`. */
MUST_USE Status report_figures(const Report *r, const char *folder, Text *made, Err *err);

#endif
