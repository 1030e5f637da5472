/* A figure: what the files figure_*.c and figures.c share. */
#ifndef EXPERIMENTS_FIGURES_FIGURE_H
#define EXPERIMENTS_FIGURES_FIGURE_H

#include "experiments/figures/figures.h"

enum { FIGURE_PATH = 4096, FIGURE_NAME = 160, FIGURE_KEY = 64 };

typedef struct {
    const Results    *r;
    const char       *baseline, *folder;
    const FigurePlan *plan;
    char              widest[16]; /* letters of the longest label, in digits */
    Text              footer;     /* scale, seeds and commit, below each figure */
    FigureList       *made;
} Figures;

typedef struct {
    const char *name, *title, *about; /* as of a Figure */
    const char *script;
    const Text *tsv;
    const char *columns[2];           /* of the first block of tsv; of others, NULL: the same */
    const char *widest;               /* NULL: that of all labels */
    const char *arguments[5];         /* what the script wants behind the footer */
} Drawing;

/* Columns of a block that begins with a line of its name alone. */
#define FIGURE_BLOCK "the name; below it: "

/* Write FOLDER/name.tsv, above each block "# " and its columns, which gnuplot skips; and run
 * script.gp on it. */
MUST_USE Status figure_draw(const Figures *f, const Drawing *d, Err *err);

/* For figures that are drawn otherwise: the .tsv alone; a path that was written; and that
 * it is done, or left out and why. */
MUST_USE Status figure_tsv(const Figures *f, const char *name, const Text *tsv, Err *err);
void            figure_path(char out[FIGURE_PATH], const Figures *f, const char *name,
                            const char *ending);
void            figure_made(const Figures *f, const char *path);
void            figure_done(const Figures *f, const char *name, const char *title,
                            const char *about);
void            figure_left(const Figures *f, const char *name, const char *why);

/* Was it asked for: all are, or this name is among those that are. */
bool figure_wanted(const Figures *f, const char *name);

/* Those of one metric; the last two are of a number that the grid varies. */
typedef enum {
    FIGURE_MEANS,
    FIGURE_DIFFERENCES,
    FIGURE_RANKS,
    FIGURE_PROFILE,
    FIGURE_BY_VISIBILITY,
    FIGURE_BY_TIME,
    FIGURE_BY_KEY,
    FIGURE_MAP_OF_KEY,
    FIGURE_PARTS
} FigurePart;

/* What it is called, with `key` at the end of the last two, and whether it was asked for:
 * itself, or all of its metric.  Unless names are given a number of diagnostics says enough
 * by its means. */
bool figure_part(char name[FIGURE_NAME], const Figures *f, int metric, FigurePart part,
                 const char *key);

/* Stands for what the grid could vary, where it varies no number. */
#define FIGURE_USUAL_KEY "ratio"

/* What a setting is called in prose; false unless it is a number that the grid varies. */
bool figure_key(char key[FIGURE_KEY], const Figures *f, int setting);

/* The words of a label, broken into lines that a frame has room for, and of what stands above
 * it; a metric with its unit, so broken. */
void figure_label(Text *out, const char *text);
void figure_caption(Text *out, const char *text);
void figure_metric_label(Text *out, const Metric *m);

/* "\t0.5", or "\tnan". */
void figure_add(Text *out, double x);

/* Colour and dashes of a row, as style.gp numbers them. */
int figure_shade(const Figures *f, int row);

MUST_USE Status figure_loss(const Figures *f, Err *err);
MUST_USE Status figure_distance(const Figures *f, Err *err);
MUST_USE Status figure_visibility(const Figures *f, Err *err);
MUST_USE Status figure_reconstruction(const Figures *f, Err *err);
MUST_USE Status figure_represent(const Figures *f, Err *err);
MUST_USE Status figure_objects(const Figures *f, Err *err);
MUST_USE Status figure_labels(const Figures *f, Err *err);

/* All of one metric. */
MUST_USE Status figure_metric(const Figures *f, int metric, Err *err);
MUST_USE Status figure_ranks(const Figures *f, int metric, Err *err);
MUST_USE Status figure_profile(const Figures *f, int metric, Err *err);
MUST_USE Status figure_settings(const Figures *f, int metric, Err *err);
MUST_USE Status figure_against(const Figures *f, int metric, Err *err);

/* Its figure number i, and the curve that it draws: false behind the last. */
bool figure_represent_name(int i, const char **figure, const char **curve);

#endif
