/* Ranks of a build without MPI: what two that mpirun has started are told.  Not built with
 * MPI=1. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "core/train/ranks.h"

#include <criterion/criterion.h>

#include <stdlib.h>

static int strangers_of(const char *own, const char *count)
{
    Ranks r;
    setenv("OMPI_COMM_WORLD_RANK", own, 1);
    setenv("OMPI_COMM_WORLD_SIZE", count, 1);
    ranks_open(&r);
    cr_expect(r.count == 1 && r.own == 0 && !r.launched);
    return r.strangers;
}

/* The first says it, once for all; a number that is none is nobody's. */
Test(strangers, are_counted_by_the_first)
{
    cr_expect_eq(strangers_of("0", "4"), 3);
    cr_expect_eq(strangers_of("1", "4"), 0);
    cr_expect_eq(strangers_of("0", "1"), 0);
    cr_expect_eq(strangers_of("0", "many"), 0);
    cr_expect_eq(strangers_of("0", "99999999999"), 0);
}
