#define _POSIX_C_SOURCE 200809L /* sigaction */
#include "experiments/run/stop.h"

#include <stddef.h>

sigset_t stop_signals(void)
{
    static const int all[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
    sigset_t         set;
    struct sigaction now;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!sigaction(all[i], NULL, &now) && now.sa_handler != SIG_IGN) sigaddset(&set, all[i]);
    return set;
}
