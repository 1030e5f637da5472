/* What may come next on a command line, for a shell that asks while its user types. */
#ifndef EXPERIMENTS_MANUAL_COMPLETE_H
#define EXPERIMENTS_MANUAL_COMPLETE_H

#include "core/base/text.h"

/* `words` stand behind `maskgrid`; the last is being typed and may be empty.  Adds a line
 * "WORD\tabout it" for each whole word that it may become; where paths may stand, the line
 * ":files" or ":folders".
 *
 * Commands, options and their values come from the tables of experiments/cli; recipes,
 * strategies with their parameters, data sets and keys from what is there at the time. */
void complete_words(Text *out, char *const *words, int n);

#endif
