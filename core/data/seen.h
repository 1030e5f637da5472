/* Identities of data sets that were found before, so that a large one is read once and not
 * on each run.
 *
 * A stamp says of files what tells that they have changed without reading them: name,
 * number, size, and the times of their last writing and of their last change in any way.
 * No program can set the last of these, so a file with another content, even one of the
 * same size whose date was set back, has another stamp.  The identity stays that of the
 * contents: equal pictures are the same data set wherever they are.
 *
 * What is known lies in $MASKGRID_CACHE, or in $XDG_CACHE_HOME/maskgrid, or in
 * ~/.cache/maskgrid: a file for each stamp.  It can be removed at any time.
 */
#ifndef CORE_DATA_SEEN_H
#define CORE_DATA_SEEN_H

#include "core/base/hash.h"
#include "core/base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* What a file's directory entry says; two are equal in memory if it has not changed. */
typedef struct {
    int64_t number, size, written_s, written_ns, changed_s, changed_ns;
} FileFacts;

typedef struct {
    Hash    hash;
    int64_t bytes;  /* that reading them takes                    */
    int64_t newest; /* seconds of the last change of any of them  */
    int64_t begun;  /* seconds when the first was looked at       */
} Stamp;

MUST_USE Status file_facts(FileFacts *f, const char *path, Err *err);

void stamp_start(Stamp *s);
void stamp_add(Stamp *s, const char *name, const FileFacts *f);
void stamp_end(Stamp *s, char hex[HASH_HEX]);

/* What is known of files of this stamp; false: nothing.  Of files that are read in less
 * than a moment nobody asks. */
bool seen_find(char identity[HASH_HEX], const Stamp *s, const char stamp[HASH_HEX]);

/* Keep it, unless a file had changed within seconds when it was looked at: then it could
 * have changed again without another time.  Where nothing can be kept the next run reads again. */
void seen_keep(const char identity[HASH_HEX], const Stamp *s, const char stamp[HASH_HEX]);

#endif
