#define _POSIX_C_SOURCE 200809L /* setenv */
#include "core/base/text.h"

#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(text, grows_and_is_always_a_string)
{
    Text t = { 0 };
    cr_expect_str_eq(text_get(&t), "");
    for (int i = 0; i < 1000; i++) text_add(&t, "%d,", i % 10);
    cr_expect(t.length == 2000 && strlen(t.s) == 2000);
    text_clear(&t);
    cr_expect_str_eq(text_get(&t), "");
    text_add_bytes(&t, "a\0b", 3);
    cr_expect(t.length == 3 && !memcmp(t.s, "a\0b", 4));
    text_free(&t);
    cr_expect(!t.s && !t.length);
}

Test(text, is_fit_for_a_terminal)
{
    Text t = { 0 };
    char lines[] = "a\n\tb\r\033[31m", whole[] = "\303\251 \302\233 \177 \233 \303";
    text_tame(lines, true);
    cr_expect_str_eq(lines, "a\n\tb??[31m");
    text_tame(whole, false); /* e with an accent; two that begin a command; half a character */
    cr_expect_str_eq(whole, "\303\251 ?? ? ? ?");
    text_add(&t, "name ");
    text_add_tame(&t, "x\n\033]0;y\a");
    text_add_tame(&t, "");
    cr_expect_str_eq(text_get(&t), "name x??]0;y?");
    text_free(&t);
}

Test(text, is_one_word_for_a_shell)
{
    static const char *const words[][2] = {
        { "a/b-1.sh", "a/b-1.sh" }, { "", "''" }, { "two words", "'two words'" },
        { "it's", "'it'\\''s'" }, { "$(x)", "'$(x)'" }, { "a;b\n", "'a;b\n'" },
        { "~", "'~'" }, { "\303\251", "'\303\251'" },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        Text t = { 0 };
        text_add_word(&t, words[i][0]);
        cr_expect_str_eq(text_get(&t), words[i][1]);
        text_free(&t);
    }
}

Test(text, wraps_at_blanks)
{
    Text t = { 0 };
    text_wrap(&t, "one two  three\nfour extraordinarily ± ±", 9);
    cr_expect_str_eq(text_get(&t), "one two\nthree\nfour\nextraordinarily\n± ±\n");
    text_clear(&t);
    text_wrap(&t, "", 9);
    cr_expect_str_eq(text_get(&t), "");
    text_free(&t);
    cr_expect(text_width("72.4 ± 0.3") == 10);
}

Test(text, only_whole_numbers_are_numbers)
{
    static const char *const wrong[] = { "",    " 1",   "1 ",   "1x", "nan",
                                         "inf", "-inf", "0x10", "1e", "1e999",
                                         "--1", "1,5",  ".",    "+",  "1.2.3" };
    double  x = 7;
    int64_t n = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect(!text_to_double(wrong[i], &x), "\"%s\" is %g", wrong[i], x);
        cr_expect(!text_to_int64(wrong[i], &n), "\"%s\" is %lld", wrong[i], (long long)n);
    }
    cr_expect(x == 7 && n == 7, "what fails must not write");
    cr_expect(text_to_double("-1.5e-3", &x) && x == -1.5e-3);
    cr_expect(text_to_int64("-9223372036854775808", &n) && n == INT64_MIN);
    cr_expect(!text_to_int64("9223372036854775808", &n) && !text_to_int64("1.0", &n));
}

Test(text, numbers_read_back_from_the_shortest_text)
{
    static const struct { double x; const char *text; } known[] = {
        { 0.75, "0.75" }, { 0.1, "0.1" }, { 1.5e-4, "0.00015" }, { 1e-8, "1e-08" },
        { 0, "0" }, { 3, "3" }, { 1.0 / 3, "0.3333333333333333" }, { -2.5, "-2.5" },
    };
    char   text[32];
    double back;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        text_from_double(text, known[i].x);
        cr_expect_str_eq(text, known[i].text);
        cr_expect(text_to_double(text, &back) && back == known[i].x);
    }
}

/* Whatever the user's locale, a point is a point: nobody calls setlocale. */
Test(text, the_locale_of_the_user_does_not_matter)
{
    char   text[32];
    double x;
    setenv("LC_ALL", "de_DE.UTF-8", 1);
    cr_expect_str_eq(setlocale(LC_NUMERIC, NULL), "C");
    text_from_double(text, 0.5);
    cr_expect_str_eq(text, "0.5");
    cr_expect(text_to_double("0.5", &x) && x == 0.5);
}

Test(text, booleans_are_words)
{
    bool b = false;
    cr_expect(text_to_bool("Yes", &b) && b && text_to_bool("on", &b) && b);
    cr_expect(text_to_bool("FALSE", &b) && !b && text_to_bool("0", &b) && !b);
    cr_expect(!text_to_bool("maybe", &b) && !text_to_bool("", &b) &&
              !text_to_bool("2", &b));
}

Test(text, the_nearest_word_is_near)
{
    static const char *const words[] = { "random", "spiral", "hilbert", "grid", NULL };
    cr_expect_str_eq(text_nearest("sprial", words), "spiral");
    cr_expect_str_eq(text_nearest("rndom", words), "random");
    cr_expect_str_eq(text_nearest("gird", words), "grid");
    cr_expect(!text_nearest("xylophone", words));
    cr_expect(!text_nearest("", words));
    char long_word[200];
    memset(long_word, 'r', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    cr_expect(!text_nearest(long_word, words));
}

Test(text, starts)
{
    cr_expect(text_starts("pretrain.lr", "pretrain.") &&
              !text_starts("pre", "pretrain."));
    cr_expect(text_starts("x", ""));
}
