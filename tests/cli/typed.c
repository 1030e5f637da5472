#include "tests/cli/typed.h"

#include "experiments/cli/cli.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include <stdio.h>

enum { WORDS = 24 };

void typed_open(Scratch *s)
{
    scratch_open(s);
    cr_redirect_stdout();
    cr_redirect_stderr();
}

int typed_run(char *out, size_t room, const char *const *words)
{
    char *argv[WORDS + 1] = { "maskgrid" };
    int   argc = 1;
    for (; *words; words++) {
        cr_assert(argc < WORDS);
        argv[argc++] = (char *)*words;
    }
    int   code = cli_main(argc, argv);
    bool  told = code == EXIT_DONE || code == EXIT_CHECK_FAILED;
    FILE *from = told ? cr_get_redirected_stdout() : cr_get_redirected_stderr();
    fflush(stdout), fflush(stderr);
    out[fread(out, 1, room - 1, from)] = '\0';
    return code;
}
