/* A data set looked at whole: every picture of all splits decoded and hashed.
 *
 *     Survey s;
 *     if (survey_open(&s, &config, &err)) ...
 *     s.split[SPLIT_TRAIN].pictures, s.split[SPLIT_TEST].per_class[7] ...
 *     survey_close(&s);
 *
 * Runs on all threads.  What is wrong with single pictures, or with one split, is written
 * down and goes on.
 */
#ifndef EXPERIMENTS_DOCTOR_SURVEY_H
#define EXPERIMENTS_DOCTOR_SURVEY_H

#include "core/data/data.h"
#include "core/data/image.h"

enum { SURVEY_SPLITS = 3 }; /* of most sets the unlabelled are none */

/* What a picture is, told apart by its bytes and by its pixels. */
typedef struct {
    char file[HASH_HEX];   /* empty where pictures have no files */
    char pixels[HASH_HEX]; /* empty where it cannot be read      */
    int  split, picture;
} Print;

typedef struct {
    Data  *data;       /* NULL if it could not be opened; failure says why, or has no
                          text where there need not be any                 */
    Err    failure;
    int    pictures;   /* that can be read                                 */
    int    unreadable;
    Text   why;        /* a line for each that cannot                      */
    int   *per_class;  /* [classes] that can be read                       */
    Print *prints;     /* [data->count]                                    */
} SurveySplit;

typedef struct {
    DataConfig  config;
    SurveySplit split[SURVEY_SPLITS];
    Print      *sorted; /* of all that can be read, equal pixels side by side */
    int         n;
} Survey;

/* STATUS_CONFIG or STATUS_MISSING if there is no such data set. */
MUST_USE Status survey_open(Survey *s, const DataConfig *c, Err *err);
void            survey_close(Survey *s);

/* What picture a print is of, for a reader: a file, or a split and a number. */
void survey_name(const Survey *s, const Print *p, Text *out);

/* What equal pictures have in common: size and pixels. */
void survey_hash(char hex[HASH_HEX], const Image *m);

int survey_label(const Survey *s, const Print *p); /* of the unlabelled -1 */

/* "train", "test" or "unlabeled", as the data set's own files call it where they do. */
const char *survey_split_name(const Survey *s, int split);

#endif
