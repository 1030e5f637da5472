/* What a process and all that it has started have worked: time of processors, which,
 * unlike that of a clock, does not pass faster where others want the machine too. */
#ifndef EXPERIMENTS_LINT_TREE_H
#define EXPERIMENTS_LINT_TREE_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct {
    double worked_s; /* of all that still live                              */
    bool   wants;    /* one of their threads would work if it were let       */
} Tree;

/* Nothing where /proc does not tell. */
Tree tree_look(pid_t root);

#endif
