#define _POSIX_C_SOURCE 200809L /* strnlen */
#include "core/data/tar.h"

#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512 };

/* Of a header: where its fields are. */
enum { NAME = 0, NAME_SIZE = 100, SIZE = 124, SIZE_SIZE = 12, SUM = 148, SUM_SIZE = 8,
       TYPE = 156, MAGIC = 257, PREFIX = 345, PREFIX_SIZE = 155 };

/* What headers in front of a member say of it. */
typedef struct {
    bool     named, sized;
    uint64_t size;
} Ahead;

void tar_start(Tar *t, const Reader *from)
{
    t->from = from;
    t->at = 0;
}

static Status refuse(const Tar *t, const char *why, Err *err)
{
    return err_set(err, STATUS_FORMAT, "%s: no tar archive: %s at byte %llu", t->from->path,
                   why, (unsigned long long)t->at);
}

/* Octal digits with blanks around, or, where the highest bit is set, the number itself. */
static bool number(uint64_t *x, const unsigned char *field, int n)
{
    *x = 0;
    if (field[0] & 0x80) {
        if (field[0] != 0x80) return false; /* negative, or over 2^88 */
        for (int i = 1; i < n; i++) {
            if (*x >> 56) return false;
            *x = *x << 8 | field[i];
        }
        return true;
    }
    int i = 0;
    while (i < n && field[i] == ' ') i++;
    for (; i < n && field[i] >= '0' && field[i] <= '7'; i++) *x = *x << 3 | (field[i] - '0');
    while (i < n && (field[i] == ' ' || field[i] == '\0')) i++;
    return i == n;
}

static bool is_zero(const unsigned char *block)
{
    for (int i = 0; i < BLOCK; i++)
        if (block[i]) return false;
    return true;
}

static bool sums_up(const unsigned char *block)
{
    uint64_t want, sum = 0;
    for (int i = 0; i < BLOCK; i++) sum += i >= SUM && i < SUM + SUM_SIZE ? ' ' : block[i];
    return number(&want, block + SUM, SUM_SIZE) && want == sum;
}

/* A field of text ends at a NUL, or with the field. */
static size_t put(char *to, const unsigned char *field, size_t n)
{
    size_t length = strnlen((const char *)field, n);
    memcpy(to, field, length);
    to[length] = '\0';
    return length;
}

static void short_name(Tar *t, const unsigned char *block)
{
    size_t n = 0;
    if (!memcmp(block + MAGIC, "ustar", 6) && block[PREFIX]) { /* not GNU's "ustar  " */
        n = put(t->name, block + PREFIX, PREFIX_SIZE);
        t->name[n++] = '/';
    }
    put(t->name + n, block + NAME, NAME_SIZE);
}

/* --- headers in front of a member ---------------------------------------- */

static Status long_name(Tar *t, uint64_t at, uint64_t size, Ahead *a, Err *err)
{
    if (size > TAR_NAME - 1) return refuse(t, "a name that is too long", err);
    if (reader_take(t->from, t->name, at, (size_t)size, err)) return err->code;
    t->name[size] = '\0';
    a->named = true;
    return STATUS_OK;
}

static Status set_pax(Tar *t, Ahead *a, const char *key, const char *value, size_t n, Err *err)
{
    int64_t size;
    if (strlen(value) != n) return refuse(t, "a pax value with a NUL", err);
    if (!strcmp(key, "path")) {
        if (n > TAR_NAME - 1) return refuse(t, "a name that is too long", err);
        memcpy(t->name, value, n + 1);
        a->named = true;
    } else if (!strcmp(key, "size")) {
        if (!text_to_int64(value, &size) || size < 0) return refuse(t, "no size", err);
        a->size = (uint64_t)size;
        a->sized = true;
    } else if (text_starts(key, "GNU.sparse.")) return refuse(t, "a sparse file", err);
    return STATUS_OK;
}

/* "LENGTH key=value\n", as often as there is room. */
static Status read_pax(Tar *t, uint64_t at, uint64_t size, Ahead *a, Err *err)
{
    static const char WRONG[] = "a pax header that is none";
    if (size > TAR_EXTRA - 1) return refuse(t, "a pax header that is too long", err);
    if (reader_take(t->from, t->extra, at, (size_t)size, err)) return err->code;
    for (char *s = t->extra, *end = s + size; s < end;) {
        char  *word = s, *key, *value;
        size_t length = 0;
        for (; word < end && *word >= '0' && *word <= '9' && length < TAR_EXTRA; word++)
            length = 10 * length + (size_t)(*word - '0');
        if (word == end || *word != ' ' || length > (size_t)(end - s) ||
            length < (size_t)(word - s) + 4 || s[length - 1] != '\n')
            return refuse(t, WRONG, err);
        s += length, s[-1] = '\0';
        key = word + 1, value = memchr(key, '=', (size_t)(s - 1 - key));
        if (!value) return refuse(t, WRONG, err);
        *value++ = '\0';
        if (set_pax(t, a, key, value, (size_t)(s - 1 - value), err)) return err->code;
    }
    return STATUS_OK;
}

/* --- members ------------------------------------------------------------- */

/* What one header says; *whole where it is a member's own. */
static Status read_header(Tar *t, const unsigned char *block, Ahead *ahead, TarMember *m,
                          bool *whole, Err *err)
{
    const char type = (char)block[TYPE];
    const bool in_front = type == 'L' || type == 'K' || type == 'x' || type == 'g';
    uint64_t   size;
    if (!sums_up(block)) return refuse(t, "a wrong checksum", err);
    if (!number(&size, block + SIZE, SIZE_SIZE)) return refuse(t, "no size", err);
    if (type == 'S') return refuse(t, "a sparse file", err);
    if (!in_front && ahead->sized) size = ahead->size;
    if (type >= '1' && type <= '6') size = 0; /* links, devices and folders have no bytes */

    const uint64_t at = t->at + BLOCK, left = t->from->size - at;
    if (size > left) return refuse(t, "a member that reaches beyond the end", err);
    Status bad = STATUS_OK;
    if (type == 'L') bad = long_name(t, at, size, ahead, err);
    if (type == 'x') bad = read_pax(t, at, size, ahead, err);
    if (bad) return bad;
    if (!in_front) {
        if (!ahead->named) short_name(t, block);
        const size_t n = strlen(t->name);
        const bool   plain = type == '0' || type == '\0' || type == '7';
        *m = (TarMember){ t->name, plain && n && t->name[n - 1] != '/', at, size };
    }
    *whole = !in_front;
    const uint64_t padded = (size + BLOCK - 1) / BLOCK * BLOCK;
    t->at = padded > left ? t->from->size : at + padded;
    return STATUS_OK;
}

Status tar_next(Tar *t, TarMember *m, Err *err)
{
    Ahead ahead = { 0 };
    for (bool whole = false; !whole;) {
        unsigned char block[BLOCK];
        if (t->from->size - t->at < BLOCK)
            return refuse(t, "truncated, it ends without zeros", err);
        if (reader_take(t->from, block, t->at, BLOCK, err)) return err->code;
        if (is_zero(block)) {
            *m = (TarMember){ 0 };
            return STATUS_OK;
        }
        if (read_header(t, block, &ahead, m, &whole, err)) return err->code;
    }
    return STATUS_OK;
}
