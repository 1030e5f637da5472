/* The keys of a recipe, once: parser, checks, help and identities come from the
 * table in keys.c.
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
    OF_OTHERS = 1 << (STAGE_KINDS + 2), /* by way of other keys that it gives values  */
    OF_MEANS = 1 << (STAGE_KINDS + 3),  /* how stages are computed; not what comes out */
    OF_DENSE = 1 << (STAGE_KINDS + 4)   /* by way of the identity of annotated pictures */
};

typedef struct {
    const char *name;    /* "pretrain.weight-decay"                              */
    KeyKind     kind;
    size_t      offset;  /* in Config                                            */
    const char *initial; /* default; NULL: what the defaults() in core/ say      */
    const char *from;    /* or the keys that it comes from: "preset"             */
    bool        none;    /* the word `none` is NULL                              */
    double      lo, hi;  /* closed range of a number                             */
    bool        open;    /* ... without its ends                                 */
    const char *choices; /* "raw|normalized": the only words; or NULL            */
    const char *unit;    /* or NULL                                              */
    const char *about;
    unsigned    of;
    bool        later;   /* than there were records: at its default it is in no identity */
} Key;

typedef enum {
    FROM_DEFAULT,
    FROM_KEYS,
    FROM_FILE,
    FROM_SETTING,
    FROM_ONLY, /* not a value: which cells */
    FROM_FALLBACK
} OriginKind;

typedef struct {
    OriginKind  kind;
    const char *file; /* FROM_SETTING, FROM_ONLY: "key=value"; FROM_KEYS: which keys */
    int         line;
} Origin;

enum { MOST_KEYS = 256 };

int        schema_count(void); /* at most MOST_KEYS */
const Key *schema_key(int key);
int        schema_find(const char *name); /* -1: no such key */
bool       schema_section(const char *name); /* do keys begin with "name."? */

/* Is it the same for all cells of a recipe: its name, how many at a time, ...? */
bool schema_of_all(int key);

/* "pretrain.strategi: no such key; did you mean pretrain.strategy?" */
MUST_USE Status schema_unknown(const char *name, Err *err);

/* All defaults; 0 or NULL where the default comes from other keys. */
void schema_defaults(Config *c);

/* Set one field.  STATUS_CONFIG "1.2 is out of range, expected more than 0 and less
 * than 1"; text must outlive c. */
MUST_USE Status schema_set(Config *c, int key, const char *text, Err *err);

/* The value, written in the one way that schema_set reads back: 1e-4 and 0.0001
 * give the same text. */
void schema_get(const Config *c, int key, Text *out);

/* The default as help shows it: "0.75", "from preset". */
void schema_default(int key, Text *out);

/* What it may be, and its unit: "[0, 1e+06] epochs", "raw|normalized". */
void schema_range(int key, Text *out);

/* "recipe.yaml:12", "-s seed=3", "default". */
void origin_text(const Origin *o, Text *out);

/* Put "recipe.yaml:12: key: " in front of the text in err; returns err->code. */
Status origin_in(Err *err, const Origin *o, const char *key);

#endif
