/* A command of maskgrid as a user types it, in a folder of its own.
 *
 *     static Scratch scratch;
 *     static void    prepare(void) { typed_open(&scratch); }
 *     static void    clean_up(void) { scratch_close(&scratch); }
 *     TestSuite(inspect_command, .init = prepare, .fini = clean_up);
 *
 *     char out[4096];
 *     cr_assert_eq(RUN(out, "inspect", path), EXIT_DONE, "%s", out);
 */
#ifndef TESTS_CLI_TYPED_H
#define TESTS_CLI_TYPED_H

#include "tests/scratch.h"

/* A fresh folder, and from now on what is printed is kept. */
void typed_open(Scratch *s);

/* Run it with these words, NULL at their end; its exit code.  `out` gets what it has
 * printed since the last time: to stdout or, unless it ran to its end, to stderr. */
int typed_run(char *out, size_t room, const char *const *words);

#define RUN(out, ...) typed_run(out, sizeof (out), (const char *const[]){ __VA_ARGS__, NULL })

#endif
