/* maskgrid score: the metrics alone, on files from anyone. */
#include "experiments/cli/cli.h"

#include "core/base/text.h"
#include "core/metrics/miou.h"
#include "experiments/score/score.h"

#include <stdlib.h>
#include <string.h>

static const Option options[] = {
    OPTION_TEXT(ScoreOptions, truth, "FILE", NULL, "what is true; segmentation: a folder"),
    OPTION_TEXT(ScoreOptions, predictions, "FILE", NULL,
                "classification: a score of each class, or one class"),
    OPTION_TEXT(ScoreOptions, detections, "FILE", NULL, "coco: what was found"),
    OPTION_CHOICE(ScoreOptions, iou, "bbox|segm", NULL, "coco: compare boxes or masks"),
    OPTION_FLAG(ScoreOptions, per_class, "coco: each category too"),
    OPTION_TEXT(ScoreOptions, predicted, "DIR", NULL, "segmentation: predicted label maps"),
    OPTION_INT(ScoreOptions, classes, "N", NULL, 1, CONFUSION_CLASSES, "segmentation: how many"),
    OPTION_INT(ScoreOptions, ignore, "LABEL", "255", 0, 65535,
               "segmentation: a true label that does not count"),
    OPTION_FLAG(ScoreOptions, reduce_zero,
                "segmentation: true label 0 does not count, 1 is class 0, ..."),
    OPTION_CHOICE(ScoreOptions, format, "table|json|csv|md|latex", "table",
                  "how to print the metrics"),
    OPTION_TEXT(ScoreOptions, out, "FILE.h5", NULL, "record the metrics, and what they are of"),
    { 0 }
};

/* What a kind needs, and which of the options that are not everyone's it takes. */
static const struct {
    const char *name;
    Status (*run)(const ScoreOptions *o, Err *err);
    const char *needs[4], *takes[4];
} kinds[] = {
    { "classification", score_classification, { "truth", "predictions" }, { NULL } },
    { "coco", score_coco, { "truth", "detections", "iou" }, { "per_class" } },
    { "segmentation", score_segmentation, { "truth", "predicted", "classes" },
      { "ignore", "reduce_zero" } },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static bool is_in(const char *name, const char *const list[4])
{
    for (int i = 0; i < 4 && list[i]; i++)
        if (!strcmp(name, list[i])) return true;
    return false;
}

static bool is_given(const ScoreOptions *o, const Option *option)
{
    const char *at = (const char *)o + option->offset;
    if (option->kind == OPTION_IS_FLAG) return *(const bool *)at;
    if (option->kind == OPTION_IS_INT)
        return *(const long *)at != (option->initial ? atol(option->initial) : 0);
    return *(const char *const *)at != NULL;
}

/* Each option that the kind needs is there, and none of another kind. */
static Status check(const ScoreOptions *o, int kind, Err *err)
{
    for (const Option *option = options; option->name; option++) {
        bool needed = is_in(option->name, kinds[kind].needs), of_another = false;
        for (int k = 0; k < KINDS; k++)
            of_another |= is_in(option->name, kinds[k].needs) ||
                          is_in(option->name, kinds[k].takes);
        of_another &= !needed && !is_in(option->name, kinds[kind].takes);
        if (needed == is_given(o, option) || (!needed && !of_another)) continue;
        char name[32];
        size_t n = strlen(option->name);
        for (size_t i = 0; i <= n; i++)
            name[i] = option->name[i] == '_' ? '-' : option->name[i];
        return err_set(err, STATUS_CONFIG, "score %s %s --%s%s%s; see maskgrid score --help",
                       kinds[kind].name, needed ? "needs" : "has no", name,
                       needed ? " " : "", needed ? option->value ? option->value
                                                                 : option->choices : "");
    }
    return STATUS_OK;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const ScoreOptions *o = opt;
    const char         *names[KINDS + 1] = { 0 };
    Err                 err;
    (void)n;
    for (int k = 0; k < KINDS; k++) {
        names[k] = kinds[k].name;
        if (strcmp(arguments[0], names[k])) continue;
        return check(o, k, &err) || kinds[k].run(o, &err) ? cli_fail(&err) : EXIT_DONE;
    }
    const char *near = text_nearest(arguments[0], names);
    err_set(&err, STATUS_CONFIG, "score: %.60s is not known%s%s; there are classification, "
            "coco, segmentation", arguments[0], near ? "; did you mean " : "", near ? near : "");
    return cli_fail(&err);
}

COMMAND(score) = {
    .place = 98,
    .arguments = "classification|coco|segmentation",
    .least = 1,
    .most = 1,
    .about = "the metrics alone, on predictions from anyone",
    .details =
        "classification: files are CSV, .npy, .npz or HDF5; FILE:NAME says which array, else "
        "it is labels, and scores, logits or predictions. Truth has one class a row, from 0; "
        "predictions have a score of each class (logits will do), or one class. Where both "
        "have a column of images (id, image, file, name, or words in the first) rows are "
        "matched by it, else they are in the same order. Equal scores go to the lowest "
        "class.\n\n"
        "coco: instances and results in COCO's JSON; numbers as pycocotools has them, 0..1, "
        "-1 where there is nothing to find. With segm areas of what was found are those of "
        "its masks, also where there are boxes. Category id 0 and annotation id 0 are ids "
        "like any other; pycocotools loses the matches of annotation 0, so that its numbers "
        "of files that have one are lower. Categories of one name are told apart by their ids, "
        "which are the last column of CSV.\n\n"
        "segmentation: two folders of PNG label maps under the same names, right in them and "
        "not in folders below, gray or with a palette, whose index then is the class; mIoU, "
        "mAcc, aAcc from the totals of all, in percent. Predictions are classes from "
        "0, also with --reduce-zero, which is how ADE20K's truth is meant.",
    .examples = "  maskgrid score classification --truth val.csv --predictions logits.npy\n"
                "  maskgrid score classification --truth run.npz:y \\\n"
                "      --predictions run.npz:logits --out score.h5\n"
                "  maskgrid score coco --truth instances_val2017.json \\\n"
                "      --detections results.json --iou bbox --per-class\n"
                "  maskgrid score segmentation --truth annotations/validation \\\n"
                "      --predicted out --classes 150 --reduce-zero --format csv\n",
    .options = options,
    .size = sizeof(ScoreOptions),
    .run = run,
};
