/* What a row's values must be. */
#include "core/base/text.h"
#include "core/data/json.h"

#include <math.h>
#include <string.h>

const Json *json_find(const Json *j, const char *key)
{
    const Json *found = NULL;
    if (!j || j->kind != JSON_IS_OBJECT) return NULL;
    for (const Json *k = j->first; k; k = k->next)
        if (!strcmp(k->key, key)) found = k;
    return found;
}

Status json_refuse(const Json *j, const char *key, const char *what, Err *err)
{
    char number[32];
    if (!j) return err_set(err, STATUS_FORMAT, "%s: there is none, expected %s", key, what);
    switch (j->kind) {
    case JSON_IS_NUMBER:
        text_from_double(number, j->x);
        return err_set(err, STATUS_FORMAT, "%s: expected %s, found %s", key, what, number);
    case JSON_IS_TEXT:
        return err_set(err, STATUS_FORMAT, "%s: expected %s, found \"%.40s\"", key, what,
                       j->text);
    case JSON_IS_LIST:
        return err_set(err, STATUS_FORMAT, "%s: expected %s, found a list of %u", key, what,
                       j->n);
    case JSON_IS_NULL: return err_set(err, STATUS_FORMAT, "%s: expected %s, found null", key, what);
    case JSON_IS_BOOL:
        return err_set(err, STATUS_FORMAT, "%s: expected %s, found %s", key, what,
                       j->x != 0 ? "true" : "false");
    case JSON_IS_OBJECT: break;
    }
    return err_set(err, STATUS_FORMAT, "%s: expected %s, found an object", key, what);
}

Status json_number(double *x, const Json *j, const char *key, Err *err)
{
    if (!j || j->kind != JSON_IS_NUMBER || !isfinite(j->x))
        return json_refuse(j, key, "a finite number", err);
    *x = j->x;
    return STATUS_OK;
}

Status json_whole(int64_t *x, const Json *j, const char *key, Err *err)
{
    if (!j || j->kind != JSON_IS_NUMBER || j->whole == INT64_MIN)
        return json_refuse(j, key, "a whole number", err);
    *x = j->whole;
    return STATUS_OK;
}

Status json_text(const char **s, const Json *j, const char *key, Err *err)
{
    if (!j || j->kind != JSON_IS_TEXT || strlen(j->text) != j->n)
        return json_refuse(j, key, "a text", err);
    *s = j->text;
    return STATUS_OK;
}
