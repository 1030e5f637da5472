/* Rows of JSON: what is handed out, and where what is wrong is said to be. */
#include "core/base/text.h"
#include "core/data/json.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

/* What a row is, written down again. */
static void print(Text *out, const Json *j)
{
    char number[32];
    if (j->key) text_add(out, "%s:", j->key);
    switch (j->kind) {
    case JSON_IS_NULL: text_add(out, "null"); break;
    case JSON_IS_BOOL: text_add(out, j->x != 0 ? "true" : "false"); break;
    case JSON_IS_TEXT: text_add(out, "'%s'", j->text); break;
    case JSON_IS_NUMBER:
        text_from_double(number, j->x);
        text_add(out, "%s%s", number, j->whole == INT64_MIN ? "." : "");
        break;
    case JSON_IS_LIST:
    case JSON_IS_OBJECT:
        text_add(out, "%u(", j->n);
        for (const Json *k = j->first; k; k = k->next) {
            print(out, k);
            if (k->next) text_add(out, " ");
        }
        text_add(out, ")");
    }
}

static Status take(void *to, const char *section, size_t row, const Json *j, Err *err)
{
    text_add(to, "%s[%zu] ", section ? section : "", row);
    print(to, j);
    text_add(to, "\n");
    if (json_find(j, "bad")) return json_refuse(json_find(j, "bad"), "bad", "good", err);
    return STATUS_OK;
}

static const char *const sections[] = { "a", "b", NULL };

static Status read(Text *out, const char *s, size_t n, bool list, unsigned *seen, Err *err)
{
    Reader r;
    reader_over(&r, s, n, "f.json");
    return json_rows(&r, list ? NULL : sections, take, out, seen, err);
}

static const struct {
    bool        list;
    const char *json, *rows;
    unsigned    seen;
} good[] = {
    { true, "[]", "", 0 },
    { true, " [1, -2.5, 1e2, \"x\\n\", true, null, [], {}]\n",
      "[0] 1\n[1] -2.5.\n[2] 100\n[3] 'x\n'\n[4] true\n[5] null\n[6] 0()\n[7] 0()\n", 0 },
    { true, "[{\"k\": [1, [2, {\"l\": 3}]], \"m\": \"\"}, {\"k\": 4}]",
      "[0] 2(k:2(1 2(2 1(l:3))) m:'')\n[1] 1(k:4)\n", 0 },
    { false, "{}", "", 0 },
    { false, "{\"a\": [1], \"c\": [[{\"a\": [2]}]], \"d\": {\"b\": [3]}, \"b\": [{\"a\": 5}]}",
      "a[0] 1\nb[0] 1(a:5)\n", 3 },
    { false, "{\"c\": 1, \"b\": [], \"d\": null}", "", 2 },
    { true, "[9223372036854775807, 9223372036854775808, 1.0, 1e400, 1e-400]",
      "[0] 9223372036854775807\n[1] 9223372036854775808.\n[2] 1\n[3] inf.\n[4] 0\n", 0 },
};
enum { N_GOOD = sizeof good / sizeof *good };

Test(json, hands_out_rows)
{
    for (int i = 0; i < N_GOOD; i++) {
        Text     out = { 0 };
        unsigned seen;
        Err      err;
        cr_assert(!read(&out, good[i].json, strlen(good[i].json), good[i].list, &seen, &err),
                  "%d: %s", i, err.text);
        if (i < N_GOOD - 1) cr_expect_str_eq(text_get(&out), good[i].rows, "%d", i);
        cr_expect(seen == good[i].seen, "%d: %u", i, seen);
        text_free(&out);
    }
}

