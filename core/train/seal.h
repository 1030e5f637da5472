/* The checksum of a safetensors file, within its own metadata: the hash of all bytes of
 * the file, with zeros in the place of the checksum's digits.
 *
 * For safetensors.h alone; whoever writes or reads files calls that.
 */
#ifndef CORE_TRAIN_SEAL_H
#define CORE_TRAIN_SEAL_H

#include "core/base/hash.h"

#define SEAL_KEY "maskgrid.blake2b"

enum { SEAL_DIGITS = HASH_HEX - 1 };

extern const char seal_blank[HASH_HEX]; /* zeros */

/* Where the digits stand in the text of a header that has the key; NULL: nowhere. */
char *seal_digits(char *header);

#endif
