/* Photographs for those who have none: scenes, as large as a camera's picture on the
 * web is, in JPEG. */
#ifndef EXPERIMENTS_BENCH_DRAWN_H
#define EXPERIMENTS_BENCH_DRAWN_H

#include "core/base/status.h"

enum { DRAWN_PICTURES = 64, DRAWN_WIDTH = 500, DRAWN_HEIGHT = 375 };

/* FOLDER/train/scenes/00.jpg and so on: each of four scenes of 256 x 256, with the
 * strongest texture, at quality 90; and val/scenes/00.jpg, as data sets have it. */
MUST_USE Status drawn_write(const char *folder, Err *err);

#endif
