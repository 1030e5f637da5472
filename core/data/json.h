/* Large JSON files, row by row.
 *
 * A row is an element of a list: of the file itself, or of a list right in the object that
 * the file is.  Only one row is in memory at a time, so a file may be of any size.
 *
 *     static Status take(void *to, const char *section, size_t row, const Json *j, Err *err)
 *     {
 *         int64_t id;
 *         if (json_whole(&id, json_find(j, "id"), "id", err)) return err->code;
 *         ...
 *     }
 *     static const char *const sections[] = { "images", "annotations", NULL };
 *     if (json_rows(&reader, sections, take, &list, &seen, &err)) ...
 *
 * Strict JSON: no NaN, no comments, UTF-8.  What is wrong is told with file, line, byte and
 * row: "truth.json:7, byte 512: annotations[3]: bbox: ...".
 */
#ifndef CORE_DATA_JSON_H
#define CORE_DATA_JSON_H

#include "core/base/reader.h"

#include <stdbool.h>

typedef enum {
    JSON_IS_NULL, JSON_IS_BOOL, JSON_IS_NUMBER, JSON_IS_TEXT, JSON_IS_LIST, JSON_IS_OBJECT
} JsonKind;

typedef struct Json Json;
struct Json {
    JsonKind    kind;
    uint32_t    n;      /* bytes of a text, elements of a list or object  */
    const char *key;    /* in an object, else NULL                        */
    const char *text;   /* of a text, with NUL behind it; else NULL       */
    double      x;      /* of a number; of a bool 0 or 1                  */
    int64_t     whole;  /* of a number, if it is one; else INT64_MIN      */
    Json       *first, *last, *next; /* elements; next: of the same parent */
};

/* section: one of those asked for; NULL if the file is a list.  All of j is gone when it
 * returns. */
typedef Status JsonRow(void *to, const char *section, size_t row, const Json *j, Err *err);

/* Hand out the rows of the lists named, in the order of the file; the others are only
 * checked to be JSON.  sections NULL: the file is a list.  *seen (NULL: not wanted) has
 * bit i set if section i is there.  STATUS_FORMAT if the file is something else, has a
 * section twice, is nested over 64 deep, or has a row of over 2^22 values or 2^26 bytes. */
MUST_USE Status json_rows(const Reader *r, const char *const *sections, JsonRow *take, void *to,
                          unsigned *seen, Err *err);

/* The member of an object, of several by one key the last; NULL: none, or j is none. */
const Json *json_find(const Json *j, const char *key);

/* j, which is called `key` in the message, must be a finite number, a whole one that
 * 64 bits hold (1.0 is one), a text. */
MUST_USE Status json_number(double *x, const Json *j, const char *key, Err *err);
MUST_USE Status json_whole(int64_t *x, const Json *j, const char *key, Err *err);
MUST_USE Status json_text(const char **s, const Json *j, const char *key, Err *err);

/* "key: expected WHAT, found 3.5", or "there is none": for what the above do not check. */
MUST_USE Status json_refuse(const Json *j, const char *key, const char *what, Err *err);

#endif
