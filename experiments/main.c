/* maskgrid: does it matter which patches a masked autoencoder hides? */
#define _GNU_SOURCE /* execve, program_invocation_short_name, sysconf, RLIMIT_AS */
#include "experiments/cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef __SANITIZE_ADDRESS__ /* sanitizers come first, and need terabytes */
/* Bytes of addresses with which one thread shows a table, and of each thread more.  Measured:
 * 300 MiB serve one thread and 340 do not serve two; 331 load OpenBLAS for two, 203 for one. */
static const rlim_t ONE = 300 << 20, EACH = 135 << 20;

static const char TOO_FEW[] = "maskgrid: a process may have too few addresses here for the "
                              "libraries: `ulimit -v unlimited` where that is allowed\n";

/* As the environment asks, else one a processor. */
static long threads_asked(char **environment, int *variables)
{
    long threads = sysconf(_SC_NPROCESSORS_ONLN);
    for (*variables = 0; environment[*variables]; ++*variables)
        if (!strncmp(environment[*variables], "OMP_NUM_THREADS=", 16))
            threads = strtol(environment[*variables] + 16, NULL, 10);
    return threads;
}

/* OpenBLAS reserves addresses for each thread while it is loaded, and where they are too few
 * (ulimit -v) it asks for them for ever: no command, not even --help, would come back.  So,
 * before it is loaded, the program begins again with as many threads as there is room for. */
static void fit_addresses(int argc, char **argv, char **environment)
{
    enum { VARIABLES = 4000 };
    static char  *with[VARIABLES + 2], fewer[40];
    struct rlimit r;
    int           n;
    (void)argc;
    if (getrlimit(RLIMIT_AS, &r) || r.rlim_cur == RLIM_INFINITY) return;
    if (r.rlim_cur < ONE) {
        if (write(STDERR_FILENO, TOO_FEW, sizeof TOO_FEW - 1) < 0) _exit(EXIT_FAILED);
        _exit(EXIT_USAGE);
    }
    const long room = 1 + (long)((r.rlim_cur - ONE) / EACH);
    const long asked = threads_asked(environment, &n);
    if ((asked > 0 && asked <= room) || n > VARIABLES) return;
    snprintf(fewer, sizeof fewer, "OMP_NUM_THREADS=%ld", room);
    with[0] = fewer;
    for (int i = 0, to = 1; i < n; i++)
        if (strncmp(environment[i], "OMP_NUM_THREADS=", 16)) with[to++] = environment[i];
    execve("/proc/self/exe", argv, with);
}

__attribute__((section(".preinit_array"), used))
static void (*const before_libraries)(int, char **, char **) = fit_addresses;
#endif

/* What we open must not take the place of a standard stream that is closed: a cell's log is
 * put there.  Who reads or writes it is told so, as if it were closed still. */
static void fill_streams(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd) return;
}

int main(int argc, char **argv)
{
    fill_streams();
    signal(SIGCHLD, SIG_DFL); /* ignored by a parent, no child of ours could be waited for */
    prctl(PR_SET_NAME, program_invocation_short_name); /* begun by /proc/self/exe: `exe` */
    return cli_main(argc, argv);
}
