#define _POSIX_C_SOURCE 200809L /* fsync, fileno, dirfd */
#include "core/base/file.h"

#include "core/base/text.h"

#include <zlib.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static Status refuse(Err *err, const char *path)
{
    return err_set(err, errno == ENOENT || errno == ENOTDIR ? STATUS_MISSING : STATUS_IO,
                   "%s: %s", path, strerror(errno));
}

static Status too_long(Err *err, const char *path, size_t limit)
{
    return err_set(err, STATUS_FORMAT, "%s: longer than the %zu bytes allowed here", path,
                   limit);
}

/* A reader as fread or gzread are: bytes read, or a negative number. */
typedef long Reader(void *from, char *to, size_t n);

static Status read_all(Reader *read, void *from, const char *path, size_t limit,
                       char **bytes, size_t *n, Err *err)
{
    size_t room = 1 << 16, got = 0;
    char  *p = malloc(room + 1);
    CHECK(p, "no memory for %zu bytes", room);
    for (;;) {
        long more = read(from, p + got, room - got);
        if (more < 0) {
            free(p);
            return err->code;
        }
        if (!more) break;
        got += (size_t)more;
        if (got > limit) {
            free(p);
            return too_long(err, path, limit);
        }
        if (got == room) {
            room *= 2;
            p = realloc(p, room + 1);
            CHECK(p, "no memory for %zu bytes", room);
        }
    }
    p[got] = '\0';
    *bytes = p;
    *n = got;
    return STATUS_OK;
}

typedef struct {
    const char *path;
    FILE       *plain;
    gzFile      packed;
    Err        *err;
} Source;

static long read_plain(void *from, char *to, size_t n)
{
    Source *s = from;
    size_t  got = fread(to, 1, n, s->plain);
    if (got || !ferror(s->plain)) return (long)got;
    err_set(s->err, STATUS_IO, "%s: %s", s->path, strerror(errno));
    return -1;
}

static long read_packed(void *from, char *to, size_t n)
{
    Source *s = from;
    int     code, got = gzread(s->packed, to, n > 1 << 20 ? 1 << 20 : (unsigned)n);
    if (got > 0) return got;
    const char *why = gzerror(s->packed, &code);
    if (got == 0 && code == Z_OK) return 0;
    err_set(s->err, STATUS_FORMAT, "%s: damaged or truncated gzip file (%s)", s->path,
            code == Z_BUF_ERROR ? "unexpected end of file" : why);
    return -1;
}

static Status check_no_device(const char *path, Err *err)
{
    struct stat st;
    return stat(path, &st) || S_ISDIR(st.st_mode) ? STATUS_OK : file_check_regular(path, err);
}

/* Opening a pipe would wait until somebody writes to it, maybe for ever.  One in /dev is open
 * already: /dev/stdin, or what a shell makes of <(command). */
static FILE *open_source(const char *path, Err *err)
{
    if (!text_starts(path, "/dev/") && check_no_device(path, err)) return NULL;
    FILE *f = fopen(path, "rb");
    if (!f) refuse(err, path);
    return f;
}

Status file_read(const char *path, size_t limit, char **bytes, size_t *n, Err *err)
{
    struct stat st;
    FILE       *f = open_source(path, err);
    if (!f) return err->code;
    if (!fstat(fileno(f), &st) && S_ISDIR(st.st_mode)) {
        fclose(f);
        return err_set(err, STATUS_FORMAT, "%s: a folder, expected a file", path);
    }
    Source s = { .path = path, .plain = f, .err = err };
    Status bad = read_all(read_plain, &s, path, limit, bytes, n, err);
    fclose(f);
    return bad;
}

static bool begins_as_gzip(FILE *f)
{
    unsigned char magic[2];
    return fread(magic, 1, 2, f) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
}

Status file_unpack(const char *path, size_t limit, char **bytes, size_t *n, Err *err)
{
    FILE *f = open_source(path, err);
    if (!f) return err->code;
    bool packed = begins_as_gzip(f);
    fclose(f);
    if (!packed) return file_read(path, limit, bytes, n, err);

    gzFile g = gzopen(path, "rb");
    if (!g) return refuse(err, path);
    gzbuffer(g, 1 << 18);
    Source s = { .path = path, .packed = g, .err = err };
    Status bad = read_all(read_packed, &s, path, limit, bytes, n, err);
    int    closed = gzclose_r(g); /* an end that is cut off can show only here */
    if (!bad && closed != Z_OK) {
        free(*bytes);
        bad = err_set(err, STATUS_FORMAT, "%s: damaged or truncated gzip file", path);
    }
    return bad;
}

