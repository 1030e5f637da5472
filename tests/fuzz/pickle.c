#include "core/train/pickle.h"
#include "tests/fuzz/fuzz.h"

enum { DEPTH_MOST = 12, VISITS_MOST = 10000 };

static size_t visit(const Pickle *p, int depth, int *visits)
{
    size_t sum = p->kind == PICKLE_TEXT ? (unsigned char)p->text[p->n] : 0;
    if (depth == DEPTH_MOST || ++*visits > VISITS_MOST) return sum;
    if (p->arguments) sum += visit(p->arguments, depth + 1, visits);
    for (size_t i = 0; i < p->n && p->kind != PICKLE_TEXT; i++)
        sum += visit(p->items[i], depth + 1, visits);
    return sum;
}

/* A tree in which every node is there. */
FUZZ(pickle)
{
    static const char *const known[] = { "collections.OrderedDict", "torch.*", NULL };
    static Arena             arena;
    Pickle                  *root;
    Err                      err;
    size_t                   used;
    int                      visits = 0;
    volatile size_t          sum = 0;
    if (!arena.name) arena_open(&arena, "fuzz", NULL, NULL);
    if (!pickle_read(&root, &arena, (const char *)bytes, n, &used, known, "fuzz", &err))
        sum = visit(root, 0, &visits) + (pickle_at(root, "model") != NULL);
    arena_reset(&arena);
    (void)sum;
    return 0;
}
