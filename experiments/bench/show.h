/* What was measured, as tables of at most 80 columns on stdout. */
#ifndef EXPERIMENTS_BENCH_SHOW_H
#define EXPERIMENTS_BENCH_SHOW_H

#include "experiments/bench/report.h"

/* A row each, as they come; the first one after a head. */
void show_preset(const Comparison *c, bool first);
void show_attention(const AttentionTime *t, bool first);

/* The other programs, all of a preset beside each other; nothing if there are none. */
void show_others(const Comparison *list, int n);

void show_series(const Series *s);
void show_photos(const PhotoRate *p);
void show_ranks(const RankStep *s);

#endif
