#define _POSIX_C_SOURCE 200809L /* strtok_r */
#include "core/data/label_names.h"

#include "core/base/file.h"
#include "core/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t";

/* A number, with blanks behind it; NULL: s begins with another word. */
static const char *behind_number(const char *s, double *x)
{
    char   word[32];
    size_t n = strcspn(s, blanks);
    if (!n || n >= sizeof word) return NULL;
    memcpy(word, s, n), word[n] = '\0';
    return text_to_double(word, x) ? s + n + strspn(s + n, blanks) : NULL;
}

static Status take_line(const char **name, Arena *a, int classes, int first, const char *line,
                        Err *err)
{
    double      label, figure;
    const char *s = behind_number(line, &label);
    if (!s) return err_set(err, STATUS_FORMAT, "%.40s: expected a label's number", line);
    if (!(label >= first && label < classes + first) || label != (int)label)
        return err_set(err, STATUS_FORMAT, "label %.10g, the %d classes are labels %d..%d", label,
                       classes, first, classes - 1 + first);
    for (const char *next; (next = behind_number(s, &figure));) s = next;
    size_t n = strcspn(s, ",;");
    while (n && strchr(blanks, s[n - 1])) n--;
    if (!n) return err_set(err, STATUS_FORMAT, "label %.10g has no name", label);
    char *copy = ARENA_NEW(a, char, n + 1);
    memcpy(copy, s, n), copy[n] = '\0';
    text_tame(copy, false);
    name[(int)label - first] = copy;
    return STATUS_OK;
}

Status label_names_read(const char **name, Arena *a, int classes, int first, const char *path,
                        Err *err)
{
    enum { MOST_BYTES = 1 << 20 };
    char  *text, *rest;
    size_t n;
    if (file_read(path, MOST_BYTES, &text, &n, err)) return err->code;
    Status bad = STATUS_OK;
    if (strlen(text) != n) bad = err_set(err, STATUS_FORMAT, "%s: no text, it has a NUL", path);
    char *line = bad ? NULL : strtok_r(text, "\r\n", &rest); /* headings */
    for (int row = 1; line && !bad && (line = strtok_r(NULL, "\r\n", &rest)); row++) {
        line += strspn(line, blanks);
        if (*line && take_line(name, a, classes, first, line, err))
            bad = err_in(err, "%s: row %d", path, row);
    }
    free(text);
    return bad;
}
