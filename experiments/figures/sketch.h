/* Masks and walks in the terminal, and as patches on a canvas. */
#ifndef EXPERIMENTS_FIGURES_SKETCH_H
#define EXPERIMENTS_FIGURES_SKETCH_H

#include "experiments/figures/canvas.h"

#include <stdio.h>

/* Rows and columns of a grid from "14x14". */
MUST_USE Status grid_read(int *rows, int *cols, const char *text, Err *err);

/* n masks side by side, as many in a row as `columns` allow: ids [n, rows cols], K
 * visible first and `thrown` last.  Visible patches are solid; two rows of patches make
 * a line of text, or one where the terminal has no UTF-8: # visible, . hidden.  Where
 * some are thrown a patch is two letters wide, and a line below says what is what. */
void sketch_masks(FILE *to, const int *ids, int n, int rows, int cols, int K, int thrown,
                  int columns);

/* The walk [rows cols], as a line; without UTF-8 as numbers, modulo 100. */
void sketch_walk(FILE *to, const int *walk, int rows, int cols);

/* One mask: patches of `cell` pixels with a gap between them.  The visible ones
 * show the picture, with a frame, or INK if it is NULL; the hidden ones are PALE, and
 * let a little of the picture through. */
void sketch_patches(Canvas *c, int x, int y, int cell, const int *ids, int rows, int cols,
                    int K, const Image *picture);

/* On top of it the last n of ids: thrown, neither visible nor hidden. */
void sketch_thrown(Canvas *c, int x, int y, int cell, const int *ids, int rows, int cols,
                   int n);

/* What is what, in one line: patches of `size` pixels with a word beside each; thrown
 * ones only if asked for.  Without a canvas it only measures; returns the width. */
int sketch_legend(Canvas *c, int x, int y, int size, bool thrown);

/* The walk [rows cols] of an order, from the dot. */
void sketch_path(Canvas *c, int x, int y, int cell, const int *walk, int rows, int cols);

/* The share of masks in which each patch is visible [rows cols], white to INK. */
uint32_t sketch_shade(double share);
void sketch_shares(Canvas *c, int x, int y, int cell, const double *share, int rows,
                   int cols);

#endif
