/* How many threads compute.  One number for our loops and for OpenBLAS, whose
 * OpenMP build shares our threads; set once, early, and stored with results. */
#ifndef CORE_BASE_THREADS_H
#define CORE_BASE_THREADS_H

int  threads_available(void); /* processors this process may run on */
void threads_set(int n);      /* n >= 1 */
int  threads_get(void);

/* Of programs that this one starts from here on: a thread that waits gives its processor up
 * after a tenth of a millisecond or so, unless the user has said how threads wait.  By itself
 * OpenMP of gcc lets it spin for many: on a machine that others use, too, that is the time of
 * the thread it waits for.  Measured, two threads of a small cell on two processors: 2.0 s and
 * 2.1 by itself; beside two other busy programs 11 s and 32; passive 3 s, but 7.5 in quiet. */
void threads_wait_briefly(void);

/* Seconds since an arbitrary start; never goes back. */
double clock_s(void);

#endif
