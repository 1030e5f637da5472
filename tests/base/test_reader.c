#include "core/base/reader.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <string.h>

Test(reader, takes_from_anywhere_but_not_beyond)
{
    Scratch s;
    Reader  file, memory;
    Err     err;
    char    got[4];
    scratch_open(&s);
    cr_assert(!reader_open(&file, scratch_file(&s, "x", "abcdef", 6), &err), "%s", err.text);
    reader_over(&memory, "abcdef", 6, "memory");
    const Reader *both[] = { &file, &memory };
    for (int i = 0; i < 2; i++) {
        const Reader *r = both[i];
        cr_expect(r->size == 6);
        cr_expect(!reader_take(r, got, 2, 4, &err) && !memcmp(got, "cdef", 4));
        cr_expect(!reader_take(r, got, 6, 0, &err));
        cr_expect_eq(reader_take(r, got, 3, 4, &err), STATUS_FORMAT);
        cr_expect(strstr(err.text, "ends at byte 6, 4 bytes are wanted at 3"), "%s", err.text);
        cr_expect_eq(reader_take(r, got, UINT64_MAX, 2, &err), STATUS_FORMAT);
    }
    reader_close(&file);
    cr_expect_eq(reader_open(&file, s.folder, &err), STATUS_FORMAT);
    cr_expect_eq(reader_open(&file, scratch_path(&s, "y"), &err), STATUS_MISSING);
    scratch_close(&s);
}
