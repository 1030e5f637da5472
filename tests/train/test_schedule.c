#include "core/train/schedule.h"

#include <criterion/criterion.h>

#include <math.h>

/* Rates of the published recipes, by epoch. */
Test(schedule, published_recipes)
{
    static const Schedule pretrain = { 2.4e-3, 0, 40, 800 };
    static const Schedule finetune = { 2e-3, 1e-6, 5, 100 };
    static const struct {
        const Schedule *s;
        double          epoch, lr;
    } known[] = {
        { &pretrain, 0, 0 },           { &pretrain, 1, 6e-5 },
        { &pretrain, 20, 1.2e-3 },     { &pretrain, 40, 2.4e-3 },
        { &pretrain, 100, 2.363280e-3 }, { &pretrain, 400, 1.299095e-3 },
        { &pretrain, 800, 0 },         { &pretrain, 801, 0 },
        { &finetune, 1, 4e-4 },        { &finetune, 50, 1.083038e-3 },
        { &finetune, 99, 1.546469e-6 }, { &finetune, 100, 1e-6 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double lr = schedule_lr(known[i].s, known[i].epoch);
        cr_expect(fabs(lr - known[i].lr) <= 6e-7 * known[i].lr + 1e-18,
                  "epoch %g: %.9g, expected %.9g", known[i].epoch, lr, known[i].lr);
    }
}

Test(schedule, without_warm_up_it_starts_at_the_top)
{
    Schedule s = { 1, 0.25, 0, 2 };
    cr_expect(schedule_lr(&s, 0) == 1);
    cr_expect(fabs(schedule_lr(&s, 1) - 0.625) <= 1e-15);
    s.epochs = 0; /* nothing to train: whatever is asked, it is a number */
    cr_expect(schedule_lr(&s, 0) == 0.25);
}

Test(schedule, linear_rule)
{
    cr_expect(fabs(schedule_peak(1.5e-4, 4096) - 2.4e-3) <= 1e-18);
}
