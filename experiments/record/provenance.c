#define _POSIX_C_SOURCE 200809L /* gmtime_r, getrusage */
#include "experiments/record/provenance.h"

#include "core/cpu/cpu.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

/* gen/build.def is written by make: the facts that only it knows. */
static const struct { const char *key, *text; } built[] = {
#define BUILD_FACT(key, text) { #key, text },
#include "gen/build.def"
#undef BUILD_FACT
    { "program", "maskgrid" },
    { "version", MASKGRID_VERSION },
#ifdef __clang__
    { "compiler", __VERSION__ },
#else
    { "compiler", "gcc " __VERSION__ },
#endif
#ifdef REAL_IS_DOUBLE
    { "real", "double" },
#else
    { "real", "float" },
#endif
};
enum { N_BUILT = sizeof built / sizeof *built };

/* The processor's name as Linux tells it. */
static void processor(char out[PROVENANCE_TEXT], const char *machine)
{
    char  line[PROVENANCE_TEXT];
    FILE *f = fopen("/proc/cpuinfo", "r");
    snprintf(out, PROVENANCE_TEXT, "%s", machine);
    if (!f) return;
    while (fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) || !colon) continue;
        colon[strcspn(colon, "\n")] = '\0';
        snprintf(out, PROVENANCE_TEXT, "%s", colon + 1 + strspn(colon + 1, " "));
        break;
    }
    fclose(f);
}

static void add(Fact facts[], int *n, const char *key, const char *text)
{
    facts[*n].key = key;
    snprintf(facts[(*n)++].text, PROVENANCE_TEXT, "%s", text);
}

int provenance(Fact facts[PROVENANCE_MOST])
{
    struct utsname u = { 0 };
    char           text[PROVENANCE_TEXT];
    int            n = 0;
    uname(&u);
    for (int i = 0; i < N_BUILT; i++) add(facts, &n, built[i].key, built[i].text);
    add(facts, &n, "gemm", cpu_gemm_library());
    add(facts, &n, "blas", cpu_blas_config());
    add(facts, &n, "blas_core", cpu_blas_core());
    add(facts, &n, "host", u.nodename);
    snprintf(text, sizeof text, "%.60s %.60s %.60s", u.sysname, u.release, u.machine);
    add(facts, &n, "system", text);
    processor(text, u.machine);
    add(facts, &n, "processor", text);
    return n;
}

static const char *fact(const char *key)
{
    for (int i = 0; i < N_BUILT; i++)
        if (!strcmp(built[i].key, key)) return built[i].text;
    return "unknown";
}

void provenance_source(char out[PROVENANCE_TEXT])
{
    snprintf(out, PROVENANCE_TEXT, "maskgrid %s (%.12s, %s)", MASKGRID_VERSION,
             fact("commit"), fact("tree"));
}

void provenance_time(char out[32], double ago_s)
{
    time_t    t = time(NULL) - (time_t)ago_s;
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

bool provenance_is_time(const char *text)
{
    static const char form[] = "0000-00-00T00:00:00Z";
    int               month, day, hour, minute, second;
    if (strlen(text) != sizeof form - 1) return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i]) return false;
    sscanf(text + 5, "%d-%dT%d:%d:%d", &month, &day, &hour, &minute, &second);
    return month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 &&
           second <= 60; /* leap seconds are */
}

double provenance_peak_bytes(void)
{
    struct rusage u;
    return getrusage(RUSAGE_SELF, &u) ? 0 : (double)u.ru_maxrss * 1024;
}
