/* Identities that were found before. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "core/base/file.h"
#include "core/data/data.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Scratch scratch;

/* Unlabelled pictures of STL-10, a file that nothing was written to: 68 MB. */
enum { PICTURES = 2458, BYTES = PICTURES * 27648 };

static void open_scratch(void)
{
    char cache[128];
    scratch_open(&scratch);
    snprintf(cache, sizeof cache, "%s/cache", scratch.folder);
    setenv("MASKGRID_CACHE", cache, 1);
    static const char *const small[] = { "train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin",
                                         "unlabeled_X.bin" };
    for (int i = 0; i < 5; i++) scratch_file(&scratch, small[i], "\1", 1);
    cr_assert(!truncate(scratch_path(&scratch, "unlabeled_X.bin"), BYTES));
}

static void close_scratch(void) { scratch_close(&scratch); }
TestSuite(seen, .init = open_scratch, .fini = close_scratch);

static DataConfig config(void)
{
    DataConfig c = data_defaults();
    c.name = "stl10", c.folder = scratch.folder, c.unlabeled_count = PICTURES;
    return c;
}

static void identity(char hex[HASH_HEX])
{
    DataConfig c = config();
    Err        err;
    cr_assert(!data_identity(hex, &c, SPLIT_UNLABELED, &err), "%s", err.text);
}

/* As data_identity would ask. */
static void stamp_of(Stamp *s, char hex[HASH_HEX])
{
    DataConfig c = config();
    Err        err;
    cr_assert(!data_stamp(s, &c, SPLIT_UNLABELED, &err), "%s", err.text);
    stamp_end(s, hex);
}

Test(seen, what_is_known_is_not_read_again, .timeout = 60)
{
    static const char other[] = "0123456789abcdef0123456789abcdef";
    char  read[HASH_HEX], hex[HASH_HEX], stamp[HASH_HEX];
    Stamp s;
    identity(read);
    stamp_of(&s, stamp);
    s.newest -= 1000; /* as if the files were not new */
    seen_keep(other, &s, stamp);
    identity(hex);
    cr_expect_str_eq(hex, other);
    FILE *f = fopen(scratch_path(&scratch, "unlabeled_X.bin"), "r+b");
    cr_assert(f && fwrite("\1", 1, 1, f) == 1); /* the same bytes, but who knows */
    fclose(f);
    identity(hex);
    cr_expect_str_eq(hex, read);
}

Test(seen, what_is_new_or_small_is_not_kept)
{
    char  hex[HASH_HEX], stamp[HASH_HEX];
    Stamp s;
    stamp_of(&s, stamp);
    seen_keep(stamp, &s, stamp);
    cr_expect(!seen_find(hex, &s, stamp), "a file that may change in this very second");
    s.newest -= 1000, s.bytes = 1000;
    seen_keep(stamp, &s, stamp);
    cr_expect(!file_exists(scratch_path(&scratch, "cache")), "a thousand bytes");
}

Test(seen, damage_is_ignored)
{
    char  hex[HASH_HEX], stamp[HASH_HEX], path[256];
    Stamp s;
    stamp_of(&s, stamp);
    s.newest -= 1000;
    seen_keep(stamp, &s, stamp);
    cr_assert(seen_find(hex, &s, stamp));
    cr_expect_str_eq(hex, stamp);
    snprintf(path, sizeof path, "cache/%s", stamp);
    scratch_file(&scratch, path, "0123456789abcdef0123456789abcde/\n", 33);
    cr_expect(!seen_find(hex, &s, stamp));
    scratch_file(&scratch, path, "0123", 4);
    cr_expect(!seen_find(hex, &s, stamp));
}
