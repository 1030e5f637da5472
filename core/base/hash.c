#include "core/base/hash.h"

#include "core/base/status.h"

#include <blake2.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(blake2b_state) <= sizeof(Hash), "Hash is too small for libb2's state");

static blake2b_state *state(Hash *h) { return (blake2b_state *)(void *)h->state; }

void hash_start(Hash *h)
{
    CHECK(!blake2b_init(state(h), HASH_BYTES), "libb2 refused %d bytes", HASH_BYTES);
}

void hash_bytes(Hash *h, const void *p, size_t n)
{
    if (n) blake2b_update(state(h), p, n);
}

void hash_text(Hash *h, const char *text)
{
    uint64_t      n = strlen(text);
    unsigned char size[8];
    for (int i = 0; i < 8; i++) size[i] = (unsigned char)(n >> 8 * i);
    hash_bytes(h, size, sizeof size);
    hash_bytes(h, text, n);
}

void hash_end(Hash *h, char hex[HASH_HEX])
{
    unsigned char out[HASH_BYTES];
    blake2b_final(state(h), out, HASH_BYTES);
    for (int i = 0; i < HASH_BYTES; i++) snprintf(hex + 2 * i, 3, "%02x", out[i]);
}
