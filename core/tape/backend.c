#include "core/tape/backend.h"

#include <string.h>
#include <sys/resource.h>

extern const Backend backend_cpu;

static const Backend *const all[] = { &backend_cpu };

/* OpenBLAS asks for its buffers again and again, for ever, where there is no room for them. */
static Status check_addresses(Err *err)
{
    struct rlimit     r;
    static const long MB = 1000000;
    if (getrlimit(RLIMIT_AS, &r) || r.rlim_cur == RLIM_INFINITY ||
        r.rlim_cur >= (rlim_t)(BACKEND_ADDRESSES_MB * MB))
        return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "a process may have %ld MB of addresses here, and products "
                   "of matrices need %d MB: `ulimit -v unlimited` where that is allowed",
                   (long)r.rlim_cur / MB, BACKEND_ADDRESSES_MB);
}

Status backend_open(const Backend **be, const char *name, Err *err)
{
    if (check_addresses(err)) return err->code;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!name || !strcmp(name, all[i]->name)) {
            *be = all[i];
            return STATUS_OK;
        }
    return err_set(err, STATUS_DEVICE, "this build has no backend %s; it has cpu", name);
}
