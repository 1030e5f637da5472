#include "core/base/hash.h"

#include <criterion/criterion.h>
#include <string.h>

/* BLAKE2b with 16 bytes of digest, from Python's hashlib. */
Test(hash, is_blake2b)
{
    static char thousand[1000];
    memset(thousand, 'a', sizeof thousand);
    const struct { const char *bytes; size_t n; const char *hex; } known[] = {
        { "", 0, "cae66941d9efbd404e4d88758ea67670" },
        { "abc", 3, "cf4ab791c62b8d2b2109c90275287816" },
        { thousand, 1000, "a0e5a332e985551c28a377c40f4139c3" },
    };
    char hex[HASH_HEX];
    Hash h;
    for (int i = 0; i < 3; i++) {
        hash_start(&h);
        for (size_t at = 0; at < known[i].n; at += 7) /* in pieces: the same */
            hash_bytes(&h, known[i].bytes + at,
                       known[i].n - at < 7 ? known[i].n - at : 7);
        hash_end(&h, hex);
        cr_expect_str_eq(hex, known[i].hex);
    }
}

/* The length, in eight bytes of which the lowest comes first, precedes a text. */
Test(hash, a_text_is_hashed_with_its_length)
{
    char hex[HASH_HEX], other[HASH_HEX];
    Hash h;
    hash_start(&h);
    hash_text(&h, "abc");
    hash_end(&h, hex);
    cr_expect_str_eq(hex, "10366aba46518e2b9d040dde242bbc5a");

    hash_start(&h), hash_text(&h, "ab"), hash_text(&h, "c"), hash_end(&h, hex);
    hash_start(&h), hash_text(&h, "a"), hash_text(&h, "bc"), hash_end(&h, other);
    cr_expect(strcmp(hex, other));
}
