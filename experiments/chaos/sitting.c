#define _GNU_SOURCE /* prctl, inotify, setrlimit */
#include "experiments/chaos/sitting.h"

#include "core/base/process.h"
#include "experiments/run/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 20 };

/* --- the process --------------------------------------------------------- */

/* A write beyond the limit fails, as on a full disk, and does not kill.  The superuser's
 * programs write where nobody may, unless they begin without his privileges; who may not
 * give them up has none. */
static void become(const Sitting *s)
{
    prctl(PR_SET_SECUREBITS, SECBIT_NOROOT);
    static const int ask[] = { SIGINT, SIGTERM, SIGUSR1 };
    int to = open(s->said, O_WRONLY | O_CREAT | O_APPEND, 0666);
    int from = open("/dev/null", O_RDONLY);
    if (to < 0 || from < 0) _exit(127);
    dup2(from, STDIN_FILENO);
    dup2(to, STDOUT_FILENO);
    dup2(to, STDERR_FILENO);
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof ask / sizeof *ask; i++)
        signal(ask[i], SIG_DFL); /* what we ignore (nohup, `&` of a script) it must obey */
    if (s->limit) {
        struct rlimit limit = { (rlim_t)s->limit, (rlim_t)s->limit };
        if (setrlimit(RLIMIT_FSIZE, &limit)) _exit(127);
    }
    execv(s->argv[0], s->argv);
    _exit(127);
}

Status sitting_begin(pid_t *pid, const Sitting *s, Err *err)
{
    Status bad = process_fork(pid, PROCESS_LEADS, SIGKILL, err);
    if (!bad && !*pid) become(s);
    return bad;
}

/* It leads a group; those whose parent has died before them are ours to wait for. */
static void wait_for_group(pid_t pid)
{
    int state;
    while (waitpid(-pid, &state, 0) > 0 || errno == EINTR) continue;
}

/* --- what it writes ------------------------------------------------------ */

static bool is_aside(const char *name)
{
    return strstr(name, ".safetensors.part-") || strstr(name, ".h5.part-");
}

/* Counts what was begun and, as far as it shows, what came to its end. */
typedef struct {
    int fd, begun, done;
} Watcher;

static Status watch(Watcher *w, const Sitting *s, Err *err)
{
    *w = (Watcher){ .fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC) };
    if (w->fd < 0) return err_set(err, STATUS_IO, "folders cannot be watched: %s", strerror(errno));
    for (int i = 0; i < s->folders; i++)
        if (inotify_add_watch(w->fd, s->folder[i], IN_CREATE | IN_MOVED_FROM | IN_DELETE) < 0) {
            err_set(err, STATUS_IO, "%s: cannot be watched: %s", s->folder[i], strerror(errno));
            close(w->fd);
            return err->code;
        }
    return STATUS_OK;
}

static void look(Watcher *w)
{
    _Alignas(struct inotify_event) char bytes[1 << 14];
    for (ssize_t n; (n = read(w->fd, bytes, sizeof bytes)) > 0;)
        for (char *at = bytes; at < bytes + n;) {
            const struct inotify_event *e = (const void *)at;
            at += sizeof *e + e->len;
            if (!e->len || !is_aside(e->name)) continue;
            if (e->mask & IN_CREATE) w->begun++;
            else w->done++;
        }
}

/* --- the sitting --------------------------------------------------------- */

static bool asked; /* to stop: what is asked once is so for all that follow */

void sitting_hold_signals(void)
{
    sigset_t set = stop_signals();
    sigprocmask(SIG_BLOCK, &set, NULL);
}

/* So long, or until somebody asks. */
static void nap(double s)
{
    struct timespec t = { .tv_sec = (time_t)s };
    sigset_t        set = stop_signals();
    t.tv_nsec = (long)(1e9 * (s - (double)t.tv_sec));
    if (!asked) asked = sigtimedwait(&set, NULL, &t) > 0;
}

Status sitting_stopped(Err *err)
{
    nap(0);
    return asked ? err_set(err, STATUS_STOPPED, "stopped; nothing is proven") : STATUS_OK;
}

/* Until it has ended, true and *state how, or has begun its last write, or we are to stop. */
static bool ends_before(const Sitting *s, Watcher *w, pid_t pid, int *state)
{
    Err unused;
    for (;;) {
        look(w);
        if (sitting_stopped(&unused)) return false;
        if (waitpid(pid, state, WNOHANG) == pid) return true;
        if (s->kill && w->begun >= s->writes) return false;
        poll(&(struct pollfd){ .fd = w->fd, .events = POLLIN }, 1, LOOK_MS);
    }
}

Status sitting_run(SittingEnd *end, const Sitting *s, Err *err)
{
    Watcher w;
    pid_t   pid;
    int     state = 0;
    *end = (SittingEnd){ 0 };
    if (watch(&w, s, err)) return err->code;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    Status bad = sitting_begin(&pid, s, err);
    if (!bad) {
        bool ended = ends_before(s, &w, pid, &state);
        if (!ended) {
            nap(s->after_s);
            ended = waitpid(pid, &state, WNOHANG) == pid;
        }
        kill(-pid, SIGKILL);
        wait_for_group(pid);
        look(&w);
        *end = (SittingEnd){ .killed = !ended, .writes = w.begun, .halves = w.begun - w.done,
                             .code = WIFEXITED(state) ? WEXITSTATUS(state) : -1 };
    }
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    close(w.fd);
    return bad ? bad : sitting_stopped(err);
}
