/* Memory with one owner and one end.
 *
 * Nobody frees a tensor.  It lives in an arena and dies with it:
 *
 *   model    weights, gradients, optimiser state   until the run ends
 *   step     activations and tape nodes            until arena_reset()
 *   scratch  temporaries of one function           until arena_rewind()
 *
 * An arena grows block by block while the first step runs.  The reset after
 * it joins the blocks into one of the peak size, so from the second step on
 * nothing is allocated at all; who knows the peak reserves it, and the first
 * step does not even waste the ends of blocks.  With a backend's alloc and
 * release the same code hands out device memory; arenas never look inside
 * what they own.
 */
#ifndef CORE_BASE_ARENA_H
#define CORE_BASE_ARENA_H

#include <stddef.h>

typedef struct ArenaBlock ArenaBlock;

typedef struct {
    const char *name;         /* shown when memory runs out            */
    void *(*alloc)(size_t);   /* NULL: host memory                     */
    void (*release)(void *);
    ArenaBlock *top;          /* newest block; older ones behind it    */
    size_t      held;         /* bytes in all blocks                   */
    size_t      used;         /* bytes handed out since the last reset */
    size_t      peak;         /* the most `used` has ever been         */
} Arena;

typedef struct {
    ArenaBlock *block;
    size_t      used;
} ArenaMark;

void      arena_open(Arena *a, const char *name,
                     void *(*alloc)(size_t), void (*release)(void *));
void      arena_reserve(Arena *a, size_t bytes); /* one block, before any is taken */
void     *arena_take(Arena *a, size_t bytes); /* aligned to 64, not zeroed, never NULL */
ArenaMark arena_mark(const Arena *a);
void      arena_rewind(Arena *a, ArenaMark m);
void      arena_reset(Arena *a);
void      arena_close(Arena *a);

#define ARENA_NEW(a, type, n) ((type *)arena_take((a), (size_t)(n) * sizeof(type)))

#endif
