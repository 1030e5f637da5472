/* How threads of programs that are started wait. */
#define _POSIX_C_SOURCE 200112L /* setenv */
#include "core/base/threads.h"

#include <criterion/criterion.h>

#include <stdlib.h>

Test(threads, wait_briefly)
{
    unsetenv("OMP_WAIT_POLICY");
    unsetenv("GOMP_SPINCOUNT");
    threads_wait_briefly();
    const char *spins = getenv("GOMP_SPINCOUNT");
    cr_expect(spins && atol(spins) > 0);
}

Test(threads, wait_as_the_user_says)
{
    setenv("OMP_WAIT_POLICY", "active", 1);
    unsetenv("GOMP_SPINCOUNT");
    threads_wait_briefly();
    cr_expect(!getenv("GOMP_SPINCOUNT"));
    unsetenv("OMP_WAIT_POLICY");
    setenv("GOMP_SPINCOUNT", "7", 1);
    threads_wait_briefly();
    cr_expect_str_eq(getenv("GOMP_SPINCOUNT"), "7");
}
