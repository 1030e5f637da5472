#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "experiments/lint/twin.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Libraries and large blocks are placed in gaps of what is mapped, if one is wide
 * enough, else below; small ones behind what is allocated. */
void twin_move(void)
{
    enum { PAGE = 4096, WIDEST = 64, EACH = 30, SMALL = 100, BLOCKS = 500 };
    for (size_t pages = WIDEST; pages; pages /= 2)
        for (int i = 0; i < EACH; i++)
            CHECK(mmap(NULL, pages * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
                  MAP_FAILED, "no memory for a twin");
    for (int i = 0; i < BLOCKS; i++) CHECK(malloc(SMALL), "no memory for a twin");
}

static void draw_some(char hex[HASH_HEX], const Case *c)
{
    enum { SOME = 24 };
    int  ids[MASK_MAX_PATCHES], keys = case_keys(c);
    Hash h;
    hash_start(&h);
    for (int k = 0; k < keys && k < SOME; k++) {
        case_draw_key(c, ids, k);
        hash_bytes(&h, ids, (size_t)c->L * sizeof *ids);
    }
    hash_end(&h, hex);
}

Status twin_draw(Prints *to, const Subject *s, Err *err)
{
    for (int g = 0; g < subject_grids(s); g++) {
        Case c;
        if (case_open(&c, s, g, err)) return err->code;
        draw_some(to->hex[g], &c);
        case_close(&c);
    }
    return STATUS_OK;
}

Status twin_compare(const Prints *a, const Prints *b, const Subject *s, Err *err)
{
    for (int g = 0; g < subject_grids(s); g++) {
        int rows, cols;
        if (!memcmp(a->hex[g], b->hex[g], HASH_HEX)) continue;
        subject_grid(s, g, &rows, &cols);
        return err_set(err, STATUS_FAILED, "%d x %d patches: another process draws other masks "
                       "of the same images", rows, cols);
    }
    return STATUS_OK;
}
