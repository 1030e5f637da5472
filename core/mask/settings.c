#include "core/mask/settings.h"

#include "core/mask/draw.h"

#include <stdio.h>
#include <string.h>

enum { WORD = 64 }; /* longer keys and values are cut, and then match nothing */

static double get(Settings p, const MaskParam *row)
{
    const char *at = (const char *)p.fields + row->offset;
    return row->kind == MASK_NUMBER ? *(const double *)at : *(const int *)at;
}

static void set(Settings p, const MaskParam *row, double value)
{
    char *at = (char *)p.fields + row->offset;
    if (row->kind == MASK_NUMBER)
        *(double *)at = value + 0.0; /* -0 and 0 are one value and one text */
    else
        *(int *)at = (int)value;
}

static const MaskParam *find(Settings p, const char *key)
{
    for (const MaskParam *row = p.table; row && row->key; row++)
        if (!strcmp(row->key, key)) return row;
    return NULL;
}

void settings_default(Settings p)
{
    for (const MaskParam *row = p.table; row && row->key; row++) set(p, row, row->value);
}

void setting_text(char out[32], const MaskParam *row, double value)
{
    if (row->kind == MASK_CHOICE)
        snprintf(out, 32, "%s", row->choices[(int)value]);
    else
        text_from_double(out, value);
}

double setting_default(const MaskParam *row, const MaskStrategy *s)
{
    if (row != &mask_common[0]) return row->value;
    if (s->select > MASK_PREFIX) return s->select;
    return s->order ? MASK_PREFIX : MASK_TOPK;
}

void setting_range(Text *out, const MaskParam *row)
{
    if (row->kind == MASK_CHOICE) {
        for (int i = 0; row->choices[i]; i++)
            text_add(out, "%s%s", i ? " " : "", row->choices[i]);
        return;
    }
    char lo[32], hi[32];
    setting_text(lo, row, row->lo);
    setting_text(hi, row, row->hi);
    text_add(out, "%s to %s", lo, hi);
}

static Status unknown(Settings own, Settings common, const char *name, const char *key,
                      Err *err)
{
    const char *keys[WORD];
    Text        list = { 0 };
    int         n = 0;
    for (int g = 0; g < 2; g++)
        for (const MaskParam *row = g ? common.table : own.table; row && row->key;
             row++) {
            CHECK(n < WORD - 1, "%s has more than %d parameters", name, WORD - 1);
            text_add(&list, "%s%s", n ? " " : "", row->key);
            keys[n++] = row->key;
        }
    keys[n] = NULL;
    const char *near = text_nearest(key, keys);
    if (near)
        err_set(err, STATUS_CONFIG, "%s has no parameter %s; did you mean %s?", name, key,
                near);
    else
        err_set(err, STATUS_CONFIG, "%s has no parameter %s; it has %s", name, key,
                text_get(&list));
    text_free(&list);
    return err->code;
}

static Status read_choice(const MaskParam *row, const char *name, const char *text,
                          double *value, Err *err)
{
    Text list = { 0 };
    for (int i = 0; row->choices[i]; i++) {
        if (!strcmp(row->choices[i], text)) {
            text_free(&list);
            return *value = i, STATUS_OK;
        }
        text_add(&list, "%s%s", i ? ", " : "", row->choices[i]);
    }
    const char *near = text_nearest(text, row->choices);
    err_set(err, STATUS_CONFIG, "%s: %s must be one of %s, not %s%s%s%s", name, row->key,
            text_get(&list), text, near ? "; did you mean " : "", near ? near : "",
            near ? "?" : "");
    text_free(&list);
    return err->code;
}

static Status read_value(const MaskParam *row, const char *name, const char *text,
                         double *value, Err *err)
{
    if (row->kind == MASK_CHOICE) return read_choice(row, name, text, value, err);

    int64_t whole = 0;
    bool    number = row->kind == MASK_NUMBER ? text_to_double(text, value)
                                              : text_to_int64(text, &whole);
    if (row->kind == MASK_INTEGER) *value = (double)whole;
    if (number && *value >= row->lo && *value <= row->hi) return STATUS_OK;

    char lo[32], hi[32];
    text_from_double(lo, row->lo);
    text_from_double(hi, row->hi);
    return err_set(err, STATUS_CONFIG, "%s: %s must be %s from %s to %s, not %s", name,
                   row->key, row->kind == MASK_NUMBER ? "a number" : "an integer", lo, hi,
                   text);
}

/* Copy up to the first of `ends` and return what comes behind it. */
static const char *word(char out[WORD], const char *text, const char *ends)
{
    size_t n = strcspn(text, ends);
    snprintf(out, WORD, "%.*s", (int)(n < WORD ? n : WORD - 1), text);
    return text + n;
}

Status settings_read(Settings own, Settings common, const char *name, const char *text,
                   Err *err)
{
    const MaskParam *seen[2 * WORD];
    int              n = 0;
    for (const char *at = text; at && *at;) {
        char key[WORD], given[WORD];
        at = word(key, at, "=,");
        if (*at != '=')
            return err_set(err, STATUS_CONFIG, "%s: expected key=value at \"%s\"", name,
                           key);
        at = word(given, at + 1, ",");
        if (*at == ',' && !*++at)
            return err_set(err, STATUS_CONFIG, "%s: nothing follows the last comma",
                           name);

        Settings           p = own;
        const MaskParam *row = find(own, key);
        if (!row) p = common, row = find(common, key);
        if (!row) return unknown(own, common, name, key, err);
        for (int i = 0; i < n; i++)
            if (seen[i] == row)
                return err_set(err, STATUS_CONFIG, "%s: %s is given twice", name, key);
        seen[n++] = row;

        double value = 0;
        if (read_value(row, name, given, &value, err)) return err->code;
        set(p, row, value);
    }
    return STATUS_OK;
}

void settings_write(Text *out, Settings own, Settings common, const char *name)
{
    const char *before = ":";
    text_add(out, "%s", name);
    for (int g = 0; g < 2; g++) {
        Settings p = g ? common : own;
        for (const MaskParam *row = p.table; row && row->key; row++) {
            char value[32];
            if (get(p, row) == row->value) continue;
            setting_text(value, row, get(p, row));
            text_add(out, "%s%s=%s", before, row->key, value);
            before = ",";
        }
    }
}
