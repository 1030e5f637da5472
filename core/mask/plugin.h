/* Plug-ins: strategies in files of their own, loaded when they are asked for.
 *
 * edges.so has the symbol mask_edges, which MASK_STRATEGY(edges, ...) makes.  It is
 * found by its name in the folders of
 *
 *     $MASKGRID_PLUGIN_PATH            parted by colons
 *     $XDG_DATA_HOME/maskgrid/plugins  ~/.local/share if that is not set
 *     PREFIX/lib/maskgrid/plugins      beside PREFIX/bin/maskgrid
 *
 * or by its path, "./edges.so", "./my plug-ins/edges.so".  An executable whose name has
 * another ending, "./edges.py", is a script (script.h), and "./masks.h5" holds recorded
 * masks (replay.h); else they are the same.
 *
 * What a plug-in does may change with every build, so the identity of its masks has
 * the hash of the file in it: "edges@1f0c9a33ab12".  Asked for by that name, only a
 * file of that content will do.
 *
 * A plug-in stays loaded until the process ends; the same file is loaded once, and
 * what was loaded is what is used, whatever happens to the file.
 */
#ifndef CORE_MASK_PLUGIN_H
#define CORE_MASK_PLUGIN_H

#include "core/base/status.h"
#include "core/base/text.h"
#include "core/mask/mask.h"

/* A strategy and what it is called; it lives as long as the process. */
typedef struct {
    const char         *name; /* what the identity of its masks begins with */
    const MaskStrategy *strategy;
    const char         *file; /* absolute; NULL: it is in the program       */
    const char         *hash; /* of the file, as hash.h has it; NULL too    */
} StrategyEntry;

/* The plug-in that the first n bytes of `word` ask for: "edges", "edges@1f0c9a33ab12",
 * "./edges.so".  *found is NULL, and all is well, if it is a name and no file has it.
 * A plug-in that was loaded by its path is found by its name too, by this process and
 * those that it starts.
 *
 * STATUS_MISSING if there is no such file, STATUS_FORMAT if it is no plug-in, or one
 * that breaks the contract of mask.h.  Safe to call from several threads. */
MUST_USE Status plugin_find(const StrategyEntry **found, const char *word, size_t n,
                            Err *err);

/* The names of the files that are found by name, first come first, each once: one a
 * line.  None of them is opened. */
void plugin_names(Text *out);

/* Append the plug-ins that the text of a mask names, each with the whole hash of its
 * file, "edges@<32 digits>", with blanks between them; nothing if there are none.  For
 * texts of mask_spec(), whose plug-ins this process has loaded.  `b2sum -l 128` gives the
 * same digits. */
void plugin_hashes(Text *out, const char *spec);

/* Is the word a path: has it a slash, or the ending .so, or is it that of a recording
 * which is there? */
bool plugin_is_path(const char *word, size_t n);

/* Is it a strategy that mask_open can be given?  STATUS_FORMAT says what is wrong
 * with it; `name` is for the message.  Members that were appended since it was built
 * are NULL, so s is a copy as long as ours. */
MUST_USE Status plugin_check(const MaskStrategy *s, const char *name, Err *err);

#endif
