/* How often this thread has asked for memory: malloc, calloc, realloc and their kin,
 * from anywhere in the process, plug-ins and libraries too.
 *
 *     uint64_t before = heap_requests();
 *     mask_draw(...);
 *     if (heap_counts()) printf("%" PRIu64 "\n", heap_requests() - before);
 */
#ifndef EXPERIMENTS_LINT_HEAP_H
#define EXPERIMENTS_LINT_HEAP_H

#include <stdbool.h>
#include <stdint.h>

bool     heap_counts(void); /* false where the C library cannot be counted */
uint64_t heap_requests(void);


/* From now on *refused is set when a request is refused, where they can be counted. */
void heap_tell(volatile bool *refused);

#endif
