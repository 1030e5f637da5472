/* What running cells tell: the lines of their journals, and spans of time. */
#include "experiments/run/journal.h"

#include "core/base/file.h"
#include "experiments/run/progress.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static Scratch scratch;

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(journal, .init = open_scratch, .fini = close_scratch);

Test(journal, reads_the_last_whole_line)
{
    JournalLine a = { .stage = "knn-01234567", .step = 3, .steps = 9, .loss = NAN, .lr = 1e-4,
                      .images_per_s = 12.5, .elapsed_s = 2 }, b;
    FILE *f;
    Err   err;
    cr_expect(!journal_last(&b, scratch.folder));
    cr_assert(!journal_open(&f, scratch.folder, &err));
    for (a.step = 0; a.step < 50; a.step++) a.steps = 60, journal_write(f, &a);
    fputs("{\"stage\": \"knn-01234567\", \"step\": 5", f); /* cut by a kill */
    fclose(f);
    cr_assert(journal_last(&b, scratch.folder));
    cr_expect_str_eq(b.stage, a.stage);
    cr_expect(b.step == 49 && b.steps == 60 && b.lr == 1e-4 && b.images_per_s == 12.5);
    cr_expect(isnan(b.loss));
}

Test(journal, a_strange_journal_says_nothing)
{
    static const char *const strange[] = {
        "\n", "{}\n", "{\"stage\": \"a\", \"step\": 9, \"steps\": 3}\n",
        "{\"stage\": \"a\", \"step\": -1, \"steps\": 3}\n",
        "{\"stage\": \"a\", \"step\": 1, \"steps\": 1e300}\n", "no line",
        "{\"stage\": \"", "{\"step\": 1, \"steps\": 3}\n",
    };
    JournalLine line;
    Err         err;
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        const char *path = scratch_path(&scratch, "journal.jsonl");
        cr_assert(!file_write(path, strange[i], strlen(strange[i]), &err));
        cr_expect(!journal_last(&line, scratch.folder), "%s", strange[i]);
    }
}

/* --- spans --------------------------------------------------------------- */

Test(journal, spans_are_said_in_one_unit)
{
    static const struct { double s; const char *says; } spans[] = {
        { 0.2, "0 s" }, { 99, "99 s" }, { 100, "2 min" }, { 3600, "60 min" }, { 7200, "2.0 h" },
        { 400000, "4.6 days" }, { NAN, "?" },
    };
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        char out[32];
        progress_span(out, spans[i].s);
        cr_expect_str_eq(out, spans[i].says);
    }
}
