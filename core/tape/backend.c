#include "core/tape/backend.h"

#include <string.h>

extern const Backend backend_cpu;

static const Backend *const all[] = { &backend_cpu };

Status backend_open(const Backend **be, const char *name, Err *err)
{
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!name || !strcmp(name, all[i]->name)) {
            *be = all[i];
            return STATUS_OK;
        }
    return err_set(err, STATUS_DEVICE, "this build has no backend %s; it has cpu", name);
}
