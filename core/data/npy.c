#include "core/data/npy.h"

#include "core/base/decode.h"
#include "core/base/text.h"

#include <stdlib.h>
#include <string.h>

static const char magic[] = "\x93NUMPY";
enum { MAGIC = sizeof magic - 1, HEADER_MOST = 4096 };

bool npy_is(const char *bytes, size_t n) { return n >= MAGIC + 4 && !memcmp(bytes, magic, MAGIC); }

static const struct {
    const char *code; /* behind the order of bytes, < or >, or | of one */
    size_t      bytes;
    double (*decode)(const void *p);
} kinds[] = {
    { "f8", 8, decode_f64 }, { "f4", 4, decode_f32 }, { "f2", 2, decode_f16 },
    { "i8", 8, decode_i64 }, { "i4", 4, decode_i32 }, { "i2", 2, decode_i16 },
    { "i1", 1, decode_i8 },  { "u8", 8, decode_u64 }, { "u4", 4, decode_u32 },
    { "u2", 2, decode_u16 }, { "u1", 1, decode_u8 },  { "b1", 1, decode_u8 },
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* --- the header: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } --- */

/* What stands behind 'key':, blanks skipped; NULL if it is not there. */
static const char *value_of(const char *header, const char *key)
{
    const char *at = strstr(header, key);
    if (!at) return NULL;
    at += strlen(key);
    return at + strspn(at, " ");
}

static int kind_of(const char *header, bool *swapped)
{
    const char *s = value_of(header, "'descr':");
    if (!s || s[0] != '\'' || !s[1] || !strchr("<>|", s[1])) return -1;
    *swapped = s[1] == '>';
    for (int i = 0; i < N_KINDS; i++) {
        size_t n = strlen(kinds[i].code);
        if (!strncmp(s + 2, kinds[i].code, n) && s[2 + n] == '\'') return i;
    }
    return -1;
}

static bool shape_of(Npy *out, const char *header)
{
    const char *s = value_of(header, "'shape':");
    out->rank = 0, out->count = 1;
    if (!s || *s++ != '(') return false;
    for (;;) {
        s += strspn(s, " ,");
        if (*s == ')') return true;
        size_t n = strspn(s, "0123456789");
        if (!n || n > 15 || out->rank == NPY_RANK) return false;
        size_t size = (size_t)strtoull(s, NULL, 10);
        out->dim[out->rank++] = size;
        if (__builtin_mul_overflow(out->count, size, &out->count)) return false;
        s += n;
    }
}

/* Which number of a file is number i in C order, where in the file the first index moves
 * first. */
static size_t fortran(const Npy *a, size_t i)
{
    size_t at = 0, step = a->count;
    for (int k = a->rank - 1; k >= 0; k--) {
        step /= a->dim[k];
        at += i % a->dim[k] * step;
        i /= a->dim[k];
    }
    return at;
}

static double number(const char *at, int kind, bool swapped)
{
    char         turned[8];
    const size_t n = kinds[kind].bytes;
    if (!swapped) return kinds[kind].decode(at);
    for (size_t i = 0; i < n; i++) turned[i] = at[n - 1 - i];
    return kinds[kind].decode(turned);
}

Status npy_parse(Npy *out, Arena *a, const char *bytes, size_t n, const char *path, Err *err)
{
    char header[HEADER_MOST + 1];
    if (!npy_is(bytes, n)) return err_set(err, STATUS_FORMAT, "%s: not an .npy array", path);
    const unsigned char *p = (const unsigned char *)bytes;
    size_t               wide = p[MAGIC] > 1 ? 4 : 2, at = MAGIC + 2 + wide, length = 0, size;
    if (p[MAGIC] < 1 || p[MAGIC] > 3 || n < at)
        return err_set(err, STATUS_FORMAT, "%s: of an unknown version, or truncated", path);
    for (size_t i = wide; i-- > 0;) length = length << 8 | p[MAGIC + 2 + i];
    if (length > HEADER_MOST || length > n - at)
        return err_set(err, STATUS_FORMAT, "%s: a header of %zu bytes", path, length);
    memcpy(header, bytes + at, length);
    header[length] = '\0';
    at += length;

    bool        swapped = false, columns;
    int         kind = kind_of(header, &swapped);
    const char *order = value_of(header, "'fortran_order':");
    if (kind < 0)
        return err_set(err, STATUS_FORMAT, "%s: its numbers are of a type that is not read here "
                       "(floats of 2 to 8 bytes, whole numbers, bool)", path);
    columns = order && text_starts(order, "True");
    if (!columns && !(order && text_starts(order, "False")))
        return err_set(err, STATUS_FORMAT, "%s: neither in C nor in Fortran order", path);
    if (!shape_of(out, header) || __builtin_mul_overflow(out->count, kinds[kind].bytes, &size))
        return err_set(err, STATUS_FORMAT, "%s: its shape is not a list of at most %d sizes",
                       path, NPY_RANK);
    if (size != n - at)
        return err_set(err, STATUS_FORMAT, "%s: %zu bytes of numbers, but its shape needs %zu",
                       path, n - at, size);
    out->x = ARENA_NEW(a, double, out->count);
    for (size_t i = 0; i < out->count; i++) {
        size_t from = columns ? fortran(out, i) : i;
        out->x[i] = number(bytes + at + from * kinds[kind].bytes, kind, swapped);
    }
    return STATUS_OK;
}
