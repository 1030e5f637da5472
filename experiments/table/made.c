#define _XOPEN_SOURCE 700 /* realpath */
#include "experiments/table/made.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char COMMAND[] = "maskgrid table ";

/* --- words ------------------------------------------------------------------ */

static bool is_plain(const char *word)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_=.,:/@+%";
    return *word && !word[strspn(word, signs)];
}

void made_word(const char *word, Text *command)
{
    text_add(command, "%s", command->length ? " " : "");
    if (is_plain(word)) {
        text_add(command, "%s", word);
        return;
    }
    text_add(command, "'");
    for (; *word; word++) text_add(command, *word == '\'' ? "'\\''" : "%c", *word);
    text_add(command, "'");
}

/* Takes a word off *at, unquoted where it stands; NULL at the end of the line. */
static char *take_word(char **at)
{
    char *from = *at + strspn(*at, " "), *to = from, *word = from;
    bool  within = false;
    if (!*from) return NULL;
    for (; *from && (within || *from != ' '); from++) {
        if (*from == '\'') within = !within;
        else if (!within && *from == '\\' && from[1]) *to++ = *++from;
        else *to++ = *from;
    }
    *at = *from ? from + 1 : from;
    *to = '\0';
    return word;
}

/* --- comments --------------------------------------------------------------- */

static const struct { const char *format, *before, *after; } comments[] = {
    { "md", "\n<!-- ", " -->\n" },
    { "html", "<!-- ", " -->\n" },
    { "latex", "% ", "\n" },
    { "table", "\n# ", "\n" },
};

Status made_comment(const char *command, const char *format, Text *out, Err *err)
{
    if (strstr(command, "--" ">") || strchr(command, '\n'))
        return err_set(err, STATUS_CONFIG, "an option that would end a comment: %.200s", command);
    for (size_t i = 0; i < sizeof comments / sizeof *comments; i++) {
        if (strcmp(format, comments[i].format)) continue;
        text_add(out, "%s%s%s%s", comments[i].before, COMMAND, command, comments[i].after);
        return STATUS_OK;
    }
    return err_set(err, STATUS_CONFIG, "%s has no comments", format);
}

bool made_says(const char *bytes) { return strstr(bytes, COMMAND); }

Status made_words(char *bytes, char *word[MADE_WORDS], int *n, Err *err)
{
    char *at = NULL;
    for (char *next = bytes; (next = strstr(next, COMMAND)); next++) at = next;
    if (!at)
        return err_set(err, STATUS_FORMAT, "it does not say how it was made; maskgrid table "
                       "RECIPE --out FILE writes that at its end");
    at += strlen(COMMAND);
    at[strcspn(at, "\r\n")] = '\0';
    char *end = strstr(at, " --" ">");
    if (end) *end = '\0';
    for (*n = 0; *n < MADE_WORDS && (word[*n] = take_word(&at)); ++*n) continue;
    if (*n == MADE_WORDS)
        return err_set(err, STATUS_FORMAT, "more than %d words say how it was made", MADE_WORDS);
    return STATUS_OK;
}

/* --- paths ------------------------------------------------------------------- */

static void folder_of(char out[MADE_PATH], const char *file)
{
    const char *slash = strrchr(file, '/');
    snprintf(out, MADE_PATH, "%.*s", slash ? (int)(slash - file) + 1 : 1, slash ? file : ".");
}

static Status resolve(char out[PATH_MAX], const char *path, Err *err)
{
    return realpath(path, out) ? STATUS_OK
                               : err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
}

Status made_relative(char out[MADE_PATH], const char *path, const char *file, Err *err)
{
    char   from[PATH_MAX], to[PATH_MAX], folder[MADE_PATH];
    size_t same = 0;
    Text   words = { 0 };
    folder_of(folder, file);
    if (resolve(from, folder, err) || resolve(to, path, err)) return err->code;
    for (size_t i = 0; from[i] == to[i] || !from[i] || !to[i]; i++) {
        if ((!from[i] || from[i] == '/') && (!to[i] || to[i] == '/')) same = i;
        if (!from[i] || !to[i]) break;
    }
    for (const char *up = from + same; *up; up++)
        if (*up == '/' && up[1]) text_add(&words, "../");
    text_add(&words, "%s", to[same] ? to + same + 1 : "");
    while (words.length && words.s[words.length - 1] == '/') words.s[--words.length] = '\0';
    snprintf(out, MADE_PATH, "%s", words.length ? text_get(&words) : ".");
    text_free(&words);
    return STATUS_OK;
}

Status made_absolute(char out[MADE_PATH], const char *path, const char *file, Err *err)
{
    char folder[MADE_PATH];
    folder_of(folder, file);
    int n = *path == '/' ? snprintf(out, MADE_PATH, "%s", path)
                         : snprintf(out, MADE_PATH, "%s/%s", folder, path);
    return n >= 0 && n < MADE_PATH
               ? STATUS_OK
               : err_set(err, STATUS_FORMAT, "%.60s...: the path is too long", path);
}

/* --- what differs -------------------------------------------------------------- */

enum { SHOWN_MOST = 24 };

/* Bytes of the line, with its newline. */
static size_t line_length(const char *s)
{
    size_t n = strcspn(s, "\n");
    return n + (s[n] == '\n');
}

static int count_lines(const char *s)
{
    int n = 0;
    for (; *s; s += line_length(s)) n++;
    return n;
}

static bool same_line(const char *a, const char *b)
{
    size_t n = line_length(a);
    return n == line_length(b) && !memcmp(a, b, n);
}

static void show(char sign, const char *line, int *shown, Text *out)
{
    Text one = { 0 };
    if (++*shown > SHOWN_MOST) return;
    text_add_bytes(&one, line, strcspn(line, "\n"));
    text_add(out, "%c ", sign);
    text_add_tame(out, text_get(&one));
    text_add(out, "\n");
    text_free(&one);
}

static bool has_line(const char *text, const char *line)
{
    for (; *text; text += line_length(text))
        if (same_line(text, line)) return true;
    return false;
}

/* The lines of one text that the other has nowhere. */
static void show_others(char sign, const char *one, const char *other, int *shown, Text *out)
{
    for (; *one; one += line_length(one))
        if (!has_line(other, one)) show(sign, one, shown, out);
}

bool made_compare(const char *was, const char *is, Text *out)
{
    int shown = 0;
    if (!strcmp(was, is)) return false;
    if (count_lines(was) == count_lines(is)) /* other values: each below what it was */
        for (; *was; was += line_length(was), is += line_length(is)) {
            if (same_line(was, is)) continue;
            show('-', was, &shown, out);
            show('+', is, &shown, out);
        }
    else {
        show_others('-', was, is, &shown, out);
        show_others('+', is, was, &shown, out);
    }
    if (!shown) text_add(out, "the same lines, but not in the same places\n");
    if (shown > SHOWN_MOST) text_add(out, "... and %d lines more\n", shown - SHOWN_MOST);
    return true;
}
