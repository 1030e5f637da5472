/* YAML files as trees that remember where everything stood.
 *
 * Only what a recipe needs: maps, lists and plain texts.  What a text means is
 * the schema's business, so `no`, `1e-3` and `012` are what the key makes of
 * them.  Anchors, tags and further documents are refused, as are files that are
 * huge, deep or not UTF-8.
 */
#ifndef EXPERIMENTS_RECIPE_YAML_H
#define EXPERIMENTS_RECIPE_YAML_H

#include "core/base/arena.h"
#include "core/base/status.h"

typedef enum { YAML_IS_TEXT, YAML_IS_LIST, YAML_IS_MAP } YamlKind;

typedef struct Yaml Yaml;
struct Yaml {
    YamlKind    kind;
    int         line, column; /* from 1; of the key in a map, else of the value */
    const char *key;          /* in a map                                       */
    const char *text;         /* of YAML_IS_TEXT; "" where nothing was written  */
    Yaml       *first, *next; /* children; the next child of the same parent    */
};

enum { YAML_MOST_BYTES = 1 << 20, YAML_MOST_DEPTH = 16, YAML_MOST_KEYS = 512 };

/* The tree of bytes [n], NUL bytes not excepted.  `file` is for messages, which
 * read "file:line: ...".  The tree lives in the arena. */
MUST_USE Status yaml_tree(Yaml **root, Arena *a, const char *file, const char *bytes,
                          size_t n, Err *err);

#endif
