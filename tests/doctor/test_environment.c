/* What the doctor says of machines that are made up, and of a folder that is tried. */
#define _POSIX_C_SOURCE 200809L /* setenv, rmdir */
#include "experiments/doctor/environment.h"

#include "core/base/file.h"
#include "core/base/h5.h"
#include "tests/cli/typed.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Scratch scratch;
static Section s;

static void prepare(void)
{
    static const char *const names[] = {
        "OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "OMP_PROC_BIND",
        "OMP_PLACES", "GOMP_CPU_AFFINITY", "OMP_WAIT_POLICY", "OPENBLAS_CORETYPE",
        "HDF5_USE_FILE_LOCKING",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unsetenv(names[i]);
    typed_open(&scratch);
    section_open(&s, "environment", "results");
}

static void clean_up(void)
{
    section_close(&s);
    scratch_close(&scratch);
}

TestSuite(environment, .init = prepare, .fini = clean_up, .timeout = 60);

/* The level of the last note of that name; "" if there is none. */
static const char *level(const char *about)
{
    const json_t *notes = json_object_get(s.facts, "notes"), *found = NULL;
    for (size_t i = 0; i < json_array_size(notes); i++) {
        const json_t *note = json_array_get(notes, i);
        if (!strcmp(json_string_value(json_object_get(note, "about")), about)) found = note;
    }
    return found ? json_string_value(json_object_get(found, "level")) : "";
}

static void expect(const char *about, const char *wanted)
{
    cr_expect_str_eq(level(about), wanted, "%s is '%s', not '%s'", about, level(about), wanted);
}

Test(environment, judges_threads)
{
    judge_threads(&s, 8, 8, 8), expect("threads", "ok"), expect("OMP_NUM_THREADS", "");
    judge_threads(&s, 8, 8, 2), expect("threads", "warn");
    setenv("OMP_NUM_THREADS", "4", 1);
    judge_threads(&s, 8, 4, 4), expect("threads", "ok"), expect("OMP_NUM_THREADS", "ok");
    setenv("OMP_NUM_THREADS", "5", 1);
    judge_threads(&s, 8, 4, 4), expect("OMP_NUM_THREADS", "warn");
    setenv("OMP_NUM_THREADS", "many", 1);
    judge_threads(&s, 8, 8, 8), expect("OMP_NUM_THREADS", "warn");
    setenv("OMP_PROC_BIND", "false", 1), setenv("OMP_WAIT_POLICY", "passive", 1);
    judge_threads(&s, 8, 8, 8), expect("OMP_PROC_BIND", ""), expect("OMP_WAIT_POLICY", "");
    setenv("OMP_PROC_BIND", "close", 1), setenv("OMP_WAIT_POLICY", "ACTIVE", 1);
    judge_threads(&s, 8, 8, 8), expect("OMP_PROC_BIND", "warn");
    expect("OMP_WAIT_POLICY", "warn");
    cr_expect_eq(s.n, 0, "nothing of this is a failure");
}

Test(environment, judges_blas)
{
    static const char config[] = "OpenBLAS 0.3.21 USE_OPENMP Haswell MAX_THREADS=64";
    judge_blas(&s, BLAS_OPENMP, config, 64), expect("BLAS", "ok");
    judge_blas(&s, BLAS_OPENMP, config, 65), expect("BLAS", "warn");
    judge_blas(&s, BLAS_PTHREADS, config, 2), expect("BLAS", "warn");
    judge_blas(&s, BLAS_OPENMP, config, 2), expect("BLAS", "ok");
    judge_blas(&s, BLAS_ALONE, config, 2), expect("BLAS", "warn");
    expect("OPENBLAS_CORETYPE", "");
    setenv("OPENBLAS_CORETYPE", "Prescott", 1);
    judge_blas(&s, BLAS_OPENMP, config, 2), expect("OPENBLAS_CORETYPE", "warn");
}

Test(environment, judges_memory_and_disk)
{
    judge_memory(&s, 8e9, 16e9), expect("memory", "ok");
    judge_memory(&s, 0.9e9, 16e9), expect("memory", "warn");
    judge_memory(&s, INFINITY, INFINITY), expect("memory", "warn");
    judge_memory(&s, 0.2e9, 16e9), expect("memory", "fail");
    judge_disk(&s, ".", 2e9, -1), expect("disk", "ok"), expect("inodes", "");
    judge_disk(&s, ".", 0.9e9, 1e6), expect("disk", "warn"), expect("inodes", "ok");
    judge_disk(&s, ".", 0.06e9, 9000), expect("disk", "fail"), expect("inodes", "warn");
    judge_disk(&s, ".", 2e9, 60), expect("inodes", "fail");
    cr_expect_eq(s.n, 3);
}

Test(environment, judges_clocks)
{
    const ClockFacts well = { .step_s = 1e-9, .built_s = 1e9, .now_s = 1e9 + 1, .ahead_s = -1 };
    ClockFacts c = well;
    judge_clock(&s, &c), expect("clock", "ok"), expect("date", "");
    expect("clock of files", "");
    c.step_s = 0.1, judge_clock(&s, &c), expect("clock", "warn");
    c = well, c.goes_back = true, judge_clock(&s, &c), expect("clock", "fail");
    c = well, c.now_s = 9e8, judge_clock(&s, &c), expect("date", "warn");
    c = well, c.ahead_s = -3, judge_clock(&s, &c), expect("clock of files", "warn");
}

Test(environment, looks_for_programs_on_path)
{
    scratch_file(&scratch, "mine", "", 0);
    setenv("PATH", scratch.folder, 1);
    judge_program(&s, "mine", "draws", "mine"), expect("mine", "warn"); /* not to be run */
    setenv("PATH", "/nowhere:/bin:/usr/bin", 1);
    judge_program(&s, "sh", "runs", "dash"), expect("sh", "ok");
}

Test(environment, tries_a_folder_and_leaves_nothing)
{
    double ahead = 1;
    bool   locks = true;
    Err    err;
    try_folder(&s, scratch_folder(&scratch, "results"), &ahead);
    expect("writing", "ok"), expect("locks", "ok"), expect("HDF5 locks", "ok");
    cr_expect(fabs(ahead) <= 2);
    cr_expect_eq(rmdir(scratch_path(&scratch, "results")), 0, "something is left");
    cr_assert(!h5_try_locks(scratch_path(&scratch, "a.h5"), &locks, &err), "%s", err.text);
    cr_expect(locks);
    cr_expect_not(file_exists(scratch_path(&scratch, "a.h5")));
    cr_expect_eq(h5_try_locks(scratch_path(&scratch, "none/a.h5"), &locks, &err), STATUS_IO);
    try_folder(&s, scratch_path(&scratch, "none"), &ahead), expect("writing", "fail");
    cr_expect_eq(s.n, 1);
}

Test(environment, locks_of_hdf5_may_be_turned_off)
{
    bool locks = true;
    Err  err;
    setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1); /* is read once by a process */
    cr_assert(!h5_try_locks(scratch_path(&scratch, "a.h5"), &locks, &err), "%s", err.text);
    cr_expect_not(locks);
}

