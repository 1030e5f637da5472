/* Python's pickles, read and never run: what is written there as a tree.
 *
 * A pickle is a program for a small machine; here it can only put together numbers,
 * texts, lists, tuples and dictionaries.  A call of a function, the making of an object
 * and a reference to something outside stay what they are in the text, nodes to be
 * looked at; and a function that is not on the caller's list is refused by its name.
 *
 *     static const char *const known[] = { "collections.OrderedDict", NULL };
 *     Pickle *root;
 *     if (pickle_read(&root, &arena, bytes, n, &used, known, path, err)) ...
 *
 * Lists may contain themselves: whoever walks a tree counts how deep.
 *
 * Source: Lib/pickletools.py of CPython, which describes every opcode.
 */
#ifndef CORE_TRAIN_PICKLE_H
#define CORE_TRAIN_PICKLE_H

#include "core/base/arena.h"
#include "core/base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum {
    PICKLE_NONE,
    PICKLE_BOOL,    /* whole is 0 or 1                                             */
    PICKLE_INT,     /* whole                                                       */
    PICKLE_FLOAT,   /* number                                                      */
    PICKLE_TEXT,    /* text, `n` bytes with a NUL behind; bytes too                */
    PICKLE_LIST,    /* n items                                                     */
    PICKLE_TUPLE,   /* n items                                                     */
    PICKLE_DICT,    /* n items: key, value, key, value, ...                        */
    PICKLE_GLOBAL,  /* text is "module.name"                                       */
    PICKLE_CALL,    /* of `callee` with `arguments`; items as of a dictionary      */
    PICKLE_OUTSIDE  /* what a persistent id stands for; arguments: that id         */
} PickleKind;

typedef struct Pickle Pickle;
struct Pickle {
    PickleKind   kind;
    int64_t      whole;
    double       number;
    const char  *text;
    size_t       n, room;
    Pickle     **items;
    const char  *callee;
    Pickle      *arguments;
};

/* The pickle that begins at `bytes`: *used bytes of n are its own.  `known` are the
 * functions and classes that it may name, "module.name", and ends with NULL; one that
 * ends with a dot and a star, "torch.*", stands for all of that module.  `path` is for
 * messages.  STATUS_FORMAT if it is truncated or asks for anything else. */
MUST_USE Status pickle_read(Pickle **root, Arena *a, const char *bytes, size_t n, size_t *used,
                            const char *const *known, const char *path, Err *err);

/* The value under a text in a dictionary, or NULL: of a NULL or something else too. */
const Pickle *pickle_at(const Pickle *dict, const char *key);

#endif
