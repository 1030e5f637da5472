#define _POSIX_C_SOURCE 200809L /* chmod */
#include "tests/run/fake.h"

#include "core/base/file.h"
#include "tests/run/whole.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

Fake fake;

static const char script[] =
    "#!/bin/bash\n"
    "trap 'sleep 0.1 9>&-; : > \"$results/saved\"; exit 75' TERM\n"
    "results=$3 threads=$5 claim=$9 cell=${10}\n"
    "shift 10\n"
    "folder=$results/cells/$cell\n"
    "[ \"$folder/lock\" -ef /dev/fd/$claim ] || exit 2\n"
    "if [ $claim != 9 ]; then exec 9>&$claim {claim}>&-; fi\n"
    "if flock -n \"$folder/lock\" true; then exit 2; fi\n"
    "flock -n 9 || exit 76\n"
    "missing=\n"
    "for s; do cmp -s \"$results/whole\" \"$folder/$s.h5\" || missing=1; done\n"
    "[ $missing ] || exit 0\n"
    "echo \"$cell\" >> \"$results/begun\"\n"
    "echo \"$threads\" > \"$results/threads-$cell\"\n"
    "if ! mkdir \"$results/alone\" 2>/dev/null; then : > \"$results/crowd\"; fi\n"
    "if [ -e \"$results/slow\" ]; then sleep 0.3 9>&-; fi\n"
    "while [ -e \"$results/hold\" ] && [ $(wc -l < \"$results/begun\") -gt 2 ]; do\n"
    "    sleep 0.05 9>&-\n"
    "done\n"
    "if [ -e \"$results/fail-$cell\" ]; then\n"
    "    echo 'knn: no luck' > \"$folder/failed.txt\"; exit 1\n"
    "fi\n"
    "rmdir \"$results/alone\" 2>/dev/null\n"
    "if [ -e \"$results/wrong-$cell\" ]; then\n"
    "    echo 'knn: no such key' > \"$folder/failed.txt\"; exit 2\n"
    "fi\n"
    "if [ -e \"$results/die-$cell\" ]; then kill -9 $$; fi\n"
    "if rm \"$results/once-$cell\" 2>/dev/null; then kill -11 $$; fi\n"
    "if [ -e \"$results/idle-$cell\" ]; then exit 0; fi\n"
    "for s; do cp \"$results/whole\" \"$folder/$s.h5\"; done\n";

#define GRID SMALL "grid:\n  pretrain.strategy: [random, grid, spiral]\n  seed: 0..1\n"

void fake_open(void)
{
    Err err;
    scratch_open(&fake.scratch);
    strcpy(fake.program, scratch_file(&fake.scratch, "fake", script, sizeof script - 1));
    cr_assert(!chmod(fake.program, 0755));
    cr_assert(!whole_record(scratch_path(&fake.scratch, "whole"), &err), "%s", err.text);
}

void fake_close(void) { scratch_close(&fake.scratch); }

void fake_set_up(FakeRun *s, const char *const *settings)
{
    s->recipe = recipe_good(&fake.scratch, GRID, settings);
    arena_open(&s->arena, "test", NULL, NULL);
    works_list(&s->works, &s->arena, s->recipe, fake.scratch.folder);
}

void fake_tear_down(FakeRun *s)
{
    arena_close(&s->arena);
    recipe_close(s->recipe);
}

ScheduleResult fake_run_as(FakeRun *s, ScheduleConfig c)
{
    ScheduleResult result;
    Err            err;
    c.program = fake.program;
    cr_assert(!schedule_run(&s->works, s->recipe, &c, &result, &err), "%s", err.text);
    return result;
}

ScheduleResult fake_run(FakeRun *s)
{
    return fake_run_as(s, (ScheduleConfig){ .jobs = 2, .threads = 1 });
}

ScheduleResult fake_run_all(const char *const *settings)
{
    FakeRun s;
    fake_set_up(&s, settings);
    ScheduleResult result = fake_run(&s);
    fake_tear_down(&s);
    return result;
}

void fake_touch(const char *word, const Cell *c)
{
    char name[64];
    snprintf(name, sizeof name, "%s%s%.16s", word, c ? "-" : "", c ? c->stage[0].id : "");
    scratch_file(&fake.scratch, name, "", 0);
}

void fake_untouch(const char *word, const Cell *c)
{
    char name[64];
    snprintf(name, sizeof name, "%s%s%.16s", word, c ? "-" : "", c ? c->stage[0].id : "");
    remove(scratch_path(&fake.scratch, name));
}

int fake_begun(int *most)
{
    char   *text;
    size_t  n;
    int     lines = 0;
    Err     err;
    *most = 0;
    if (file_read(scratch_path(&fake.scratch, "begun"), 1 << 20, &text, &n, &err)) return 0;
    for (char *a = text; *a; a += 17, lines++) {
        int same = 0;
        for (char *b = text; *b; b += 17) same += !memcmp(a, b, 16);
        if (same > *most) *most = same;
    }
    free(text);
    return lines;
}

const char *fake_left(const FakeRun *s, int i, const char *name)
{
    static char text[1 << 16];
    char        path[CELL_PATH];
    cell_file(path, fake.scratch.folder, s->works.work[i].cell, name);
    FILE  *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    text[n] = '\0';
    if (f) fclose(f);
    return text;
}
