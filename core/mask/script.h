/* Scripts: strategies in any language, to try an idea before it is written in C.
 *
 * A script is an executable that answers each line of its input with one line, both
 * JSON.  The first asks what it is:
 *
 *     {"describe": true}
 *     {"about": "the border first", "source": "an idea", "needs": ["pixels"],
 *      "parameters": [{"key": "noise", "value": 8, "lo": 0, "hi": 100,
 *                      "about": "random patches added to the distance"}],
 *      "seconds": 10}
 *
 * of which only "about" is required; needs are attention, pixels, class_attention and
 * losses, and "seconds" is how long an answer may take.  Then each mask is a line:
 *
 *     {"rows": 14, "cols": 14, "K": 49, "seed": 0, "epoch": 3, "image": 17,
 *      "progress": 0.03, "chance": 5831690284561937, "parameters": {"noise": 8},
 *      "values": 768, "pixels": [...]}
 *     {"scores": [0.1, 0.7, ...]}      one number a patch, the highest are hidden; or
 *     {"visible": [3, 4, 11, ...]}     the K that are visible
 *
 * An answer must depend on nothing but its line: "chance" is another number for each
 * (seed, epoch, image), to seed a generator with.  Arrays are flat, as mask.h has them;
 * beside attention stand "heads", beside pixels "values" a patch.
 *
 * One process serves all threads, one after the other.  It is slow: for trying.
 */
#ifndef CORE_MASK_SCRIPT_H
#define CORE_MASK_SCRIPT_H

#include "core/base/status.h"
#include "core/mask/mask.h"

/* Start the script and let it describe itself; it runs until this process ends.
 * STATUS_FORMAT says what it did instead.  A script that fails later,
 * when a mask is drawn, ends this process with the exit code EXIT_DATA and a message:
 * a mask cannot be missing. */
MUST_USE Status script_open(MaskStrategy *s, const char *file, Err *err);

#endif
