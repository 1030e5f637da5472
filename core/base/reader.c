#define _POSIX_C_SOURCE 200809L /* pread, fstat */
#define _FILE_OFFSET_BITS 64
#include "core/base/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const int NO_FILE = -1;

Status reader_open(Reader *r, const char *path, Err *err)
{
    struct stat st; /* and no waiting for the other end of a pipe */
    *r = (Reader){ .path = path, .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) };
    if (r->fd < 0)
        return err_set(err, errno == ENOENT || errno == ENOTDIR ? STATUS_MISSING : STATUS_IO,
                       "%s: %s", path, strerror(errno));
    if (!fstat(r->fd, &st) && S_ISREG(st.st_mode)) {
        r->size = (uint64_t)st.st_size;
        return STATUS_OK;
    }
    reader_close(r);
    return err_set(err, STATUS_FORMAT, "%s: no ordinary file", path);
}

void reader_over(Reader *r, const void *bytes, size_t n, const char *name)
{
    *r = (Reader){ .path = name, .size = n, .fd = NO_FILE, .bytes = bytes };
}

Status reader_take(const Reader *r, void *to, uint64_t at, size_t n, Err *err)
{
    char *p = to;
    if (at > r->size || n > r->size - at)
        return err_set(err, STATUS_FORMAT, "%s: ends at byte %llu, %zu bytes are wanted at %llu",
                       r->path, (unsigned long long)r->size, n, (unsigned long long)at);
    if (r->bytes) {
        memcpy(to, r->bytes + at, n);
        return STATUS_OK;
    }
    while (n) {
        ssize_t got = pread(r->fd, p, n, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return err_set(err, STATUS_IO, "%s: %s", r->path, strerror(errno));
        if (!got) return err_set(err, STATUS_FORMAT, "%s: became shorter", r->path);
        p += got, at += (uint64_t)got, n -= (size_t)got;
    }
    return STATUS_OK;
}

void reader_close(Reader *r)
{
    if (r->fd != NO_FILE) close(r->fd);
    r->fd = NO_FILE;
}
