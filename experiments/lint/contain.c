#define _GNU_SOURCE /* sigaltstack, MAP_ANONYMOUS */
#include "experiments/lint/contain.h"

#include "core/base/process.h"
#include "core/base/threads.h"
#include "experiments/lint/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void *shared_new(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED, "no memory for %zu bytes", bytes);
    return p;
}

void shared_free(void *p, size_t bytes) { munmap(p, bytes); }

/* --- the child -------------------------------------------------------------- */

static Trace *mine; /* handlers have no argument of their own */

/* The process is lost already: what is not safe in a handler can lose no more. */
static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (!fence_explain(mine->touched, sizeof mine->touched, info->si_addr))
        mine->touched[0] = '\0';
    signal(number, SIG_DFL);
    raise(number);
}

/* Registered last and so called first: what the parent has registered is not for
 * the child to do. */
static void on_exit_call(void)
{
    mine->left = true;
    _exit(EXIT_FAILED);
}

/* Two GiB more than the process has now.  The sanitizers want all there is. */
static void limit(void)
{
    struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
    unsigned long pages = 0;
    FILE         *f = fopen("/proc/self/statm", "r");
    if (!f) return;
    if (fscanf(f, "%lu", &pages) == 1) {
        uint64_t most = pages * (uint64_t)sysconf(_SC_PAGESIZE) + (2UL << 30);
        struct rlimit some = { most, most };
        setrlimit(RLIMIT_AS, &some);
    }
    fclose(f);
#endif
}

static void become(Trace *trace, int said)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
    static char      stack[1 << 16]; /* its own may have overflowed */
    mine = trace;
    int input = open("/dev/null", O_RDONLY);
    dup2(input, STDIN_FILENO), dup2(said, STDOUT_FILENO), dup2(said, STDERR_FILENO);
    close(input), close(said);
    for (int i = 1; i < NSIG; i++) signal(i, SIG_DFL);
    sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof stack }, NULL);
    struct sigaction a = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigaction(faults[i], &a, NULL);
    limit();
    atexit(on_exit_call);
}

/* --- the parent ------------------------------------------------------------- */

/* Keep the end of what was said. */
static void hear(Ending *end, const char *text, size_t n)
{
    size_t room = sizeof end->said - 1, had = strlen(end->said);
    if (n > room) text += n - room, n = room;
    if (had + n > room) {
        size_t drop = had + n - room;
        memmove(end->said, end->said + drop, had - drop);
        had -= drop;
    }
    for (size_t i = 0; i < n; i++) end->said[had + i] = text[i] ? text[i] : ' ';
    end->said[had + n] = '\0';
}

/* False at the end. */
static bool listen_to(Ending *end, int from)
{
    char    text[1024];
    ssize_t n = read(from, text, sizeof text);
    if (n > 0) hear(end, text, (size_t)n);
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* Until the child is gone, or silent for too long. */
static void watch(Ending *end, const Trace *trace, pid_t child, int from, double patience_s)
{
    double   start = clock_s(), heard = start;
    unsigned beat = trace->beat;
    int      state = 0;
    bool     open = true;
    while (!waitpid(child, &state, WNOHANG)) {
        struct pollfd p = { .fd = from, .events = POLLIN };
        poll(&p, open, open ? 50 : 5);
        if (open && p.revents) open = listen_to(end, from);
        double now = clock_s();
        if (trace->beat != beat) beat = trace->beat, heard = now;
        if (now - heard < patience_s) continue;
        end->silent = true;
        kill(child, SIGKILL);
        state = process_wait(child);
        break;
    }
    kill(-child, SIGKILL); /* whom it may have started */
    fcntl(from, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 64 && open; i++) {
        char    text[1024];
        ssize_t n = read(from, text, sizeof text);
        if (n <= 0) break;
        hear(end, text, (size_t)n);
    }
    end->wall_s = clock_s() - start;
    if (WIFSIGNALED(state)) end->signal = WTERMSIG(state);
    else end->code = WEXITSTATUS(state);
}

Status contain(Ending *end, Trace *trace, void (*work)(void *of), void *of,
               double patience_s, Err *err)
{
    int   said[2];
    pid_t child;
    *end = (Ending){ 0 };
    if (pipe(said)) return err_set(err, STATUS_IO, "pipe: %s", strerror(errno));
    if (process_fork(&child, PROCESS_LEADS, SIGKILL, err)) {
        close(said[0]), close(said[1]);
        return err->code;
    }
    if (!child) {
        close(said[0]);
        become(trace, said[1]);
        work(of);
        trace->done = true;
        _exit(EXIT_DONE);
    }
    close(said[1]);
    watch(end, trace, child, said[0], patience_s);
    close(said[0]);
    return STATUS_OK;
}
