#include "core/base/rng.h"
#include "core/metrics/miou.h"

#include <criterion/criterion.h>

#include <math.h>

enum { CLASSES = 5, N = 400, IGNORE = 9 };

static Arena arena;
static void  open_arena(void) { arena_open(&arena, "test", NULL, NULL); }
static void  close_arena(void) { arena_close(&arena); }
TestSuite(miou, .init = open_arena, .fini = close_arena);

static Miou run(double iou[CLASSES], double accuracy[CLASSES], const uint16_t *truth,
                const uint16_t *predicted, size_t n, bool reduce_zero)
{
    Confusion c;
    Flaw      flaw;
    Miou      m;
    confusion_open(&c, &arena, CLASSES);
    cr_assert(confusion_add(&c, truth, predicted, n / 2, IGNORE, reduce_zero, &flaw));
    cr_assert(confusion_add(&c, truth + n / 2, predicted + n / 2, n - n / 2, IGNORE,
                            reduce_zero, &flaw));
    miou_of(&m, iou, accuracy, &c);
    return m;
}

/* Class by class, pixel by pixel; class 4 is never there. */
Test(miou, is_what_counting_each_class_says)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        uint16_t truth[N], predicted[N];
        double   iou[CLASSES], accuracy[CLASSES], mean_iou = 0, mean_accuracy = 0, right = 0;
        int      counted = 0;
        Rng      rng = rng_at(seed, STREAM_ORDER, 0, 0);
        for (int i = 0; i < N; i++) {
            truth[i] = (uint16_t)rng_below(&rng, 5);
            if (truth[i] == 4) truth[i] = IGNORE;
            predicted[i] = rng_below(&rng, 3) ? truth[i] : (uint16_t)rng_below(&rng, 4);
            if (rng_below(&rng, 20) == 0) predicted[i] = IGNORE;
        }
        Miou m = run(iou, accuracy, truth, predicted, N, false);
        for (int k = 0; k < 4; k++) {
            int both = 0, either = 0, there = 0;
            for (int i = 0; i < N; i++) {
                if (truth[i] == IGNORE) continue;
                both += truth[i] == k && predicted[i] == k;
                either += truth[i] == k || predicted[i] == k;
                there += truth[i] == k;
            }
            cr_expect(iou[k] == (double)both / either && accuracy[k] == (double)both / there);
            mean_iou += (double)both / either / 4, mean_accuracy += (double)both / there / 4;
            right += both, counted += there;
        }
        cr_expect(isnan(iou[4]) && isnan(accuracy[4]));
        cr_expect(fabs(m.miou - mean_iou) <= 1e-14 && fabs(m.macc - mean_accuracy) <= 1e-14);
        cr_expect(m.aacc == right / counted && m.pixels == (uint64_t)counted);
    }
}

Test(miou, a_class_that_is_only_predicted_has_no_accuracy_and_no_overlap)
{
    static const uint16_t truth[] = { 0, 0, 1, 1 }, predicted[] = { 0, 2, 1, 1 };
    double iou[CLASSES], accuracy[CLASSES];
    Miou   m = run(iou, accuracy, truth, predicted, 4, false);
    cr_expect(iou[2] == 0 && isnan(accuracy[2]) && isnan(iou[3]));
    cr_expect(fabs(m.miou - 1.5 / 3) <= 1e-15 && m.macc == 0.75 && m.aacc == 0.75);
}

Test(miou, with_reduce_zero_classes_begin_at_one)
{
    static const uint16_t truth[] = { 0, 1, 2, IGNORE, 5 }, predicted[] = { 3, 0, 1, 3, 4 };
    double iou[CLASSES], accuracy[CLASSES];
    Miou   m = run(iou, accuracy, truth, predicted, 5, true);
    cr_expect(m.miou == 1 && m.aacc == 1 && m.pixels == 3 && isnan(iou[3]), "%g", m.miou);
}

Test(miou, labels_that_are_no_class_are_told)
{
    static const uint16_t truth[] = { 0, IGNORE, 5, 1 }, good[] = { 0, 77, 2, 1 },
                          predicted[] = { 0, 77, 0, 5 };
    Confusion c;
    Flaw      flaw;
    double    iou[CLASSES], accuracy[CLASSES];
    Miou      m;
    confusion_open(&c, &arena, CLASSES);
    cr_expect(!confusion_add(&c, truth, good, 4, IGNORE, false, &flaw));
    cr_expect(flaw.pixel == 2 && flaw.label == 5 && !flaw.predicted);
    cr_expect(!confusion_add(&c, truth, predicted, 4, IGNORE, true, &flaw));
    cr_expect(flaw.pixel == 3 && flaw.label == 5 && flaw.predicted);
    cr_expect(confusion_add(&c, truth, good, 4, IGNORE, true, &flaw));
    miou_of(&m, iou, accuracy, &c);
    cr_expect(m.pixels == 2, "what was refused is not counted");
}
