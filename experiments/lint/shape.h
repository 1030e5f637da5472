/* The shape of one mask: visible [rows, cols], 1 or 0. */
#ifndef EXPERIMENTS_LINT_SHAPE_H
#define EXPERIMENTS_LINT_SHAPE_H

#include <stdint.h>

/* Pairs of visible patches with a common edge, and connected visible regions. */
void shape_count(int *neighbours, int *parts, const uint8_t *visible, int rows, int cols);

/* Mean distance from a hidden patch to the nearest visible one, in patches from
 * centre to centre. */
double shape_nearest(const uint8_t *visible, int rows, int cols);

/* The waves that a grid tells apart: side / 2 of them, of 1, 2, ... cycles along the
 * shorter side, or along the only one there is; `most` cycles at most. */
int shape_side(int rows, int cols, int most);

/* Add to power[b], count[b] what the mask has at spatial frequencies, in any
 * direction, nearest to (b + 1) / side cycles a patch, up to a half; in units of what
 * a random mask with as many visible patches has there. */
void shape_spectrum(double *power, double *count, int side, const uint8_t *visible,
                    int rows, int cols);

#endif
