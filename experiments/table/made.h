/* How a file was made, said at its end: so that a table can be made again and compared.
 *
 *     <!-- maskgrid table table1 --format md --results . -->
 *
 * Paths stand relative to the folder of the file. */
#ifndef EXPERIMENTS_TABLE_MADE_H
#define EXPERIMENTS_TABLE_MADE_H

#include "core/base/text.h"

#include <stdbool.h>

enum { MADE_WORDS = 256, MADE_PATH = 4096 };

/* One more word of a command, quoted as a shell wants it where it must be. */
void made_word(const char *word, Text *command);

/* The command as a comment of that format; STATUS_CONFIG if csv or json, which have none,
 * or if a word would end the comment. */
MUST_USE Status made_comment(const char *command, const char *format, Text *out, Err *err);

/* Does it say that at all? */
bool made_says(const char *bytes);

/* The words after "maskgrid table" in the last such comment of a text [bytes], which it
 * splits where they stand; *n of them.  STATUS_FORMAT if there is none, or it is damaged. */
MUST_USE Status made_words(char *bytes, char *word[MADE_WORDS], int *n, Err *err);

/* `path` as seen from the folder that `file` is or will be in; and back from there. */
MUST_USE Status made_relative(char out[MADE_PATH], const char *path, const char *file, Err *err);
MUST_USE Status made_absolute(char out[MADE_PATH], const char *path, const char *file, Err *err);

/* What differs, line by line as `diff` writes it: "-" as it was, "+" as it is.  Returns
 * whether anything does. */
bool made_compare(const char *was, const char *is, Text *out);

#endif
