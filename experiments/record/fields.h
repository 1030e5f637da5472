/* The schema of records as one table: a row for each array and each attribute that a record
 * may have.  What writes records, checks them and describes them reads it: see views.h,
 * check.h and results/README.md.
 *
 * A stage is named as in the attribute `stage`; `of` names several with blanks between, or
 * "*", all.  In a name STAGE is that of the record, '*' any letters or none:
 * "metrics/STAGE_top1", "metrics/box_*".
 *
 * A dimension has a name: in one record those of one name are equal.  A digit stands for
 * itself.
 */
#ifndef EXPERIMENTS_RECORD_FIELDS_H
#define EXPERIMENTS_RECORD_FIELDS_H

#include "core/base/h5.h"
#include "core/base/text.h"

/* Whether it must be there: if anything of its group is; if the cell's encoder was trained here,
 * neither imported nor left as it began; in every record of the stage. */
typedef enum { FIELD_MAY, FIELD_GROUP, FIELD_TRAINED, FIELD_MUST } FieldNeed;

typedef enum { FIELD_NUMBERS, FIELD_TEXTS, FIELD_TABLE } FieldType;

typedef struct {
    const char *name; /* "curves/loss" */
    FieldType   type;
    NumberKind  kind;
    const char *shape;  /* "image class 3"; "": one value             */
    const char *units;  /* NULL: a text or table, which has none      */
    const char *better; /* "higher", "lower"; NULL: neither           */
    const char *of;
    FieldNeed   need;
    int         since;  /* the schema that has it first               */
    const char *about;
} Field;

typedef enum { ATTRIBUTE_TEXT, ATTRIBUTE_WHOLE, ATTRIBUTE_NUMBER } AttributeType;

typedef struct {
    const char   *object, *key; /* "/", "seed" */
    AttributeType type;
    const char   *of;
    FieldNeed     need;
    int           since;
    const char   *about;
} Attribute;

/* What numbers a dimension: arrays with blanks between, the first that the record has; or an
 * attribute of the root that holds its size. */
typedef struct { const char *name, *scales, *attribute, *about; } Dimension;

/* What viewers draw of a record first: `signal` over `axis`, "" without one. */
typedef struct { const char *of, *group, *signal, *axis; } Plot;

/* The values that an array may have: of the first of these rows that has its name in fields.c
 * and its units, NULL: whatever they are.  `gaps`: NaN too, where a value is not known. */
typedef struct {
    const char *name, *units;
    double      lo, hi;
    bool        gaps;
} Range;

/* Each ends with a row of zeros.  Of two plots of a stage the first that it has counts. */
extern const Field     record_fields[];
extern const Attribute record_attributes[];
extern const Dimension record_dimensions[];
extern const Plot      record_plots[];
extern const Range     record_ranges[];

/* Is the stage among those? */
bool field_of(const char *of, const char *stage);

/* Does the array have this row's name in a record of the stage? */
bool field_matches(const Field *row, const char *stage, const char *name);

/* The row of an array, or of an attribute; NULL: a record of the stage has no such. */
const Field     *field_find(const char *stage, const char *name);
const Attribute *attribute_find(const char *stage, const char *object, const char *key);

/* May a record of some stage have a metric of that name?  STATUS_CONFIG names the nearest. */
MUST_USE Status field_metric(const char *name, Err *err);

/* What the values of an array may be: all finite ones, unless a row says otherwise. */
Range field_range(const Field *row);

/* "0 to 100, or NaN"; "" of all finite ones. */
void range_describe(const Range *r, Text *out);

/* The i-th dimension of a shape, and how many it has. */
enum { DIMENSION_NAME = 32 };
int field_rank(const Field *row);
void field_dimension(char out[DIMENSION_NAME], const Field *row, int i);

/* NULL: it is not in the table, as those that are a size themselves. */
const Dimension *dimension_find(const char *name);

/* "float64", "text", "table". */
const char *field_type(FieldType type, NumberKind kind);

/* All of it, as it stands in results/README.md: in Markdown. */
void fields_describe(Text *out);

#endif
