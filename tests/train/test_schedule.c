#include "core/train/schedule.h"

#include <criterion/criterion.h>

#include <math.h>

/* Rates of the published recipes, by epoch. */
Test(schedule, published_recipes)
{
    static const Schedule pretrain = { .lr = 2.4e-3, .warmup = 40, .epochs = 800 };
    static const Schedule finetune = { .lr = 2e-3, .min_lr = 1e-6, .warmup = 5,
                                       .epochs = 100 };
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
    Schedule s = { .lr = 1, .min_lr = 0.25, .epochs = 2 };
    cr_expect(schedule_lr(&s, 0) == 1);
    cr_expect(fabs(schedule_lr(&s, 1) - 0.625) <= 1e-15);
    s.epochs = 0; /* nothing to train: whatever is asked, it is a number */
    cr_expect(schedule_lr(&s, 0) == 0.25);
}

/* 184,375 steps of 1,844 an epoch; 160,000 of 1,263: rates by step. */
Test(schedule, published_recipes_of_dense_tasks)
{
    static const Schedule detect = { 1e-4, 0, 250.0 / 1844, 184375.0 / 1844, SCHEDULE_STEPS, 1e-3 };
    static const Schedule segment = { 1e-4, 0, 1500.0 / 1263, 160000.0 / 1263, SCHEDULE_LINEAR,
                                      1e-6 };
    static const struct {
        const Schedule *s;
        double          steps, step, lr;
    } known[] = {
        { &detect, 1844, 0, 1e-7 },          { &detect, 1844, 125, 5.005e-5 },
        { &detect, 1844, 250, 1e-4 },        { &detect, 1844, 163888, 1e-4 },
        { &detect, 1844, 163889, 1e-5 },     { &detect, 1844, 177546, 1e-5 },
        { &detect, 1844, 177547, 1e-6 },     { &detect, 1844, 184375, 1e-6 },
        { &segment, 1263, 0, 1e-10 },        { &segment, 1263, 750, 4.97656747e-05 },
        { &segment, 1263, 1500, 9.90625e-5 }, { &segment, 1263, 80000, 5e-5 },
        { &segment, 1263, 160000, 0 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double lr = schedule_lr(known[i].s, known[i].step / known[i].steps);
        cr_expect(fabs(lr - known[i].lr) <= 1e-7 * known[i].lr + 1e-18,
                  "%zu, step %g: %.9g, expected %.9g", i, known[i].step, lr, known[i].lr);
    }
}

Test(schedule, linear_rule)
{
    cr_expect(fabs(schedule_peak(1.5e-4, 4096) - 2.4e-3) <= 1e-18);
}
