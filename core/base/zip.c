#define _POSIX_C_SOURCE 200809L /* fseeko */
#include "core/base/zip.h"

#include <zlib.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    END = 22,           /* bytes of the record at the end, before its comment */
    LOCATOR = 20,       /* of the one that points to a longer one             */
    END_64 = 56,        /* of that                                            */
    ENTRY = 46, LOCAL = 30,
    COMMENT_MOST = 65535,
    DEFLATE_MOST = 1032, /* bytes that one packed byte can become */
    DIRECTORY_MOST = 1 << 26
};

static const uint32_t FULL_32 = 0xffffffff;

static uint16_t get16(const unsigned char *p) { return (uint16_t)(p[0] | p[1] << 8); }
static uint32_t get32(const unsigned char *p)
{
    return get16(p) | (uint32_t)get16(p + 2) << 16;
}
static uint64_t get64(const unsigned char *p)
{
    return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static Status refuse(const Zip *z, const char *why, Err *err)
{
    return err_set(err, STATUS_FORMAT, "%s: zip archive: %s", z->path, why);
}

static Status refuse_entry(const Zip *z, const char *name, const char *why, Err *err)
{
    return err_set(err, STATUS_FORMAT, "%s: entry \"%.200s\": %s", z->path, name, why);
}

static Status read_at(const Zip *z, void *to, size_t at, size_t n, Err *err)
{
    if (fseeko(z->file, (off_t)at, SEEK_SET))
        return err_set(err, STATUS_IO, "%s: %s", z->path, strerror(errno));
    if (fread(to, 1, n, z->file) == n) return STATUS_OK;
    return ferror(z->file) ? err_set(err, STATUS_IO, "%s: %s", z->path, strerror(errno))
                           : refuse(z, "truncated", err);
}

/* --- the directory ------------------------------------------------------- */

typedef struct {
    uint64_t at, bytes, n;
} Directory;

/* The fields of 64 bits, if those of 32 are full. */
static Status find_long(const Zip *z, size_t end, Directory *d, Err *err)
{
    unsigned char locator[LOCATOR], record[END_64];
    if (end < LOCATOR) return refuse(z, "no room for its long directory", err);
    if (read_at(z, locator, end - LOCATOR, LOCATOR, err)) return err->code;
    uint64_t at = get64(locator + 8);
    if (get32(locator) != 0x07064b50 || at > end - LOCATOR || end - LOCATOR - at < END_64)
        return refuse(z, "its long directory is not where it should be", err);
    if (read_at(z, record, at, END_64, err)) return err->code;
    if (get32(record) != 0x06064b50) return refuse(z, "its long directory is damaged", err);
    *d = (Directory){ get64(record + 48), get64(record + 40), get64(record + 32) };
    return STATUS_OK;
}

static Status find_directory(Zip *z, size_t size, Directory *d, Err *err)
{
    size_t         tail = size < END + COMMENT_MOST ? size : END + COMMENT_MOST, at;
    unsigned char *p = ARENA_NEW(&z->arena, unsigned char, tail + 1);
    if (size < END) return refuse(z, "too short", err);
    if (read_at(z, p, size - tail, tail, err)) return err->code;
    for (at = tail - END; at && !(get32(p + at) == 0x06054b50 &&
                                  get16(p + at + 20) == tail - END - at);)
        at--;
    const unsigned char *e = p + at;
    if (get32(e) != 0x06054b50 || get16(e + 20) != tail - END - at)
        return refuse(z, "no end: truncated, or no zip archive", err);
    if (get16(e + 4) && get16(e + 4) != 0xffff) return refuse(z, "of several volumes", err);
    *d = (Directory){ get32(e + 16), get32(e + 12), get16(e + 10) };
    size_t end = size - tail + at;
    if ((d->at == FULL_32 || d->bytes == FULL_32 || d->n == 0xffff) &&
        find_long(z, end, d, err))
        return err->code;
    if (d->bytes > DIRECTORY_MOST || d->at > end || d->bytes > end - d->at ||
        d->n > d->bytes / ENTRY)
        return refuse(z, "its directory does not fit into the file", err);
    return STATUS_OK;
}

/* Sizes and place that do not fit 32 bits stand, in this order, in a field of their own. */
static bool take_long(const unsigned char *extra, size_t n, uint64_t *const values[3])
{
    while (n >= 4) {
        size_t long_at = 4, length = get16(extra + 2);
        if (length > n - 4) return false;
        if (get16(extra) == 1) {
            for (int i = 0; i < 3; i++) {
                if (*values[i] != FULL_32) continue;
                if (long_at + 8 > length + 4) return false;
                *values[i] = get64(extra + long_at);
                long_at += 8;
            }
            return true;
        }
        extra += 4 + length, n -= 4 + length;
    }
    return *values[0] != FULL_32 && *values[1] != FULL_32 && *values[2] != FULL_32;
}

/* The header before the bytes has a name and fields of its own lengths. */
static Status find_bytes(const Zip *z, ZipEntry *e, uint64_t header, uint64_t limit, Err *err)
{
    unsigned char p[LOCAL];
    if (header > limit || limit - header < LOCAL)
        return refuse_entry(z, e->name, "outside the file", err);
    if (read_at(z, p, header, LOCAL, err)) return err->code;
    e->at = header + LOCAL + get16(p + 26) + get16(p + 28);
    if (get32(p) != 0x04034b50) return refuse_entry(z, e->name, "has no header", err);
    if (e->at > limit || e->packed > limit - e->at)
        return refuse_entry(z, e->name, "outside the file", err);
    return STATUS_OK;
}

/* One entry of the directory, of `room` bytes left; *used of them. */
static Status take_entry(Zip *z, const unsigned char *p, size_t room, uint64_t limit,
                         size_t *used, Err *err)
{
    if (room < ENTRY || get32(p) != 0x02014b50) return refuse(z, "its directory is damaged", err);
    size_t    name = get16(p + 28), extra = get16(p + 30);
    ZipEntry *e = &z->entries[z->n];
    *used = ENTRY + name + extra + get16(p + 32);
    if (*used > room) return refuse(z, "its directory is damaged", err);

    char *text = ARENA_NEW(&z->arena, char, name + 1);
    memcpy(text, p + ENTRY, name);
    text[name] = '\0';
    uint64_t packed = get32(p + 20), size = get32(p + 24), header = get32(p + 42);
    *e = (ZipEntry){ .name = text, .crc = get32(p + 16), .stored = get16(p + 10) == 0 };
    if (strlen(text) != name || !name) return refuse_entry(z, text, "no name", err);
    if (get16(p + 8) & 1) return refuse_entry(z, text, "encrypted", err);
    if (!e->stored && get16(p + 10) != 8)
        return refuse_entry(z, text, "packed in a way that is not read here", err);
    if (!take_long(p + ENTRY + name, extra, (uint64_t *const[]){ &size, &packed, &header }))
        return refuse_entry(z, text, "its sizes are damaged", err);
    e->packed = packed, e->size = size;
    if (e->stored ? packed != size : size / DEFLATE_MOST > packed)
        return refuse_entry(z, text, "of two sizes", err);
    z->n++;
    return find_bytes(z, e, header, limit, err);
}

static int by_place(const void *a, const void *b)
{
    const ZipEntry *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return x->packed < y->packed ? -1 : x->packed > y->packed;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const ZipEntry *)a)->name, ((const ZipEntry *)b)->name);
}

