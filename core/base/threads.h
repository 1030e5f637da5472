/* How many threads compute.  One number for our loops and for OpenBLAS, whose
 * OpenMP build shares our threads; set once, early, and stored with results. */
#ifndef CORE_BASE_THREADS_H
#define CORE_BASE_THREADS_H

int  threads_available(void); /* processors this process may run on */
void threads_set(int n);      /* n >= 1 */
int  threads_get(void);

/* Seconds since an arbitrary start; never goes back. */
double clock_s(void);

#endif