/* The folder need not be there yet; what cannot be written ends with 4. */
Test(environment, is_what_doctor_looks_at_without_data)
{
    static char out[1 << 16];
    RUN(out, "doctor", "--results", scratch_path(&scratch, "not/yet"));
    cr_expect(text_starts(out, "environment  "), "%s", out);
    cr_expect(strstr(out, "\n  ok    writing         written, synced and renamed"), "%s", out);
    cr_expect(strstr(out, "\n  ok    locks "), "%s", out);
    cr_expect(strstr(out, "data  in the usual places"), "%s", out);
    for (const char *line = out; *line; line += strcspn(line, "\n") + 1)
        cr_expect(strcspn(line, "\n") <= 80, "%.100s", line);
    cr_expect_not(file_exists(scratch_path(&scratch, "not")));
    cr_expect_eq(RUN(out, "doctor", "--format", "json", "--results", "/proc/none"),
                 EXIT_CHECK_FAILED);
    json_t *root = json_loads(out, 0, NULL);
    cr_assert(root, "%s", out);
    cr_expect(json_is_false(json_object_get(root, "ok")));
    const json_t *first = json_array_get(json_object_get(root, "sections"), 0);
    const json_t *notes = json_object_get(json_object_get(first, "facts"), "notes");
    cr_expect(json_array_size(notes) >= 6);
    json_decref(root);
}

/* Where no folder can be made, whatever stands there. */
Test(environment, names_what_is_no_folder)
{
    static char out[1 << 16], path[256];
    scratch_file(&scratch, "file", "", 0);
    cr_assert(!symlink("nowhere", scratch_path(&scratch, "dangling")));
    cr_assert(!symlink("loop", scratch_path(&scratch, "loop")));
    static const char *const wrong[] = { "file", "file/", "file/below/that", "dangling",
                                         "dangling/below", "loop/below" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(path, sizeof path, "%s", scratch_path(&scratch, wrong[i]));
        cr_expect_eq(RUN(out, "doctor", "--results", path), EXIT_CHECK_FAILED, "%s", path);
        cr_expect(strstr(out, "\n  fail  results "), "%s: %s", path, out);
    }
    cr_expect_eq(RUN(out, "doctor", "--results", "/dev/null"), EXIT_CHECK_FAILED);
    cr_expect(strstr(out, "/dev/null is neither a folder nor a link to one"), "%s", out);
    cr_expect_not(file_exists(scratch_path(&scratch, "nowhere")));
}
