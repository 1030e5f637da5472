/* What can be seen of a strategy without calling it. */
#include "core/mask/plugin.h"

#include "core/mask/draw.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <string.h>

enum {
    MOST_PARAMS = 32,
    MOST_BYTES = 1 << 20, /* of a strategy's struct */
    ALL_NEEDS = 2 * MASK_NEEDS_MASKER - 1
};

static bool is_word(const char *s)
{
    if (!isalpha((unsigned char)*s)) return false;
    while (isalnum((unsigned char)*s) || *s == '_') s++;
    return !*s;
}

static const char *wrong_value(const MaskParam *row)
{
    if (!isfinite(row->lo) || !isfinite(row->hi) ||
        !(row->lo <= row->value && row->value <= row->hi))
        return "its default is not within its range";
    if (row->kind == MASK_NUMBER) return NULL;
    if (row->lo < INT_MIN || row->hi > INT_MAX || row->value != floor(row->value))
        return "its values are not ints";
    if (row->kind == MASK_INTEGER) return NULL;
    if (!row->choices) return "it has no choices";
    for (int i = 0; i <= (int)row->hi; i++)
        if (!row->choices[i]) return "it has fewer choices than its range";
    return row->lo == 0 && !row->choices[(int)row->hi + 1]
               ? NULL : "its range is not that of its choices";
}

static const char *wrong_row(const MaskStrategy *s, const MaskParam *row)
{
    size_t width = row->kind == MASK_NUMBER ? sizeof(double) : sizeof(int);
    if (!is_word(row->key)) return "its key is no word";
    if (!row->about) return "nothing says what it is about";
    if (row->kind != MASK_NUMBER && row->kind != MASK_INTEGER && row->kind != MASK_CHOICE)
        return "there is no such kind";
    if (row->offset % width || row->offset > s->size || s->size - row->offset < width)
        return "it lies outside the strategy's struct";
    for (const MaskParam *other = s->params; other < row; other++)
        if (!strcmp(other->key, row->key)) return "its key is there twice";
    for (const MaskParam *other = mask_common; other->key; other++)
        if (!strcmp(other->key, row->key)) return "every strategy has one of that key";
    return wrong_value(row);
}

static Status check_params(const MaskStrategy *s, const char *name, Err *err)
{
    int n = 0;
    for (const MaskParam *row = s->params; row && row->key; row++, n++) {
        if (n == MOST_PARAMS)
            return err_set(err, STATUS_FORMAT, "%s has more than %d parameters; its table "
                           "must end with { 0 }", name, MOST_PARAMS);
        const char *wrong = wrong_row(s, row);
        if (wrong)
            return err_set(err, STATUS_FORMAT, "%s: parameter %d, \"%.40s\": %s", name,
                           n + 1, row->key, wrong);
    }
    return STATUS_OK;
}

static const char *wrong(const MaskStrategy *s)
{
    unsigned learner = s->needs & MASK_NEEDS_LEARNER;
    bool     sweeps = s->needs & MASK_NEEDS_SWEEP;
    if (!s->about || !*s->about) return "it does not say what it is about";
    if (!s->source || !*s->source) return "it does not name its source";
    if (!s->score == !s->order) return "it must have either score or order";
    if (s->size > MOST_BYTES) return "its struct is larger than a MiB";
    if (s->needs & ~(unsigned)ALL_NEEDS) return "it needs what this program does not have";
    if (learner & (learner - 1)) return "it needs more than one learner";
    if (s->order && s->needs) return "an order cannot look at the image";
    if (sweeps && (!s->sweep || !s->sweep_due)) return "it needs a sweep and has none";
    if ((unsigned)s->select > MASK_SUFFIX) return "there is no such selector";
    return NULL;
}

Status plugin_check(const MaskStrategy *s, const char *name, Err *err)
{
    const char *why = wrong(s);
    if (why) return err_set(err, STATUS_FORMAT, "%s: %s", name, why);
    return check_params(s, name, err);
}
