/* The metrics alone, on files from anyone: one function a kind, which reads, counts,
 * records and prints. */
#ifndef EXPERIMENTS_SCORE_SCORE_H
#define EXPERIMENTS_SCORE_SCORE_H

#include "experiments/record/record.h"

/* As they stand on the command line; NULL, false: not given. */
typedef struct {
    const char *truth, *predictions, *detections, *predicted, *iou, *format, *out;
    bool        per_class, reduce_zero;
    long        classes, ignore;
} ScoreOptions;

/* --truth and --predictions: classes of images. */
MUST_USE Status score_classification(const ScoreOptions *o, Err *err);

/* --truth and --detections by --iou: objects in images, as COCO has them. */
MUST_USE Status score_coco(const ScoreOptions *o, Err *err);

/* --- what they share ----------------------------------------------------- */

/* A record at o->out that is identified by what was compared: the contents of the files,
 * not their names, and `how`, lines "key: value".  A path may end in :NAME. */
MUST_USE Status score_record(Record **r, const ScoreOptions *o, const char *stage,
                             const char *title, const char *truth, const char *other,
                             const char *how, Err *err);

/* Numbers of a whole and of each of its classes. */
typedef struct {
    int                numbers, shown; /* the first `shown` of each class fit a page      */
    const char *const *name, *const *about;
    const double      *total; /* [numbers]; NaN or below 0: there is none                */
    int                classes;  /* 0: the whole alone                                   */
    const int64_t     *id;       /* [classes]                                            */
    const char *const *class_name; /* [classes], or NULL                                 */
    const double      *each;     /* [classes, numbers]                                   */
} Scores;

/* To stdout; format is table, json, csv, md or latex.  The one that does not exist is "-"
 * in tables; in JSON and CSV it is the number it is, or null and empty. */
void scores_print(const Scores *s, const char *format);

#endif
