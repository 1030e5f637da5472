#define _GNU_SOURCE /* MSG_NOSIGNAL, SOCK_CLOEXEC */
#include "core/mask/pipe.h"

#include "core/base/process.h"
#include "core/base/threads.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONGEST = 1 << 20 };

struct Pipe {
    char *file;
    pid_t pid; /* 0 when it has ended */
    int   fd;
};

static void become(const char *file, int fd)
{
    if (dup2(fd, STDIN_FILENO) >= 0 && dup2(fd, STDOUT_FILENO) >= 0)
        execl(file, file, (char *)NULL);
    _exit(127);
}

Status pipe_open(Pipe **out, const char *file, Err *err)
{
    int fd[2];
    if (access(file, X_OK))
        return err_set(err, STATUS_FORMAT, "%s: is not executable; chmod +x it, and begin it "
                       "with a line like #!/usr/bin/env python3", file);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd))
        return err_set(err, STATUS_IO, "%s: %s", file, strerror(errno));
    pid_t  pid;
    Status bad = process_fork(&pid, PROCESS_LEADS, SIGKILL, err);
    if (pid == 0) become(file, fd[1]);
    close(fd[1]);
    if (bad) {
        close(fd[0]);
        return err_in(err, "%s", file);
    }
    Pipe *p = calloc(1, sizeof *p);
    CHECK(p && (p->file = strdup(file)), "no memory for a process");
    p->pid = pid, p->fd = fd[0];
    *out = p;
    return STATUS_OK;
}

static int reap(Pipe *p)
{
    int status = p->pid ? process_wait(p->pid) : 0;
    p->pid = 0;
    return status;
}

void pipe_close(Pipe *p)
{
    if (!p) return;
    close(p->fd);
    if (p->pid) kill(-p->pid, SIGKILL);
    reap(p);
    free(p->file);
    free(p);
}

static Status ended(Pipe *p, Err *err)
{
    if (!p->pid) return err_set(err, STATUS_FORMAT, "%s: has ended", p->file);
    kill(-p->pid, SIGKILL); /* if it only closed its end */
    int status = reap(p);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return err_set(err, STATUS_FORMAT, "%s: cannot be started; is its first line the path "
                       "of an interpreter?", p->file);
    if (WIFEXITED(status))
        return err_set(err, STATUS_FORMAT, "%s: ended with exit code %d instead of an answer",
                       p->file, WEXITSTATUS(status));
    return err_set(err, STATUS_FORMAT, "%s: ended without an answer, by signal %d", p->file,
                   WTERMSIG(status));
}

/* Wait until the socket can do one of `events`, at most until `end`. */
static Status wait_for(Pipe *p, short events, double end, double seconds, Err *err)
{
    for (;;) {
        double        left = end - clock_s();
        struct pollfd one = { .fd = p->fd, .events = events };
        int           n = left > 0 ? poll(&one, 1, (int)(left * 1000) + 1) : 0;
        if (n > 0) return STATUS_OK;
        if (n == 0)
            return err_set(err, STATUS_FORMAT, "%s: no answer within %g s", p->file, seconds);
        if (errno != EINTR) return err_set(err, STATUS_IO, "%s: %s", p->file, strerror(errno));
    }
}

static bool try_again(ssize_t n) { return n < 0 && (errno == EAGAIN || errno == EINTR); }

Status pipe_ask(Pipe *p, Text *answer, const char *line, size_t n, double seconds, Err *err)
{
    char   part[1 << 14];
    double end = clock_s() + seconds;
    if (!p->pid) return ended(p, err);
    for (size_t sent = 0; sent < n;) {
        if (wait_for(p, POLLOUT, end, seconds, err)) return err->code;
        ssize_t k = send(p->fd, line + sent, n - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (k > 0) sent += (size_t)k;
        else if (!try_again(k)) return ended(p, err);
    }
    text_clear(answer);
    for (;;) {
        if (wait_for(p, POLLIN, end, seconds, err)) return err->code;
        ssize_t k = recv(p->fd, part, sizeof part, MSG_DONTWAIT);
        if (try_again(k)) continue;
        if (k <= 0) return ended(p, err);
        char *newline = memchr(part, '\n', (size_t)k);
        if (newline && newline != part + k - 1)
            return err_set(err, STATUS_FORMAT, "%s: more than one line in answer to one",
                           p->file);
        text_add_bytes(answer, part, (size_t)k - (newline != NULL));
        if (newline) return STATUS_OK;
        if (answer->length > LONGEST)
            return err_set(err, STATUS_FORMAT, "%s: an answer of more than %d bytes", p->file,
                           LONGEST);
    }
}
