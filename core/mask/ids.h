/* From marks of visible patches to their numbers. */
#ifndef CORE_MASK_IDS_H
#define CORE_MASK_IDS_H

#include <stdint.h>

/* at[b]: the places of the ones of the byte b, from the lowest; then zeros. */
typedef struct { uint8_t at[256][8]; } Places;

void places_find(Places *p);

/* ids[0..K): the patches marked 1, ids[K..L): those marked 0, both ascending. */
void ids_write(int *ids, const uint8_t *visible, int L, int K, const Places *places);

#endif
