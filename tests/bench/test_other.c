/* Another program's word is not believed before it is read. */
#include "experiments/bench/other.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

TestSuite(other, .timeout = 30);

#define NUMBERS "\"step_s\": 0.5, \"images_per_s\": 256, \"peak_bytes\": 1000000"
#define GOOD    "{\"name\": \"tiny\", " NUMBERS ", \"program\": \"Else 2\"}"

Test(other, reads_the_last_line)
{
    Other o;
    Err   err;
    cr_assert(!other_parse(&o, "tiny", "warming up\n{}\n" GOOD "\n\n", &err), "%s", err.text);
    cr_expect(o.step_s == 0.5 && o.images_per_s == 256 && o.peak_bytes == 1e6);
    cr_expect_str_eq(o.program, "Else 2");
}

/* 35 bytes, then a letter of three, of which two would fit; a tab and a quote before. */
Test(other, has_a_name_that_fits_on_a_line)
{
    Other o;
    Err   err;
    cr_assert(!other_parse(&o, "tiny",
                           "{\"name\": \"tiny\", " NUMBERS ", \"program\": "
                           "\"a\\tb\\\"c789 123456789 123456789 123456\u20ac and on\"}", &err),
              "%s", err.text);
    cr_expect_str_eq(o.program, "a b c789 123456789 123456789 123456");
    cr_assert(!other_parse(&o, "tiny", "{\"name\": \"tiny\", " NUMBERS "}", &err));
    cr_expect_str_eq(o.program, "");
}

static const struct { const char *said, *complaint; } wrong[] = {
    { "", "not JSON" },
    { "\n\n\n", "not JSON" },
    { "Traceback (most recent call last):", "not JSON" },
    { GOOD "\nSegmentation fault", "not JSON" },
    { "{\"name\": \"tiny\", \"step_s\": 0.5", "not JSON" },
    { "{\"name\": \"tiny\", \"step_s\": 1e999, \"images_per_s\": 1, \"peak_bytes\": 1}",
      "not JSON" },
    { "{\"name\": \"tiny\", \"name\": \"tiny\", " NUMBERS "}", "not JSON" },
    { "[1, 2]", "not a JSON object" },
    { "{" NUMBERS "}", "\"name\"" },
    { "{\"name\": 7, " NUMBERS "}", "\"name\"" },
    { "{\"name\": \"base\", " NUMBERS "}", "base, not tiny" },
    { "{\"name\": \"tiny\", \"images_per_s\": 1, \"peak_bytes\": 1}", "\"step_s\" is missing" },
    { "{\"name\": \"tiny\", \"step_s\": \"1\", \"images_per_s\": 1, \"peak_bytes\": 1}",
      "\"step_s\"" },
    { "{\"name\": \"tiny\", \"step_s\": 1, \"images_per_s\": 0, \"peak_bytes\": 1}",
      "\"images_per_s\"" },
    { "{\"name\": \"tiny\", \"step_s\": 1, \"images_per_s\": 1, \"peak_bytes\": -1}",
      "\"peak_bytes\"" },
};
enum { N_WRONG = sizeof wrong / sizeof *wrong };

ParameterizedTestParameters(other, refuses)
{
    static int index[N_WRONG];
    for (int i = 0; i < N_WRONG; i++) index[i] = i;
    return cr_make_param_array(int, index, N_WRONG);
}

ParameterizedTest(int *i, other, refuses)
{
    Other o;
    Err   err = { 0 };
    cr_expect(other_parse(&o, "tiny", wrong[*i].said, &err) == STATUS_FORMAT, "case %d", *i);
    cr_expect(strstr(err.text, wrong[*i].complaint), "case %d: %s", *i, err.text);
}

/* A command is a script here: what it does with its words, and how it ends. */
static Status run(const char *script, Other *o, Err *err)
{
    Scratch s;
    char    command[500];
    scratch_open(&s);
    snprintf(command, sizeof command, "/bin/sh '%s'",
             scratch_file(&s, "other.sh", script, strlen(script)));
    Status bad = other_measure(o, command, "tiny", 0.5, 3, NULL, err);
    scratch_close(&s);
    return bad;
}

Test(other, is_told_what_to_measure)
{
    Other o;
    Err   err;
    cr_expect(!run("[ \"$*\" = '--preset tiny --seconds 0.5 --threads 3' ] || exit 9\n"
                   "echo '" GOOD "'\n", &o, &err), "%s", err.text);
    cr_expect(o.step_s == 0.5);
}

Test(other, that_fails_is_named_with_how_it_ended)
{
    Other o;
    Err   err;
    cr_expect(run("echo '" GOOD "'; exit 3\n", &o, &err) == STATUS_FAILED);
    cr_expect(strstr(err.text, "exit code 3") && strstr(err.text, "--preset tiny"), "%s",
              err.text);
    cr_expect(run("echo '" GOOD "'; kill -SEGV $$\n", &o, &err) == STATUS_FAILED);
    cr_expect(strstr(err.text, "signal 11"), "%s", err.text);
    cr_expect(other_measure(&o, "none/such", "tiny", 1, 1, NULL, &err) == STATUS_FAILED);
    cr_expect(strstr(err.text, "exit code 127"), "%s", err.text);
}

Test(other, that_never_stops_talking_is_stopped)
{
    Other o;
    Err   err;
    cr_expect(run("exec yes\n", &o, &err) == STATUS_FAILED);
    cr_expect(strstr(err.text, "no end"), "%s", err.text);
}
