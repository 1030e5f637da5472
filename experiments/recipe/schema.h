/* The keys of a recipe, once: parser, checks, help and identities come from the
 * table in schema.c.
 *
 * What a text means depends on its key alone: `no` is a word where a word is
 * wanted and false where a flag is, and 1e-3 is a number.
 */
#ifndef EXPERIMENTS_RECIPE_SCHEMA_H
#define EXPERIMENTS_RECIPE_SCHEMA_H

#include "core/base/arena.h"
#include "core/base/text.h"
#include "experiments/recipe/config.h"
#include "experiments/recipe/yaml.h"

typedef enum {
    KEY_IS_TEXT,
    KEY_IS_INT,
    KEY_IS_WHOLE, /* a uint64_t of at most 2^53 */
    KEY_IS_NUMBER,
    KEY_IS_FLAG,
    KEY_IS_STAGES /* a list of evaluations */
} KeyKind;

/* What a key is part of: the bits 1 << StageKind of the stages it determines
 * directly, or one of these. */
enum {
    OF_RECIPE = 1 << STAGE_KINDS,       /* says what to run, not what comes out       */
    OF_DATA = 1 << (STAGE_KINDS + 1),   /* by way of the identity of the data         */
    OF_OTHERS = 1 << (STAGE_KINDS + 2)  /* by way of other keys that it gives values  */
};

typedef struct {
    const char *name;    /* "pretrain.weight-decay"                              */
    KeyKind     kind;
    size_t      offset;  /* in Config                                            */
    const char *initial; /* default; NULL: from other keys, said in `about`      */
    double      lo, hi;  /* closed range of a number                             */
    bool        open;    /* ... without its ends                                 */
    const char *choices; /* "raw|normalized": the only words; or NULL            */
    const char *unit;    /* or NULL                                              */
    const char *about;
    unsigned    of;
} Key;

typedef enum { FROM_DEFAULT, FROM_PRESET, FROM_FILE, FROM_SETTING, FROM_FALLBACK } OriginKind;

typedef struct {
    OriginKind  kind;
    const char *file; /* or the setting "key=value" */
    int         line;
} Origin;

int        schema_count(void);
const Key *schema_key(int key);
int        schema_find(const char *name); /* -1: no such key */
bool       schema_section(const char *name); /* do keys begin with "name."? */

/* "no such key; did you mean ...?" */
MUST_USE Status schema_unknown(const char *name, Err *err);

/* All defaults; 0 or NULL where the default comes from other keys. */
void schema_defaults(Config *c);

/* Set one field.  STATUS_CONFIG "ratio is 1.2, expected a number between 0 and 1";
 * text must outlive c. */
MUST_USE Status schema_set(Config *c, int key, const char *text, Err *err);
MUST_USE Status schema_set_list(Config *c, int key, const Yaml *list, Err *err);

/* The value, written in the one way that schema_set reads back: 1e-4 and 0.0001
 * give the same text. */
void schema_get(const Config *c, int key, Text *out);

bool schema_same(const Config *a, const Config *b, int key);

/* "bad: file:line: key: text" in front of the text in err. */
Status origin_in(Err *err, Origin o, const char *key);
void   origin_text(Origin o, Text *out);

#endif
