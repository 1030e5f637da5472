#define _POSIX_C_SOURCE 200809L /* write */
#include "experiments/bench/apart.h"

#include "experiments/bench/hear.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    Measurement *run;
    void        *value;
    size_t       n;
    const void  *what;
} Apart;

static bool write_all(int to, const void *bytes, size_t n)
{
    const char *at = bytes;
    for (ssize_t k; n; n -= (size_t)k, at += k)
        if ((k = write(to, at, n)) <= 0) return false;
    return true;
}

/* First how it went, then the value. */
static void work(const void *of, int to)
{
    const Apart *a = of;
    Err          err = { 0 };
    err.code = a->run(a->value, a->what, &err);
    if (!write_all(to, &err, sizeof err) || !write_all(to, a->value, a->n))
        _exit(EXIT_FAILED);
}

Status apart(Measurement *run, void *value, size_t n, const void *what, Watch *watch,
             Err *err)
{
    Apart  a = { run, value, n, what };
    Err    theirs;
    Text   said = { 0 };
    size_t all = sizeof theirs + n;
    Status bad = hear(&said, &(Hearing){ work, &a, all, INFINITY }, watch, err);
    if (bad) {
        if (bad == STATUS_FAILED) err_in(err, "a measurement");
    } else if (said.length != all) {
        bad = err_set(err, STATUS_FAILED, "a measurement: ended without a word");
    } else {
        memcpy(&theirs, said.s, sizeof theirs);
        memcpy(value, said.s + sizeof theirs, n);
        bad = theirs.code;
        if (bad) *err = theirs;
    }
    text_free(&said);
    return bad;
}
