/* Identities: BLAKE2b over text and bytes, by libb2.
 *
 *     Hash h; hash_start(&h);
 *     hash_text(&h, "pretrain"); hash_text(&h, canonical);
 *     char id[HASH_HEX]; hash_end(&h, id);
 */
#ifndef CORE_BASE_HASH_H
#define CORE_BASE_HASH_H

#include <stddef.h>

enum { HASH_BYTES = 16, HASH_HEX = 2 * HASH_BYTES + 1 };

typedef struct { _Alignas(64) unsigned char state[512]; } Hash;

void hash_start(Hash *h);
void hash_bytes(Hash *h, const void *p, size_t n);
void hash_text(Hash *h, const char *text); /* its length is hashed too: "ab","c" is not "a","bc" */
void hash_end(Hash *h, char hex[HASH_HEX]); /* 32 lower-case hexadecimal digits */

#endif
