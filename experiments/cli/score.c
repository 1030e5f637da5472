/* maskgrid score: the metrics alone, on files from anyone. */
#include "experiments/cli/cli.h"

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/metrics/accuracy.h"
#include "experiments/record/predictions.h"
#include "experiments/record/record.h"

#include <stdio.h>
#include <string.h>

typedef struct { const char *truth, *predictions, *format, *out; } Options;

static const Option options[] = {
    OPTION_TEXT(Options, truth, "FILE", NULL, "the true class of each image"),
    OPTION_TEXT(Options, predictions, "FILE", NULL, "a score of each class, or one class"),
    OPTION_CHOICE(Options, format, "table|csv|json", "table", "how to print the metrics"),
    OPTION_TEXT(Options, out, "FILE.h5", NULL, "record metrics and what became of each image"),
    { 0 }
};

/* What came of which files: their contents, not their names. */
static Status put_config(Text *config, const Options *o, Err *err)
{
    const char *paths[] = { o->truth, o->predictions };
    text_add(config, "stage: score-classification\n");
    for (int i = 0; i < 2; i++) {
        char        hex[HASH_HEX], path[4096];
        const char *colon = strrchr(paths[i], ':');
        size_t      n = colon && !file_exists(paths[i]) ? (size_t)(colon - paths[i])
                                                        : strlen(paths[i]);
        snprintf(path, sizeof path, "%.*s", (int)n, paths[i]);
        if (file_hash(hex, path, err)) return err->code;
        text_add(config, "%s: %s%s\n", i ? "predictions" : "truth", hex, paths[i] + n);
    }
    return STATUS_OK;
}

static Status write_record(const Options *o, const Predictions *p, Err *err)
{
    Record *r;
    Text    config = { 0 };
    Hash    h;
    char    id[HASH_HEX];
    if (put_config(&config, o, err)) {
        text_free(&config);
        return err->code;
    }
    hash_start(&h);
    hash_text(&h, text_get(&config));
    hash_end(&h, id);
    Status bad = record_open(&r, o->out, &(RecordHead){
        .stage = "score-classification", .id = id, .title = "classification of given predictions",
        .config = text_get(&config), .strategy = "none", .threads = 1 }, err);
    text_free(&config);
    if (bad) return bad;
    record_text(r, "truth", o->truth);
    record_text(r, "predictions", o->predictions);
    record_accuracy(r, "classification", "given predictions", p->scores, p->labels, p->n,
                    p->classes, p->scored);
    record_outcomes(r, "label", NUMBER_INT32, p->labels, (size_t)p->n, "1", "true class");
    if (p->ids)
        record_texts(r, "outcomes/image", p->ids, (size_t)p->n);
    return record_close(r, err);
}

static void print(const Predictions *p, const Accuracy *a, const char *format)
{
    double top1 = 100 * a->top1, top5 = 100 * a->top5;
    bool   all = p->scored;
    if (!strcmp(format, "json")) {
        printf("{\"images\": %d, \"classes\": %d, \"top1\": %.17g, \"top5\": ", p->n, p->classes,
               top1);
        printf(all ? "%.17g}\n" : "null}\n", top5);
    } else if (!strcmp(format, "csv")) {
        printf("images,classes,top1,top5\n%d,%d,%.17g,", p->n, p->classes, top1);
        printf(all ? "%.17g\n" : "\n", top5);
    } else {
        printf("%d images, %d classes\ntop-1 accuracy  %6.2f %%\n", p->n, p->classes, top1);
        if (all) printf("top-5 accuracy  %6.2f %%\n", top5);
        else printf("top-5 accuracy  not known: one class of each image is given\n");
    }
}

static Status classification(const Options *o, Err *err)
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

static int run(const void *opt, char *const *arguments, int n)
{
    static const char *const kinds[] = { "classification", NULL };
    const Options           *o = opt;
    Err                      err;
    (void)n;
    if (strcmp(arguments[0], kinds[0])) {
        const char *near = text_nearest(arguments[0], kinds);
        err_set(&err, STATUS_CONFIG, "score: %.60s is not known%s%s; there is classification",
                arguments[0], near ? "; did you mean " : "", near ? near : "");
        return cli_fail(&err);
    }
    const char *missing = !o->truth ? "--truth" : !o->predictions ? "--predictions" : NULL;
    if (missing) {
        err_set(&err, STATUS_CONFIG, "score needs %s FILE; see maskgrid score --help", missing);
        return cli_fail(&err);
    }
    return classification(o, &err) ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(score) = {
    .place = 98,
    .arguments = "classification",
    .least = 1,
    .most = 1,
    .about = "the metrics alone, on predictions from anyone",
    .details =
        "Files are CSV, .npy, .npz or HDF5; FILE:NAME says which array, else it is labels, and "
        "scores, logits or predictions. Truth has one class a row, from 0; predictions have a "
        "score of each class (logits will do), or one class. Where both have a column of "
        "images (id, image, file, name, or words in the first) rows are matched by it, else "
        "they are in the same order. Equal scores go to the lowest class.",
    .examples = "  maskgrid score classification --truth val.csv --predictions logits.npy\n"
                "  maskgrid score classification --truth run.npz:y \\\n"
                "      --predictions run.npz:logits --out score.h5\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
