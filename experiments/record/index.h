/* One file of links to all records of a recipe, for h5py, HDFView, h5web: nothing is copied.
 *
 *   /strategy=random/seed=0/pretrain -> ../cells/0123456789abcdef/pretrain.h5
 *   /strategy=random/seed=0/knn      -> ../cells/0123456789abcdef/knn-89abcdef.h5
 *
 * Groups are what the grid varies, the strategy first and the seed last; that of a cell has
 * its `strategy`, `seed` and `config_hash`.  Paths are those from the file's folder, so that
 * the whole can be moved.  In names a '/' is written %2F.
 */
#ifndef EXPERIMENTS_RECORD_INDEX_H
#define EXPERIMENTS_RECORD_INDEX_H

#include "core/base/text.h"
#include "experiments/recipe/recipe.h"

typedef struct {
    int  linked;
    Text missing; /* a line for each record that is left out: not there, or damaged; where
                     nothing is linked, of those that are damaged alone             */
} Index;

/* `results` holds cells/; the folder of `out` is made.  index->missing: text_free it.
 * STATUS_CONFIG, and nothing is written, if `out` is there and no index. */
MUST_USE Status index_write(Index *index, const char *out, const Recipe *r,
                            const char *results, Err *err);

/* Is it an index, whole, whatever its links lead to? */
bool index_is(const char *path);

/* What it says of itself, and a line for each link: its name, its file, and whether that is
 * there.  Fails as record_read. */
MUST_USE Status index_outline(Text *out, const char *path, Err *err);

#endif