static const struct {
    bool        list;
    const char *json, *says;
} bad[] = {
    { true, "", "f.json:1, byte 1: no JSON: parse error: premature EOF" },
    { true, "{}", "f.json:1, byte 1: expected a list" },
    { false, "[]", "f.json:1, byte 1: expected an object" },
    { false, "7", "expected an object" },
    { false, "\"a\"", "expected an object" },
    { true, "[1, 2", "no JSON: parse error: premature EOF" },
    { true, "[1,\n2\n] x", "f.json:3, byte 9: no JSON: parse error: trailing garbage" },
    { true, "[{\"k\": [1, NaN]}]",
      "[0]: k: no JSON: lexical error: invalid char in json text. NaN and Infinity" },
    { true, "[1,\n {\"k\": {\"l\": tru}}]", "f.json:2, byte 20: [1]: l: no JSON" },
    { false, "{\"a\": [1,\n\n {\"x\": 1, \"bad\": 7}]}",
      "f.json:3, byte 13: a[1]: bad: expected good, found 7" },
    { false, "{\"a\": {}}", "a list" },
    { false, "{\"a\": 5}", "a list" },
    { false, "{\"a\": null}", "a list" },
    { false, "{\"a\": [], \"a\": []}", "twice" },
    { true, "[{\"bad\": \"x\\u0007\"}]", "[0]: bad: expected good, found \"x?\"" },
    { true, "[{\"bad\": null}]", "found null" },
    { true, "[{\"bad\": [1, 2]}]", "found a list of 2" },
    { true, "[{\"bad\": {}}]", "found an object" },
    { true, "[\"\xff\"]", "invalid bytes in UTF8" },
    { true, "[1]\n[2]", "trailing garbage" },
    { true, "[1,\n\f]", "f.json:2, byte 4: [1]: no JSON: a form feed" },
    { true, "[\"a\vb\"]", "no JSON: a form feed or a vertical tab" },
    { true, "\v[]", "f.json:1, byte 0: no JSON" },
};
enum { N_BAD = sizeof bad / sizeof *bad };

Test(json, says_where_what_is_wrong)
{
    for (int i = 0; i < N_BAD; i++) {
        Text out = { 0 };
        Err  err;
        cr_expect(read(&out, bad[i].json, strlen(bad[i].json), bad[i].list, NULL, &err) ==
                  STATUS_FORMAT, "%d", i);
        cr_expect(strstr(err.text, bad[i].says), "%d: %s", i, err.text);
        text_free(&out);
    }
}

/* Brackets without end, in a list, in a list that is skipped, closed or not. */
Test(json, deep_nesting_is_refused)
{
    enum { DEEP = 100000 };
    static char s[DEEP + 16];
    static const char *const heads[] = { "", "{\"a\":", "{\"c\":", "{\"a\":[{\"k\":" };
    for (int i = 0; i < 4; i++) {
        Text out = { 0 };
        Err  err;
        int  n = sprintf(s, "%s", heads[i]);
        memset(s + n, '[', DEEP);
        cr_expect(read(&out, s, (size_t)n + DEEP, i == 0, NULL, &err) == STATUS_FORMAT);
        cr_expect(strstr(err.text, "over 64 deep"), "%s", err.text);
        text_free(&out);
    }
}

static Status sum(void *to, const char *section, size_t row, const Json *j, Err *err)
{
    double      *all = to;
    const char  *text;
    (void)section;
    if (json_find(j, "stop")) return json_refuse(j, "stop", "no end", err);
    if (json_text(&text, json_find(j, "text"), "text", err)) return err->code;
    all[0] += (double)row, all[1] += json_find(j, "x")->x, all[2] += (double)strlen(text);
    return STATUS_OK;
}

/* Values lie across the borders of what is read at once; lines go on being counted. */
Test(json, a_long_file_is_read_in_pieces)
{
    enum { ROWS = 30000 };
    Text   s = { 0 };
    double all[3] = { 0 };
    Reader r;
    Err    err;
    text_add(&s, "[");
    for (int i = 0; i < ROWS; i++)
        text_add(&s, "{\"x\": %d.5, \"text\": \"%0*d\"},\n", i, i % 90 + 1, 0);
    text_add(&s, "{\"stop\": 1}]");
    reader_over(&r, s.s, s.length, "long.json");
    cr_expect(json_rows(&r, NULL, sum, all, NULL, &err) == STATUS_FORMAT);
    char says[64];
    snprintf(says, sizeof says, "long.json:%d, byte %zu: [%d]: stop", ROWS + 1, s.length - 11,
             ROWS);
    cr_expect(text_starts(err.text, says), "%s, expected %s", err.text, says);
    double rows = ROWS * (ROWS - 1.0) / 2, letters = 0;
    for (int i = 0; i < ROWS; i++) letters += i % 90 + 1;
    cr_expect(all[0] == rows && all[1] == rows + 0.5 * ROWS && all[2] == letters);
    text_free(&s);
}

Test(json, a_row_beyond_all_measure_is_refused)
{
    enum { VALUES = 4200000 };
    Text   s = { 0 }, none = { 0 };
    Err    err;
    text_add(&s, "[[");
    for (int i = 0; i < VALUES; i++) text_add_bytes(&s, "1,", 2);
    text_add(&s, "1]]");
    cr_expect(read(&none, s.s, s.length, true, NULL, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "[0]: over 4194304 values"), "%s", err.text);
    text_free(&s);
}
