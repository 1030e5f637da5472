#define _POSIX_C_SOURCE 200809L /* strnlen, dup2 */
#include "experiments/bench/other.h"

#include "core/base/text.h"
#include "experiments/bench/hear.h"

#include <jansson.h>

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OUTPUT_MOST = 1 << 20, PATIENCE_S = 600 };

/* --- what it says ---------------------------------------------------------- */

static const char *last_line(const char *text, size_t *n)
{
    *n = strlen(text);
    while (*n && strchr(" \t\r\n", text[*n - 1])) --*n;
    size_t from = *n;
    while (from && text[from - 1] != '\n') from--;
    *n -= from;
    return text + from;
}

static Status number(double *x, const json_t *o, const char *key, Err *err)
{
    const json_t *v = json_object_get(o, key);
    *x = json_number_value(v);
    if (!json_is_number(v) || !isfinite(*x) || *x <= 0)
        return err_set(err, STATUS_FORMAT, "\"%s\" is %s, not a number above 0", key,
                       v ? "there" : "missing");
    return STATUS_OK;
}

/* As much of UTF-8 `name` as there is room for, whole letters, on one line. */
static void write_name(char to[OTHER_NAME], const char *name)
{
    size_t n = strnlen(name, OTHER_NAME - 1);
    while (n && ((unsigned char)name[n] & 0xC0) == 0x80) n--;
    for (size_t i = 0; i < n; i++) to[i] = name[i];
    to[n] = '\0';
    for (char *c = to; *c; c++)
        if ((unsigned char)*c < ' ' || *c == '"' || *c == 127) *c = ' ';
}

static Status read_object(Other *o, const char *preset, const json_t *object, Err *err)
{
    const char *name = json_string_value(json_object_get(object, "name"));
    const char *program = json_string_value(json_object_get(object, "program"));
    if (!json_is_object(object)) return err_set(err, STATUS_FORMAT, "not a JSON object");
    if (!name || strcmp(name, preset))
        return err_set(err, STATUS_FORMAT, "\"name\" is %.40s, not %s",
                       name ? name : "missing", preset);
    write_name(o->program, program ? program : "");
    if (number(&o->step_s, object, "step_s", err) ||
        number(&o->images_per_s, object, "images_per_s", err) ||
        number(&o->peak_bytes, object, "peak_bytes", err))
        return err->code;
    return STATUS_OK;
}

Status other_parse(Other *o, const char *preset, const char *text, Err *err)
{
    json_error_t why;
    size_t       n;
    const char  *line = last_line(text, &n);
    json_t      *object = json_loadb(line, n, JSON_REJECT_DUPLICATES, &why);
    *o = (Other){ 0 };
    if (!object)
        return err_set(err, STATUS_FORMAT, "not JSON: %s: %.*s", why.text,
                       n < 80 ? (int)n : 80, line);
    Status bad = read_object(o, preset, object, err);
    json_decref(object);
    return bad;
}

/* --- running it ------------------------------------------------------------ */

static void work(const void *line, int to)
{
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(to, STDOUT_FILENO);
    close(nothing), close(to);
    execl("/bin/sh", "sh", "-c", (const char *)line, (char *)NULL);
    _exit(127);
}

Status other_measure(Other *o, const char *command, const char *preset, double seconds,
                     int threads, Watch *watch, Err *err)
{
    Text line = { 0 }, said = { 0 };
    text_add(&line, "exec %s --preset %s --seconds %g --threads %d", command, preset,
             seconds, threads);
    Hearing h = { work, text_get(&line), OUTPUT_MOST, PATIENCE_S + 10 * seconds };
    Status  bad = hear(&said, &h, watch, err);
    if (!bad) bad = other_parse(o, preset, text_get(&said), err);
    if (bad) err_in(err, "%.150s --preset %s", command, preset); /* leaves room for why */
    text_free(&line);
    text_free(&said);
    return bad;
}