/* Archives that grow without end when unpacked are made of entries that overlap. */
static Status check_entries(Zip *z, Err *err)
{
    qsort(z->entries, z->n, sizeof *z->entries, by_name);
    for (size_t i = 1; i < z->n; i++)
        if (!by_name(&z->entries[i - 1], &z->entries[i]))
            return refuse_entry(z, z->entries[i].name, "there twice", err);
    qsort(z->entries, z->n, sizeof *z->entries, by_place);
    for (size_t i = 1; i < z->n; i++)
        if (z->entries[i].at < z->entries[i - 1].at + z->entries[i - 1].packed)
            return refuse_entry(z, z->entries[i].name, "overlaps another", err);
    return STATUS_OK;
}

static Status read_directory(Zip *z, Err *err)
{
    Directory d = { 0, 0, 0 };
    if (fseeko(z->file, 0, SEEK_END))
        return err_set(err, STATUS_IO, "%s: %s", z->path, strerror(errno));
    off_t size = ftello(z->file);
    if (size < 0 || size == LONG_MAX) /* a folder says so */
        return err_set(err, STATUS_FORMAT, "%s: not a regular file", z->path);
    if (find_directory(z, (size_t)size, &d, err)) return err->code;

    unsigned char *p = ARENA_NEW(&z->arena, unsigned char, d.bytes + 1);
    if (read_at(z, p, d.at, d.bytes, err)) return err->code;
    z->entries = ARENA_NEW(&z->arena, ZipEntry, d.n + 1);
    for (size_t i = 0, at = 0, used = 0; i < d.n; i++, at += used)
        if (take_entry(z, p + at, d.bytes - at, d.at, &used, err)) return err->code;
    return check_entries(z, err);
}

