/* Memory that may be touched from its first byte to its last, and not beyond.
 *
 *     Fence *f = fence_open("the scores", L * sizeof(float), FENCE_BEHIND);
 *     float *out = f->data;
 *     ...                      out[L] is a segmentation fault
 *     fence_close(f);
 *
 * It lies between pages that nobody may touch.  A page is coarser than a float, so
 * one of the two ends is exact and the other is somewhere in its page.
 */
#ifndef EXPERIMENTS_LINT_FENCE_H
#define EXPERIMENTS_LINT_FENCE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { FENCE_BEHIND, FENCE_BEFORE } FenceEnd; /* the end that is exact */

typedef struct Fence {
    const char    *what; /* "the scores", for messages                 */
    size_t         held; /* bytes of all its pages; it lies in the first */
    void          *data; /* zeroed                                     */
    size_t         size; /* bytes that may be touched                  */
    struct Fence  *older;
} Fence;

/* Aborts (CHECK) if there is no memory.  Open and close from one thread. */
Fence *fence_open(const char *what, size_t bytes, FenceEnd exact);
void   fence_lock(Fence *f); /* from now on it may be read only */
void   fence_close(Fence *f); /* NULL is allowed */

/* For a handler of SIGSEGV: if the address belongs to a fence, says in `text` what
 * was done: "touches memory 4 bytes behind the end of the scores". */
bool fence_explain(char *text, size_t room, const void *address);

#endif
