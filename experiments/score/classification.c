#include "core/metrics/accuracy.h"
#include "experiments/record/predictions.h"
#include "experiments/score/score.h"

#include <stdio.h>
#include <string.h>

static Status write_record(const ScoreOptions *o, const Predictions *p, Err *err)
{
    Record *r;
    if (score_record(&r, o, "score-classification", "classification of given predictions",
                     o->truth, o->predictions, "", err))
        return err->code;
    record_accuracy(r, "classification", "given predictions", p->scores, p->labels, p->n,
                    p->classes, p->scored);
    record_pictures(r, p->ids, p->labels, p->n);
    return record_close(r, err);
}

static void print(const Predictions *p, const Accuracy *a, const char *format)
{
    static const char *const name[] = { "top1", "top5" };
    double                   top[] = { 100 * a->top1, 100 * a->top5 };
    bool                     all = p->scored;
    if (!strcmp(format, "json")) {
        printf("{\"images\": %d, \"classes\": %d, \"top1\": %.17g, \"top5\": ", p->n, p->classes,
               top[0]);
        printf(all ? "%.17g}\n" : "null}\n", top[1]);
    } else if (!strcmp(format, "csv")) {
        printf("images,classes,top1,top5\n%d,%d,%.17g,", p->n, p->classes, top[0]);
        printf(all ? "%.17g\n" : "\n", top[1]);
    } else if (strcmp(format, "table") != 0) {
        scores_print(&(Scores){ .numbers = all ? 2 : 1, .digits = 2, .name = name,
                                .total = top }, format);
    } else {
        printf("%d images, %d classes\ntop-1 accuracy  %6.2f %%\n", p->n, p->classes, top[0]);
        if (all) printf("top-5 accuracy  %6.2f %%\n", top[1]);
        else printf("top-5 accuracy  not known: one class of each image is given\n");
    }
}

Status score_classification(const ScoreOptions *o, Err *err)
{
    Arena       a;
    Predictions p;
    arena_open(&a, "predictions", NULL, NULL);
    Status bad = predictions_read(&p, &a, o->truth, o->predictions, err);
    if (!bad) {
        Accuracy accuracy = accuracy_of(p.scores, p.labels, p.n, p.classes, NULL, NULL);
        if (o->out) bad = write_record(o, &p, err);
        if (!bad) print(&p, &accuracy, o->format);
    }
    arena_close(&a);
    return bad;
}