/* --- open, find, read ---------------------------------------------------- */

bool zip_is(const char *path)
{
    char  head[4] = { 0 };
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    size_t n = fread(head, 1, sizeof head, f);
    fclose(f);
    return n == sizeof head && !memcmp(head, "PK\3\4", sizeof head);
}

Status zip_open(Zip *z, const char *path, Err *err)
{
    *z = (Zip){ .path = path, .file = fopen(path, "rb") };
    if (!z->file)
        return err_set(err, errno == ENOENT ? STATUS_MISSING : STATUS_IO, "%s: %s", path,
                       strerror(errno));
    arena_open(&z->arena, "zip archive", NULL, NULL);
    z->path = strcpy(ARENA_NEW(&z->arena, char, strlen(path) + 1), path);
    Status bad = read_directory(z, err);
    if (bad) zip_close(z);
    return bad;
}

void zip_close(Zip *z)
{
    fclose(z->file);
    arena_close(&z->arena);
}

const ZipEntry *zip_find(const Zip *z, const char *name)
{
    for (size_t i = 0; i < z->n; i++)
        if (!strcmp(z->entries[i].name, name)) return &z->entries[i];
    return NULL;
}

static Status inflate_entry(const Zip *z, const ZipEntry *e, char *packed, char *out, Err *err)
{
    z_stream s = { .next_in = (Bytef *)packed, .avail_in = (uInt)e->packed,
                   .next_out = (Bytef *)out, .avail_out = (uInt)e->size };
    CHECK(inflateInit2(&s, -MAX_WBITS) == Z_OK, "no memory to unpack %s", e->name);
    int  code = inflate(&s, Z_FINISH);
    bool whole = code == Z_STREAM_END && !s.avail_out && !s.avail_in;
    inflateEnd(&s);
    return whole ? STATUS_OK : refuse_entry(z, e->name, "damaged", err);
}

Status zip_read(const Zip *z, const ZipEntry *e, size_t limit, Arena *a, char **bytes,
                Err *err)
{
    CHECK(limit < UINT_MAX, "entries of %zu bytes are not read whole", limit);
    if (e->size > limit || e->packed > limit)
        return err_set(err, STATUS_FORMAT, "%s: entry \"%.200s\": %zu bytes, at most %zu are "
                       "read", z->path, e->name, e->size > limit ? e->size : e->packed, limit);
    *bytes = ARENA_NEW(a, char, e->size + 1);
    char *from = e->stored ? *bytes : ARENA_NEW(a, char, e->packed + 1);
    if (read_at(z, from, e->at, e->packed, err)) return err->code;
    if (!e->stored && inflate_entry(z, e, from, *bytes, err)) return err->code;
    (*bytes)[e->size] = '\0';
    if (crc32(0, (const Bytef *)*bytes, (uInt)e->size) != e->crc)
        return refuse_entry(z, e->name, "damaged: its checksum is another", err);
    return STATUS_OK;
}
