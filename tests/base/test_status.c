#include "core/base/status.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

Test(status, a_failure_reads_as_one_line)
{
    Err err;
    cr_expect(err_set(&err, STATUS_IO, "%s: %s", "a.h5", "no space left") == STATUS_IO);
    cr_expect(err_in(&err, "cell %d", 7) == STATUS_IO);
    cr_expect_str_eq(err.text, "cell 7: a.h5: no space left");
}

Test(status, control_characters_of_a_hostile_name_are_tamed)
{
    Err err;
    err_set(&err, STATUS_FORMAT, "bad key \"a\n\033[2Jb\"");
    err_in(&err, "file\r.yaml");
    cr_expect_str_eq(err.text, "file?.yaml: bad key \"a??[2Jb\"");
}

Test(status, long_texts_are_cut_and_end)
{
    Err  err;
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    err_set(&err, STATUS_FORMAT, "%s", text);
    cr_expect(strlen(err.text) == sizeof err.text - 1);
    err_in(&err, "%s", text);
    cr_expect(strlen(err.text) <= sizeof err.text - 1);
    err_set(&err, STATUS_FORMAT, "the end");
    err_in(&err, "%.100s", text);
    cr_expect(strstr(err.text, "x: the end") != NULL);
}

Test(status, exit_codes_are_the_documented_ones)
{
    cr_expect(status_exit(STATUS_OK) == 0 && status_exit(STATUS_IO) == 1);
    cr_expect(status_exit(STATUS_CONFIG) == 2 && status_exit(STATUS_DEVICE) == 1);
    cr_expect(status_exit(STATUS_FORMAT) == 5 && status_exit(STATUS_MISSING) == 5);
    cr_expect(status_exit(STATUS_STOPPED) == 75);
}

Test(status, check_aborts, .signal = SIGABRT)
{
    CHECK(1 + 1 == 3, "one and one is %d", 1 + 1);
}
