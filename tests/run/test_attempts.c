/* The scheduler: what it tries again, and what it begins a cell with. */
#include "core/base/file.h"
#include "tests/run/fake.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(attempts, .init = fake_open, .fini = fake_close, .timeout = 60);

Test(attempts, tries_again_what_has_crashed)
{
    int   most;
    FakeRun s;
    fake_set_up(&s, NULL);
    fake_touch("once", s.works.work[1].cell);
    ScheduleResult r = fake_run_as(&s, (ScheduleConfig){ .jobs = 2, .threads = 1, .retries = 1 });
    cr_expect(r.failed == 0 && r.done == CELLS, "%d failed, %d done", r.failed, r.done);
    cr_expect(fake_begun(&most) == CELLS + 1 && most == 2);
    cr_expect(strstr(fake_left(&s, 1, "log.txt"), "crashed by signal 11") != NULL, "%s",
              fake_left(&s, 1, "log.txt"));
    cr_expect_str_eq(fake_left(&s, 1, "failed.txt"), "", "it has not failed");
    fake_tear_down(&s);
}

Test(attempts, gives_up_after_so_many_tries)
{
    int   most;
    FakeRun s;
    fake_set_up(&s, NULL);
    fake_touch("die", s.works.work[0].cell);
    fake_touch("wrong", s.works.work[1].cell);
    ScheduleResult r = fake_run_as(&s, (ScheduleConfig){ .jobs = 2, .threads = 1, .retries = 3 });
    cr_expect(r.failed == 2 && r.done == CELLS - 2);
    cr_expect(fake_begun(&most) == CELLS + 3 && most == 4, "what is wrong is tried once: %d, %d",
              fake_begun(&most), most);
    cr_expect(strstr(fake_left(&s, 0, "failed.txt"), "killed by signal 9") != NULL);
    cr_expect(strstr(fake_left(&s, 1, "failed.txt"), "no such key") != NULL);
    fake_tear_down(&s);
}

Test(attempts, begins_what_there_is_memory_for)
{
    FakeRun s;
    fake_touch("slow", NULL);
    fake_set_up(&s, NULL);
    for (int i = 0; i < s.works.n; i++) s.works.work[i].bytes = 1e18;
    cr_expect(fake_run(&s).done == CELLS, "one alone is always begun");
    cr_expect(!file_exists(scratch_path(&fake.scratch, "crowd")));
    fake_tear_down(&s);
}

/* Its bits depend on them. */
Test(attempts, goes_on_with_the_threads_it_had)
{
    static const char line[] = "{\"stage\": \"pretrain\", \"step\": 3, \"steps\": 9, "
                               "\"threads\": 1}\n";
    for (int keep = 0; keep < 2; keep++) {
        FakeRun       s;
        char        path[CELL_PATH], name[64], *threads;
        size_t      n;
        Err         err;
        const char *other[] = { keep ? "pretrain.lr=0.001" : "pretrain.lr=0.002", NULL };
        fake_set_up(&s, other);
        const Cell *c = s.works.work[2].cell;
        cell_folder(path, fake.scratch.folder, c);
        cr_assert(!file_make_folders(path, &err));
        cell_file(path, fake.scratch.folder, c, "journal.jsonl");
        cr_assert(!file_write(path, line, sizeof line - 1, &err));
        fake_run_as(&s, (ScheduleConfig){ .jobs = 1, .threads = 3, .keep_threads = keep });
        snprintf(name, sizeof name, "threads-%.16s", c->stage[0].id);
        cr_assert(!file_read(scratch_path(&fake.scratch, name), 100, &threads, &n, &err));
        cr_expect_str_eq(threads, keep ? "1\n" : "3\n");
        free(threads);
        fake_tear_down(&s);
    }
}

/* One line, of the last try alone. */
Test(attempts, tells_what_was_wrong_with_the_last_try)
{
    FakeRun s;
    fake_set_up(&s, NULL);
    fake_touch("idle", s.works.work[0].cell);
    fake_run_as(&s, (ScheduleConfig){ .jobs = 2, .threads = 1, .retries = 1 });
    cr_expect_str_eq(s.works.work[0].why, "ended with code 0 and without its records");
    fake_tear_down(&s);
    fake_set_up(&s, NULL);
    strcat(fake.program, "-none");
    fake_run_as(&s, (ScheduleConfig){ .jobs = 2, .threads = 1, .retries = 1 });
    cr_expect(strstr(s.works.work[0].why, "fake-none: No such file") != NULL, "%s",
              s.works.work[0].why);
    fake_tear_down(&s);
}

/* What one that never came to be has failed by: a folder in place of a file. */
static void cannot_begin(const char *name, int cell)
{
    FakeRun        s;
    char           path[CELL_PATH];
    static char    said[1 << 16];
    FILE          *to = tmpfile();
    Err            err;
    ScheduleConfig c = { .jobs = 2, .threads = 1, .retries = 1, .progress = to };
    fake_set_up(&s, NULL);
    cell_file(path, fake.scratch.folder, s.works.work[cell].cell, name);
    cr_assert(to && !file_make_folders(path, &err));
    cr_expect_eq(fake_run_as(&s, c).failed, 1, "%s", name);
    rewind(to);
    said[fread(said, 1, sizeof said - 1, to)] = '\0';
    cr_expect(strstr(said, "again: ") && strstr(said, "failed 2 times: "), "%s", said);
    cr_expect(!strstr(said, "see "), "there is no log: %s", said);
    cr_expect(strstr(fake_left(&s, cell, "failed.txt"), name) != NULL, "%s",
              fake_left(&s, cell, "failed.txt"));
    fake_tear_down(&s);
    fake_set_up(&s, NULL);
    cr_expect(s.works.work[cell].state == WORK_FAILED, "%s: %s", name,
              work_word(s.works.work[cell].state));
    cr_assert(!remove(path));
    works_pick(&s.works, true, 0);
    cr_expect_eq(fake_run(&s).done, 1);
    fake_tear_down(&s);
    fclose(to);
    fake_close();
    fake_open();
}

Test(attempts, what_could_not_begin_has_failed)
{
    cannot_begin("log.txt", 1);
    cannot_begin("lock", 2);
    cannot_begin("config.yaml", 3);
}
