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

/* --truth and --predicted: folders of label maps of --classes classes. */
MUST_USE Status score_segmentation(const ScoreOptions *o, Err *err);

/* --- what they share ----------------------------------------------------- */

/* A record at o->out that is identified by what was compared: the contents of the files,
 * not their names, and `how`, lines "key: value".  A path may end in :NAME, or be a folder of
 * pictures. */
MUST_USE Status score_record(Record **r, const ScoreOptions *o, const char *stage,
                             const char *title, const char *truth, const char *other,
                             const char *how, Err *err);

/* Numbers of a whole and of each of its classes. */
typedef struct {
    int numbers;  /* of the whole                                                        */
    int of_class; /* the first so many are of classes, too                               */
    int shown;    /* and so many fit a page                                              */
    int digits;   /* behind the point, where it is for eyes                              */
    const char *const *name, *const *about;
    const char *const *class_column; /* what they are called of a class; NULL: the same  */
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