Status file_hash(char hex[HASH_HEX], const char *path, Err *err)
{
    enum { CHUNK = 1 << 16 };
    Hash  h;
    FILE *f = open_source(path, err);
    if (!f) return err->code;
    char *chunk = malloc(CHUNK);
    CHECK(chunk, "no memory for %d bytes", CHUNK);
    hash_start(&h);
    for (size_t n; (n = fread(chunk, 1, CHUNK, f));) hash_bytes(&h, chunk, n);
    hash_end(&h, hex);
    Status bad = ferror(f) ? refuse(err, path) : STATUS_OK;
    free(chunk);
    fclose(f);
    return bad;
}

void file_aside(const char *path, char *aside, size_t room)
{
    int n = snprintf(aside, room, "%s.part-%ld", path, (long)getpid());
    CHECK(n > 0 && (size_t)n < room, "path too long: %s", path);
}

/* A rename survives a power cut only once its folder is synced too. */
static void sync_folder(const char *path)
{
    char        folder[4096];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    int fd = open(folder, O_RDONLY);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

Status file_replace(const char *aside, const char *path, const char *before, Err *err)
{
    int fd = open(aside, O_RDONLY);
    if (fd < 0) return refuse(err, aside);
    if (check_no_device(path, err)) { /* whose place all programs would miss */
        close(fd);
        unlink(aside);
        return err->code;
    }
    int why = fsync(fd) ? errno : 0;
    close(fd);
    if (!why && before && rename(path, before) && errno != ENOENT) why = errno;
    if (!why && rename(aside, path)) why = errno;
    if (why) {
        err_set(err, STATUS_IO, "%s: %s", path, strerror(why));
        unlink(aside);
        return err->code;
    }
    sync_folder(path);
    return STATUS_OK;
}

Status file_commit(const char *aside, const char *path, Err *err)
{
    return file_replace(aside, path, NULL, err);
}

Status file_write(const char *path, const void *bytes, size_t n, Err *err)
{
    char aside[4096];
    file_aside(path, aside, sizeof aside);
    FILE *f = fopen(aside, "wb");
    if (!f) return err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
    size_t put = fwrite(bytes, 1, n, f);
    int    closed = fclose(f);
    if (put != n || closed) {
        err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
        unlink(aside);
        return err->code;
    }
    return file_commit(aside, path, err);
}

/* Is it "NAME.ending.part-123"? */
static bool is_aside(const char *name, const char *ending)
{
    const char *part = strstr(name, ".part-");
    size_t      n = strlen(ending), digits;
    if (!part || (size_t)(part - name) < n || strncmp(part - n, ending, n)) return false;
    digits = strspn(part + 6, "0123456789");
    return digits && !part[6 + digits];
}

void file_drop_asides(const char *folder, const char *ending)
{
    DIR *d = opendir(folder);
    if (!d) return;
    for (struct dirent *e; (e = readdir(d));)
        if (is_aside(e->d_name, ending)) unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
}

Status file_make_folders(const char *path, Err *err)
{
    char   part[4096];
    size_t n = strlen(path);
    if (n >= sizeof part) return err_set(err, STATUS_IO, "%s: path too long", path);
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) && errno != EEXIST)
            return err_set(err, STATUS_IO, "%s: %s", part, strerror(errno));
    }
    return STATUS_OK;
}

bool file_same(const char *a, const char *b)
{
    struct stat x, y;
    return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool file_exists(const char *path)
{
    struct stat st;
    return !stat(path, &st);
}

bool file_lies_at(const char *path)
{
    struct stat st;
    return !lstat(path, &st);
}

Status file_check_regular(const char *path, Err *err)
{
    struct stat st;
    if (stat(path, &st) && errno == ENOENT && file_lies_at(path))
        return err_set(err, STATUS_FORMAT, "%s: a link to nothing, expected a file", path);
    if (stat(path, &st)) return refuse(err, path);
    if (S_ISREG(st.st_mode)) return STATUS_OK;
    return err_set(err, STATUS_FORMAT, "%s: a %s, expected a file", path,
                   S_ISDIR(st.st_mode)    ? "folder"
                   : S_ISFIFO(st.st_mode) ? "pipe"
                   : S_ISSOCK(st.st_mode) ? "socket"
                                          : "device");
}
