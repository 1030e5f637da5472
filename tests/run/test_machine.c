/* What a machine has, by files as Linux has them. */
#include "experiments/run/machine.h"

#include "core/base/file.h"
#include "core/base/threads.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static Scratch scratch;

static void open_scratch(void) { scratch_open(&scratch); }
static void close_scratch(void) { scratch_close(&scratch); }

TestSuite(machine, .init = open_scratch, .fini = close_scratch, .timeout = 30);

/* The file of the system holds this text. */
static void says(const char *file, const char *text)
{
    char path[600], *slash;
    Err  err;
    snprintf(path, sizeof path, "%s", scratch_path(&scratch, file));
    slash = strrchr(path, '/');
    *slash = '\0';
    cr_assert(!file_make_folders(path, &err), "%s", err.text);
    *slash = '/';
    cr_assert(!file_write(path, text, strlen(text), &err), "%s", err.text);
}

static Machine look(void) { return machine_look(scratch.folder); }

static void eight_gigabytes(void)
{
    says("proc/meminfo", "MemTotal:  8000000 kB\nMemFree:  100000 kB\nMemAvailable:  6000000 kB\n");
}

Test(machine, all_of_it_where_nobody_limits)
{
    eight_gigabytes();
    Machine m = look();
    cr_expect(m.cores == threads_available());
    cr_expect(m.total == 8e6 * 1024 && m.unused == 6e6 * 1024, "%g of %g", m.unused, m.total);
}

Test(machine, unknown_is_unlimited)
{
    Machine m = look();
    cr_expect(m.cores >= 1 && isinf(m.total) && isinf(m.unused));
    cr_expect(machine_kills(scratch.folder) == -1);
    cr_expect(machine_held(scratch.folder, 12) == 0);
}

/* The narrowest group counts; what is cached can be dropped. */
Test(machine, groups_of_version_2)
{
    eight_gigabytes();
    says("proc/self/cgroup", "0::/slice/run\n");
    says("sys/fs/cgroup/slice/run/memory.max", "max\n");
    says("sys/fs/cgroup/slice/run/memory.current", "50000\n");
    says("sys/fs/cgroup/slice/run/memory.events", "low 0\noom 9\noom_kill 3\n");
    says("sys/fs/cgroup/slice/memory.max", "1000000\n");
    says("sys/fs/cgroup/slice/memory.current", "700000\n");
    says("sys/fs/cgroup/slice/memory.stat", "anon 1\ninactive_file 150000\nactive_file 50000\n");
    says("sys/fs/cgroup/slice/cpu.max", "50000 100000\n");
    says("proc/vmstat", "pgfault 77\noom_kill 11\n");
    Machine m = look();
    cr_expect(m.total == 1e6 && m.unused == 5e5, "%g of %g", m.unused, m.total);
    cr_expect(m.cores == 1);
    cr_expect(machine_kills(scratch.folder) == 3);
}

/* A container of version 1 finds its own group topmost, whatever it is called outside. */
Test(machine, groups_of_version_1)
{
    eight_gigabytes();
    says("proc/self/cgroup", "4:memory:/docker/77\n2:cpu,cpuacct:/docker/77\n0::/\n");
    says("sys/fs/cgroup/memory/memory.limit_in_bytes", "2000000\n");
    says("sys/fs/cgroup/memory/memory.usage_in_bytes", "2500000\n");
    says("sys/fs/cgroup/memory/memory.oom_control", "under_oom 0\noom_kill 2\n");
    says("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000\n");
    says("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    Machine m = look();
    cr_expect(m.total == 2e6 && m.unused == 0, "%g of %g", m.unused, m.total);
    cr_expect(m.cores == 1);
    cr_expect(machine_kills(scratch.folder) == 2);
}

Test(machine, kills_anywhere_where_groups_do_not_count)
{
    says("proc/self/cgroup", "0::/\n");
    says("proc/vmstat", "pgfault 77\noom_kill 11\n");
    cr_expect(machine_kills(scratch.folder) == 11);
}

Test(machine, files_that_are_none_of_these)
{
    says("proc/meminfo", "MemTotal:\nMemAvailable: much kB\n");
    says("proc/self/cgroup", "0\n:\n::\nmemory\n4:memory\n");
    says("sys/fs/cgroup/memory.max", "\n");
    says("sys/fs/cgroup/cpu.max", "max 100000\n");
    Machine m = look();
    cr_expect(m.cores == threads_available() && isinf(m.total) && isinf(m.unused));
}

Test(machine, this_one)
{
    Machine m = machine_look("");
    cr_expect(m.cores >= 1 && m.total > 0 && m.unused >= 0);
    cr_expect(machine_held("", getpid()) > 1e5);
    cr_expect(machine_disk(scratch.folder) > 0);
    cr_expect(machine_disk(scratch_path(&scratch, "not/there/yet")) ==
              machine_disk(scratch.folder));
    cr_expect(isfinite(machine_disk("/not/there")) && isfinite(machine_disk("not-there")));
}
