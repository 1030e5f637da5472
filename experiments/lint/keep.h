/* The process between us and one that may be lost: what that one does to its parent
 * happens to it, and it tells what became of the child and of what the child has
 * started.  Where the system lets everybody have processes of their own (user and
 * process namespaces of Linux), the child sees no others at all; elsewhere it can still
 * signal what belongs to the same user.
 */
#ifndef EXPERIMENTS_LINT_KEEP_H
#define EXPERIMENTS_LINT_KEEP_H

#include <stdbool.h>

/* In memory that all processes see. */
typedef struct {
    volatile bool told;   /* the keeper lived to tell the rest    */
    volatile int  state;  /* of the child, as of waitpid          */
    volatile int  behind; /* processes that it has left behind    */
} Fate;

/* In a child of ours, which leads a group: run work(of) in a child of its own and exit.
 * `ready` is called before, in that child, and `apart` in the others.  The child's number
 * is another with another `spare`. */
typedef struct {
    void (*work)(void *of), (*ready)(void *of), (*apart)(void *of);
    void *of;
    int   spare;
} KeepTask;

_Noreturn void keep(Fate *f, const KeepTask *t);

#endif
