/* What a limit on time is held against where the machine has other work too. */
#ifndef TESTS_RUN_SPENT_H
#define TESTS_RUN_SPENT_H

double processor_s(void); /* of this process, all its threads */

#endif
