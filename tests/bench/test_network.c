/* The exchange of ranks, simulated: against what one reckons by hand. */
#include "core/train/ranks.h"
#include "experiments/bench/network.h"

#include <criterion/criterion.h>

#include <math.h>

/* A step of 0.3 s, 0.2 of them the way back, with gradients of two buckets. */
Test(network, hides_what_it_can_behind_the_way_back)
{
    const double   MB = (double)MEAN_BUCKET * (double)sizeof(real);
    const RankStep s = { .step_s = 0.3, .bytes = 2 * MB };
    const Network  n = { "", 0.001, 10 * MB }; /* a bucket: 2 ms and 0.1 s on two ranks */
    cr_expect(network_share(&n, &s, 1, 1, EACH_TO_EACH) == 1);
    double two = network_share(&n, &s, 1, 2, EACH_TO_EACH);
    cr_expect(fabs(two - 0.3 / 0.404) < 1e-9, "the second hides nothing: %g", two);
    double four = network_share(&n, &s, 1, 4, EACH_TO_EACH); /* 6 ms and 0.15 s */
    cr_expect(fabs(four - 0.3 / 0.512) < 1e-9, "the first outlasts the second: %g", four);
    double tree = network_share(&n, &s, 1, 4, HALVING); /* 4 ms and 0.15 s */
    cr_expect(fabs(tree - 0.3 / 0.508) < 1e-9, "%g", tree);
    double fast = network_share(&n, &s, 10, 2, EACH_TO_EACH); /* a step of 0.03 s */
    cr_expect(fabs(fast - 0.03 / 0.224) < 1e-9, "%g", fast);
}
