#include "core/base/zip.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdint.h>
#include <string.h>

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(zip, .init = open_scratch, .fini = close_scratch);

/* --- an archive of two stored entries, "a" with "hello" and "b" with "hi" --- */

enum { LOCAL = 30, ENTRY = 46, A = 0, B = LOCAL + 1 + 5, DIR = B + LOCAL + 1 + 2,
       END = DIR + 2 * (ENTRY + 1), SIZE = END + 22 };

static void put(unsigned char *p, uint32_t x, int bytes)
{
    for (int i = 0; i < bytes; i++) p[i] = (unsigned char)(x >> 8 * i);
}

static void add(unsigned char *z, int at, int dir, char name, const char *bytes, uint32_t crc)
{
    uint32_t n = (uint32_t)strlen(bytes);
    put(z + at, 0x04034b50, 4);
    put(z + at + 26, 1, 2);
    z[at + LOCAL] = (unsigned char)name;
    memcpy(z + at + LOCAL + 1, bytes, n);
    put(z + dir, 0x02014b50, 4);
    put(z + dir + 16, crc, 4), put(z + dir + 20, n, 4), put(z + dir + 24, n, 4);
    put(z + dir + 28, 1, 2), put(z + dir + 42, (uint32_t)at, 4);
    z[dir + ENTRY] = (unsigned char)name;
}

static void archive(unsigned char z[SIZE])
{
    memset(z, 0, SIZE);
    add(z, A, DIR, 'a', "hello", 0x3610a686);
    add(z, B, DIR + ENTRY + 1, 'b', "hi", 0xd8932aac);
    put(z + END, 0x06054b50, 4);
    put(z + END + 8, 2, 2), put(z + END + 10, 2, 2);
    put(z + END + 12, END - DIR, 4), put(z + END + 16, DIR, 4);
}

Test(zip, reads_entries)
{
    unsigned char z[SIZE];
    Zip           zip;
    Err           err;
    Arena         a;
    char         *bytes;
    archive(z);
    const char *path = scratch_file(&scratch, "z", z, SIZE);
    cr_expect(zip_is(path));
    cr_assert(!zip_open(&zip, path, &err), "%s", err.text);
    arena_open(&a, "test", NULL, NULL);
    const ZipEntry *e = zip_find(&zip, "b");
    cr_assert(zip.n == 2 && e && e->size == 2 && !zip_find(&zip, "c"));
    cr_assert(!zip_read(&zip, e, 10, &a, &bytes, &err), "%s", err.text);
    cr_expect_str_eq(bytes, "hi");
    cr_assert(!zip_read(&zip, zip_find(&zip, "a"), 5, &a, &bytes, &err), "%s", err.text);
    cr_expect_str_eq(bytes, "hello");
    cr_expect(zip_read(&zip, zip_find(&zip, "a"), 4, &a, &bytes, &err) == STATUS_FORMAT);
    arena_close(&a);
    zip_close(&zip);
}

/* One number of the archive is another. */
static const struct {
    const char *what;
    int         at;
    uint32_t    value;
    int         bytes;
    const char *named;
} hostile[] = {
    { "over another", DIR + ENTRY + 1 + 42, A, 4, "overlaps" },
    { "long over another", DIR + 20, 30, 4, "two sizes" },
    { "outside", DIR + 42, 0x7fffff, 4, "outside the file" },
    { "in the directory", DIR + 42, DIR - 4, 4, "outside the file" },
    { "no header there", DIR + 42, 3, 4, "has no header" },
    { "same name", DIR + ENTRY + 1 + ENTRY, 'a', 1, "there twice" },
    { "no name", DIR + ENTRY, 0, 1, "no name" },
    { "encrypted", DIR + 8, 1, 2, "encrypted" },
    { "packed by LZMA", DIR + 10, 14, 2, "packed in a way" },
    { "two volumes", END + 4, 1, 2, "several volumes" },
    { "more entries", END + 10, 3, 2, "does not fit" },
    { "a long directory", END + 12, 0x7fffffff, 4, "does not fit" },
    { "a far directory", END + 16, 0x7fffffff, 4, "does not fit" },
    { "a directory of 64 bits", END + 10, 0xffff, 2, "long directory" },
    { "a name beyond the end", DIR + 28, 0xffff, 2, "directory is damaged" },
    { "a size of 64 bits", DIR + 24, 0xffffffff, 4, "sizes are damaged" },
    { "no end", END, 0, 4, "no end" },
    { "another comment", END + 20, 7, 2, "no end" },
};
enum { N_HOSTILE = sizeof hostile / sizeof *hostile };

ParameterizedTestParameters(zip, refuses)
{
    static int index[N_HOSTILE];
    for (int i = 0; i < N_HOSTILE; i++) index[i] = i;
    return cr_make_param_array(int, index, N_HOSTILE);
}

ParameterizedTest(int *i, zip, refuses, .init = open_scratch, .fini = close_scratch)
{
    unsigned char z[SIZE];
    Zip           zip;
    Err           err = { .text = "" };
    archive(z);
    put(z + hostile[*i].at, hostile[*i].value, hostile[*i].bytes);
    const char *path = scratch_file(&scratch, "z", z, SIZE);
    cr_assert(zip_open(&zip, path, &err) == STATUS_FORMAT, "%s", hostile[*i].what);
    cr_expect(strstr(err.text, path) && strstr(err.text, hostile[*i].named),
              "%s: \"%s\" does not say \"%s\"", hostile[*i].what, err.text, hostile[*i].named);
}

/* Memory is asked for by the size that an entry claims. */
Test(zip, no_packing_is_that_good)
{
    unsigned char z[SIZE];
    Zip           zip;
    Err           err;
    archive(z);
    put(z + DIR + 10, 8, 2);
    put(z + DIR + 24, 0x7fffffff, 4);
    const char *path = scratch_file(&scratch, "z", z, SIZE);
    cr_assert(zip_open(&zip, path, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "two sizes"), "%s", err.text);
}

Test(zip, other_bytes_are_damage)
{
    unsigned char z[SIZE];
    Zip           zip;
    Err           err;
    Arena         a;
    char         *bytes;
    archive(z);
    z[A + LOCAL + 1] = 'H';
    cr_assert(!zip_open(&zip, scratch_file(&scratch, "z", z, SIZE), &err), "%s", err.text);
    arena_open(&a, "test", NULL, NULL);
    cr_expect(zip_read(&zip, zip_find(&zip, "a"), 9, &a, &bytes, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "checksum"), "%s", err.text);
    arena_close(&a);
    zip_close(&zip);
    cr_expect(zip_open(&zip, scratch.folder, &err) && zip_open(&zip, "nowhere", &err) ==
              STATUS_MISSING);
}
