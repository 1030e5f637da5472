#include "core/data/label_map.h"
#include "core/data/tree.h"
#include "experiments/record/dense_record.h"
#include "experiments/score/score.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const of_class[] = { "IoU", "Acc", "aAcc" };

typedef struct {
    Names    names; /* of the truth, and so of the predictions */
    double   total[PIXEL_NUMBERS];
    double  *each; /* [classes, PIXEL_NUMBERS], percent */
    int64_t *id;   /* [classes]                         */
} Outcome;

static Status read_pair(LabelMap *truth, LabelMap *predicted, char path[DATA_PATH],
                        const ScoreOptions *o, const char *file, Err *err)
{
    snprintf(path, DATA_PATH, "%s/%s", o->truth, file);
    if (label_map_read(truth, path, err)) return err->code;
    snprintf(path, DATA_PATH, "%s/%s", o->predicted, file);
    if (label_map_read(predicted, path, err)) return err->code;
    if (truth->height == predicted->height && truth->width == predicted->width)
        return STATUS_OK;
    return err_set(err, STATUS_FORMAT, "%s: %d x %d, its truth is %d x %d", path,
                   predicted->height, predicted->width, truth->height, truth->width);
}

static Status count_pair(Confusion *c, LabelMap *truth, LabelMap *predicted,
                         const ScoreOptions *o, const char *file, Err *err)
{
    char path[DATA_PATH];
    Flaw flaw;
    if (read_pair(truth, predicted, path, o, file, err)) return err->code;
    size_t n = (size_t)truth->height * (size_t)truth->width;
    if (confusion_add(c, truth->label, predicted->label, n, (int)o->ignore, o->reduce_zero,
                      &flaw))
        return STATUS_OK;
    size_t width = (size_t)truth->width;
    bool   shifted = o->reduce_zero && !flaw.predicted;
    return err_set(err, STATUS_FORMAT, "%s/%s: row %zu, column %zu has label %d, expected "
                   "%d..%d, or %d: to be ignored", flaw.predicted ? o->predicted : o->truth,
                   file, flaw.pixel / width, flaw.pixel % width, flaw.label, (int)shifted,
                   c->classes - 1 + (int)shifted, (int)o->ignore);
}

/* Predictions without a truth are no fault, but are told. */
static Status check_names(Outcome *out, Album *a, const ScoreOptions *o, Err *err)
{
    Names there;
    if (tree_pictures(&out->names, a, o->truth, err) ||
        tree_pictures(&there, a, o->predicted, err))
        return err->code;
    if (!out->names.n)
        return err_set(err, STATUS_MISSING, "%s: no label maps right in it; folders in it are not "
                       "looked into", o->truth);
    int have = 0;
    for (int i = 0, k = 0; i < out->names.n; i++) {
        while (k < there.n && strcmp(there.name[k], out->names.name[i]) < 0) k++;
        if (k == there.n || strcmp(there.name[k], out->names.name[i]) != 0)
            return err_set(err, STATUS_MISSING, "%s/%s is missing, %s has %s", o->predicted,
                           out->names.name[i], o->truth, out->names.name[i]);
        have++;
    }
    if (there.n > have)
        fprintf(stderr, "%s: label maps left out, without a truth: %d\n", o->predicted,
                there.n - have);
    return STATUS_OK;
}

static Status count_all(Outcome *out, Album *a, const ScoreOptions *o, Err *err)
{
    Confusion c;
    LabelMap  truth = { 0 }, predicted = { 0 };
    Status    bad = check_names(out, a, o, err);
    if (bad) return bad;
    confusion_open(&c, &a->memory, (int)o->classes);
    for (int i = 0; i < out->names.n && !bad; i++)
        bad = count_pair(&c, &truth, &predicted, o, out->names.name[i], err);
    label_map_free(&truth);
    label_map_free(&predicted);
    if (bad) return bad;

    out->each = ARENA_NEW(&a->memory, double, o->classes * PIXEL_NUMBERS);
    pixel_percent(out->total, out->each, &c);
    if (isnan(out->total[PIXEL_AACC]))
        return err_set(err, STATUS_FORMAT, "%s: no pixel of the truth counts, all are %ld%s, "
                       "as --ignore says", o->truth, o->ignore, o->reduce_zero ? " or 0" : "");
    out->id = ARENA_NEW(&a->memory, int64_t, o->classes);
    for (long k = 0; k < o->classes; k++) out->id[k] = k;
    return STATUS_OK;
}

static Status write_record(const Outcome *out, const ScoreOptions *o, Err *err)
{
    Record *r;
    char    how[96];
    snprintf(how, sizeof how, "classes: %ld\nignore: %ld\nreduce-zero: %s\n", o->classes,
             o->ignore, o->reduce_zero ? "true" : "false");
    if (score_record(&r, o, "score-segmentation", "pixels of images by class", o->truth,
                     o->predicted, how, err))
        return err->code;
    record_miou(r, out->total, out->each, (int)o->classes);
    return record_close(r, err);
}

Status score_segmentation(const ScoreOptions *o, Err *err)
{
    Album   a;
    Outcome out;
    album_start(&a, o->truth);
    Status bad = count_all(&out, &a, o, err);
    if (!bad && o->out) bad = write_record(&out, o, err);
    if (!bad)
        scores_print(&(Scores){
            .numbers = PIXEL_NUMBERS, .shown = 2, .of_class = 2, .digits = 2,
            .name = pixel_name, .class_column = of_class, .about = pixel_about,
            .total = out.total,
            .classes = (int)o->classes, .id = out.id, .each = out.each }, o->format);
    album_close(&a);
    return bad;
}
