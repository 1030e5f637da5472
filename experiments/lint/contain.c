#define _GNU_SOURCE /* sigaltstack, MAP_ANONYMOUS */
#include "experiments/lint/contain.h"

#include "core/base/process.h"
#include "core/base/threads.h"
#include "experiments/lint/fence.h"
#include "experiments/lint/heap.h"
#include "experiments/lint/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
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

/* A strategy may start a process, for a program of its own; coming back from there is
 * another thing. */
static bool copied;
static void on_fork(void) { copied = true; }

void trace_beat(Trace *t, unsigned n)
{
    if (!t) return;
    t->beat += n;
    if (!copied) return;
    t->doubled = true;
    _exit(EXIT_FAILED);
}

/* What the child and its keeper share. */
typedef struct {
    Trace *trace;
    void (*work)(void *of);
    void  *of;
    int    said[2];
} Task;

static void do_work(void *of)
{
    const Task *t = of;
    t->work(t->of);
    t->trace->done = true;
}

static void become(void *of)
{
    static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
    static char      stack[1 << 16]; /* its own may have overflowed */
    const Task *t = of;
    mine = t->trace;
    int input = open("/dev/null", O_RDONLY);
    dup2(input, STDIN_FILENO), dup2(t->said[1], STDOUT_FILENO), dup2(t->said[1], STDERR_FILENO);
    close(input), close(t->said[1]);
    for (int i = 1; i < NSIG; i++) signal(i, SIG_DFL);
    sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof stack }, NULL);
    struct sigaction a = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigaction(faults[i], &a, NULL);
    limit();
    heap_tell(&mine->refused);
    pthread_atfork(NULL, NULL, on_fork);
    atexit(on_exit_call);
}

static void hang_up(void *of) { close(((const Task *)of)->said[1]); }

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

/* --- patience ---------------------------------------------------------------- */

/* Time that the child has spent, since its last beat and in all. */
typedef struct {
    double   seen_s, worked_s; /* when it was looked at; what all had worked by then */
    double   work_s, sleep_s;  /* since the last beat                                */
    unsigned beat;
} Clock;

static void look_on(Ending *end, Clock *c, const Trace *trace, pid_t child)
{
    Tree   t = tree_look(child);
    double now = clock_s(), passed = fmin(now - c->seen_s, 0.2); /* else we were asleep */
    double worked = fmax(t.worked_s - c->worked_s, 0); /* less if one has ended */
    double slept = worked > 0 || t.wants ? 0 : passed;
    if (trace->beat != c->beat) c->work_s = c->sleep_s = 0;
    c->beat = trace->beat;
    c->work_s += worked, c->sleep_s += slept;
    end->spent_s += worked + slept;
    c->seen_s = now, c->worked_s = t.worked_s;
}

static bool is_over(Ending *end, const Clock *c, const Patience *p)
{
    end->asleep = c->sleep_s > SLEEP_MOST * p->beat_s;
    end->silent = end->asleep || c->work_s > p->beat_s;
    end->slow = !end->silent && end->spent_s > p->whole_s;
    return end->silent || end->slow;
}

/* Until the child is gone, or was for too long. */
static void watch(Ending *end, const Trace *trace, pid_t child, int from, const Patience *p)
{
    Clock c = { .seen_s = clock_s(), .beat = trace->beat };
    int   state = 0;
    bool  open = true;
    while (!waitpid(child, &state, WNOHANG)) {
        struct pollfd f = { .fd = from, .events = POLLIN };
        poll(&f, open, open ? 50 : 5);
        if (open && f.revents) open = listen_to(end, from);
        look_on(end, &c, trace, child);
        if (p->tell) p->tell(p->to, trace->beat, end->spent_s);
        if (!is_over(end, &c, p)) continue;
        kill(child, SIGKILL);
        process_wait(child);
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
    state = trace->fate.state;
    end->turned = !trace->fate.told;
    end->behind = trace->fate.behind;
    if (end->turned) return;
    if (WIFSIGNALED(state)) end->signal = WTERMSIG(state);
    else end->code = WEXITSTATUS(state);
}

Status contain(Ending *end, Trace *trace, void (*work)(void *of), void *of, int spare,
               const Patience *patience, Err *err)
{
    Task     task = { .trace = trace, .work = work, .of = of };
    KeepTask kept = { do_work, become, hang_up, &task, spare };
    pid_t    child;
    *end = (Ending){ 0 };
    if (pipe(task.said)) return err_set(err, STATUS_IO, "pipe: %s", strerror(errno));
    if (process_fork(&child, PROCESS_LEADS, SIGKILL, err)) {
        close(task.said[0]), close(task.said[1]);
        return err->code;
    }
    if (!child) {
        close(task.said[0]);
        keep(&trace->fate, &kept);
    }
    close(task.said[1]);
    watch(end, trace, child, task.said[0], patience);
    close(task.said[0]);
    return STATUS_OK;
}
