#include "core/data/tar.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Every byte of every member is there. */
FUZZ(tar)
{
    static Tar t;
    TarMember  m;
    Reader     r;
    Err        err;
    reader_over(&r, bytes, n, "fuzz");
    tar_start(&t, &r);
    for (uint64_t before = 0; !tar_next(&t, &m, &err) && m.name; before = t.at)
        if (m.at > n || m.size > n - m.at || t.at <= before || strlen(m.name) >= TAR_NAME)
            abort();
    return 0;
}
