/* The same step in another program.
 *
 * A command is run as
 *     sh -c "exec COMMAND --preset NAME --seconds S --threads N"
 * and prints, as the last line of its output, one JSON object with "name" (the
 * preset), "step_s", "images_per_s", "peak_bytes" (all above 0) and, if it likes,
 * "program", its name.  scripts/bench_pytorch.py is one.
 */
#ifndef EXPERIMENTS_BENCH_OTHER_H
#define EXPERIMENTS_BENCH_OTHER_H

#include "experiments/bench/watch.h"

enum { OTHER_NAME = 38 };

typedef struct {
    double step_s, images_per_s, peak_bytes;
    char   program[OTHER_NAME]; /* cut off if longer, "" if it does not say */
} Other;

/* STATUS_FAILED if the command cannot be run, ends in an error, or is not done after
 * ten minutes and ten times `seconds`; STATUS_FORMAT if it prints something else;
 * STATUS_STOPPED if that is asked for in `watch`, which may be NULL. */
MUST_USE Status other_measure(Other *o, const char *command, const char *preset,
                              double seconds, int threads, Watch *watch, Err *err);

/* What it printed, as text. */
MUST_USE Status other_parse(Other *o, const char *preset, const char *text, Err *err);

#endif
