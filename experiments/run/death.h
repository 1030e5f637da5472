/* Why a process ended without its records: what only the one who started it can tell. */
#ifndef EXPERIMENTS_RUN_DEATH_H
#define EXPERIMENTS_RUN_DEATH_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    int         status;      /* as waitpid tells it                      */
    double      peak_bytes;  /* the most memory that it has held         */
    long        before, now; /* machine_kills when it began and after it */
    const char *log;         /* path                                     */
    long        from;        /* where what it has said begins there      */
} Death;

/* For sure: it was killed by signal 9 while the kernel has killed for lack of memory. */
bool death_by_memory(const Death *d);

/* One line: "killed for lack of memory, when it held 812 MB", "crashed by signal 11,
 * Segmentation fault: " and the last line of its log. */
void death_text(char *why, size_t room, const Death *d);

#endif
