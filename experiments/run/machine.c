#define _GNU_SOURCE /* statvfs, O_TMPFILE */
#include "experiments/run/machine.h"

#include "core/base/text.h"
#include "core/base/threads.h"

#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { LINE = 4096, ROOM = 3 * LINE };

/* --- numbers of the system ------------------------------------------------ */

/* The number behind `word` at the beginning of a line; -1 if there is none, or "max". */
static double number_in(const char *path, const char *word)
{
    char   line[LINE], *end;
    double n = -1;
    FILE  *f = fopen(path, "r");
    while (f && n < 0 && fgets(line, sizeof line, f)) {
        if (!text_starts(line, word)) continue;
        double x = strtod(line + strlen(word), &end);
        if (end > line + strlen(word)) n = x;
    }
    if (f) fclose(f);
    return n;
}

static double number_of(const char *root, const char *file, const char *word)
{
    char path[ROOM];
    snprintf(path, sizeof path, "%s%s", root, file);
    return number_in(path, word);
}

/* --- control groups ------------------------------------------------------- */

/* Where a version of them keeps what.  Files hold one number, or lines "word number". */
typedef struct {
    const char *controller; /* of /proc/self/cgroup; "" is all of version 2 */
    const char *mount;
    const char *limit, *used, *kills;
    const char *dropped[2]; /* of what is used; words of memory.stat */
} Version;

static const Version versions[] = {
    { "", "/sys/fs/cgroup", "memory.max", "memory.current", "memory.events",
      { "inactive_file ", "active_file " } },
    { "memory", "/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
      "memory.oom_control", { "total_inactive_file ", "total_active_file " } },
};
enum { VERSIONS = sizeof versions / sizeof *versions };

/* Is it one of "cpu,cpuacct"? */
static bool is_among(const char *word, const char *names)
{
    size_t n = strlen(word);
    for (;; names++) {
        size_t length = strcspn(names, ",");
        if (length == n && !memcmp(names, word, n)) return true;
        names += length;
        if (!*names) return false;
    }
}

/* Our group, "/user.slice/run", by a line "4:memory:/user.slice/run"; "" is the topmost. */
static void group_of(char group[LINE], const char *root, const char *controller)
{
    char path[ROOM], line[LINE];
    *group = '\0';
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *f = fopen(path, "r");
    while (f && !*group && fgets(line, sizeof line, f)) {
        char *names = strchr(line, ':'), *at = names ? strchr(++names, ':') : NULL;
        if (!at) continue;
        *at++ = '\0';
        at[strcspn(at, "\n")] = '\0';
        if (is_among(controller, names)) strcpy(group, strcmp(at, "/") ? at : "");
    }
    if (f) fclose(f);
}

/* The group above; false above the topmost. */
static bool go_up(char *group)
{
    char *slash = strrchr(group, '/');
    if (slash) *slash = '\0';
    return slash;
}

static double group_number(const char *root, const char *mount, const char *group,
                           const char *file, const char *word)
{
    char path[ROOM];
    snprintf(path, sizeof path, "%s%s%s/%s", root, mount, group, file);
    return number_in(path, word);
}

static void limit_memory(Machine *m, const char *root, const Version *v, const char *group)
{
    double limit = group_number(root, v->mount, group, v->limit, "");
    double used = group_number(root, v->mount, group, v->used, "");
    if (limit < 0 || used < 0) return;
    for (int i = 0; i < 2; i++)
        used -= fmax(0, group_number(root, v->mount, group, "memory.stat", v->dropped[i]));
    m->total = fmin(m->total, limit); /* version 1 says nearly 2^63 where there is none */
    m->unused = fmin(m->unused, fmax(0, limit - used));
}

/* A share of the processors' time: that of two and a half is two processors. */
static void limit_cores(Machine *m, double quota, double period)
{
    if (quota > 0 && period > 0 && quota / period < m->cores)
        m->cores = quota < period ? 1 : (int)(quota / period);
}

static void limit_time(Machine *m, const char *root, const char *group)
{
    char   path[ROOM];
    double quota, period;
    snprintf(path, sizeof path, "%s/sys/fs/cgroup%s/cpu.max", root, group);
    FILE *f = fopen(path, "r");
    if (f && fscanf(f, "%lf %lf", &quota, &period) == 2) limit_cores(m, quota, period);
    if (f) fclose(f);
}

static void limit_time_1(Machine *m, const char *root, const char *group)
{
    static const char mount[] = "/sys/fs/cgroup/cpu";
    limit_cores(m, group_number(root, mount, group, "cpu.cfs_quota_us", ""),
                group_number(root, mount, group, "cpu.cfs_period_us", ""));
}

/* --- all of it ------------------------------------------------------------ */

Machine machine_look(const char *root)
{
    Machine m = { threads_available(), INFINITY, INFINITY };
    double  total = number_of(root, "/proc/meminfo", "MemTotal:");
    double  unused = number_of(root, "/proc/meminfo", "MemAvailable:");
    char    group[LINE];
    if (total >= 0) m.total = 1024 * total;
    if (unused >= 0) m.unused = 1024 * unused;
    for (int i = 0; i < VERSIONS; i++) {
        group_of(group, root, versions[i].controller);
        do limit_memory(&m, root, &versions[i], group);
        while (go_up(group));
    }
    group_of(group, root, "");
    do limit_time(&m, root, group);
    while (go_up(group));
    group_of(group, root, "cpu");
    do limit_time_1(&m, root, group);
    while (go_up(group));
    return m;
}

/* A container may not see the path of its own group, but finds it topmost. */
long machine_kills(const char *root)
{
    for (int i = 0; i < VERSIONS; i++) {
        char   group[LINE];
        double n;
        group_of(group, root, versions[i].controller);
        do n = group_number(root, versions[i].mount, group, versions[i].kills, "oom_kill ");
        while (n < 0 && go_up(group));
        if (n >= 0) return (long)n;
    }
    return (long)number_of(root, "/proc/vmstat", "oom_kill ");
}

double machine_held(const char *root, pid_t pid)
{
    char path[ROOM];
    snprintf(path, sizeof path, "%s/proc/%ld/status", root, (long)pid);
    double kb = number_in(path, "VmRSS:");
    return kb > 0 ? 1024 * kb : 0;
}

/* The nearest folder above `path` that there is. */
static bool find_nearest(const char *path, char here[LINE + 2], struct statvfs *s)
{
    char at[LINE];
    bool found;
    snprintf(at, sizeof at, "%s%s", *path == '/' ? "" : "./", path);
    do {
        snprintf(here, LINE + 2, "%s/.", at);
        found = !statvfs(here, s);
    } while (!found && go_up(at));
    return found;
}

double machine_disk(const char *path)
{
    char           here[LINE + 2];
    struct statvfs s;
    return find_nearest(path, here, &s) ? (double)s.f_bavail * (double)s.f_frsize : INFINITY;
}

/* A file without a name, which nobody sees and which is gone when it is closed. */
static bool write_synced(const char *folder)
{
    static const char bytes[1 << 15];
    int  f = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    bool ok = f >= 0 && write(f, bytes, sizeof bytes) == (ssize_t)sizeof bytes && !fsync(f);
    if (f >= 0) close(f);
    return ok;
}

double machine_sync(const char *path)
{
    enum { TRIES = 8 };
    char           here[LINE + 2];
    struct statvfs s;
    if (!find_nearest(path, here, &s)) return 0;
    double least = INFINITY;
    for (int i = 0; i < TRIES; i++) {
        double start = clock_s();
        if (!write_synced(here)) return 0;
        least = fmin(least, clock_s() - start);
    }
    return least;
}
