#define _GNU_SOURCE /* pthread_sigqueue */
#include "experiments/lint/meet.h"

#include "core/base/threads.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Meetings, or FEW when LONG_S are over; waits in vain, of so many milliseconds;
 * signals in all. */
enum { ENOUGH = 64, FEW = 8, VAIN = 16, PATIENCE_MS = 20, SIGNALS = 2000 };
static const double LONG_S = 0.1;

/* What the host asks of the guest, or not; the guest's answer is GO. */
enum { DRAW = 'd', GO = 'g' };

typedef struct {
    const Meeting *m;
    pthread_t      host;         /* who is stopped                           */
    double         draw_s;       /* of one draw, alone                       */
    int            ends[2];      /* host's and guest's, of a socket          */
    int            image;        /* that the host draws                      */
    volatile int   met, vain;    /* raised in the host's handler             */
    int            guests_wrong; /* an image, or -1                          */
    atomic_bool    inside;       /* the host draws                           */
    atomic_bool    owes;         /* the host went on before the guest's GO   */
    atomic_bool    over;
} Meet;

static char hear(int from)
{
    char    c = 0;
    ssize_t n;
    while ((n = read(from, &c, 1)) < 0 && errno == EINTR) continue;
    CHECK(n == 1, "a thread that is met hears nothing: %s", strerror(errno));
    return c;
}

static void say(int to, char c)
{
    ssize_t n;
    while ((n = write(to, &c, 1)) < 0 && errno == EINTR) continue;
    CHECK(n == 1, "a thread that is met cannot answer: %s", strerror(errno));
}

/* --- the host --------------------------------------------------------------- */

/* Stands in the middle of a draw until the guest has drawn. */
static void on_signal(int number, siginfo_t *info, void *context)
{
    Meet *w = info->si_value.sival_ptr;
    int   was = errno;
    (void)number, (void)context;
    bool inside = atomic_load(&w->inside) && !atomic_load(&w->owes);
    say(w->ends[0], inside ? DRAW : GO);
    if (inside) {
        struct pollfd answer = { .fd = w->ends[0], .events = POLLIN };
        if (poll(&answer, 1, PATIENCE_MS) > 0) hear(w->ends[0]), w->met++;
        else atomic_store(&w->owes, true), w->vain++;
    }
    errno = was;
}

/* Draw on and on.  Returns an image with another mask, or -1. */
static int host(Meet *w)
{
    double start = clock_s();
    while (w->met < ENOUGH && w->vain < VAIN && !atomic_load(&w->over)) {
        if (w->met >= FEW && clock_s() - start > LONG_S) break;
        w->image = (w->image + 1) % w->m->N;
        atomic_store(&w->inside, true);
        bool same = w->m->same(w->m->of, w->image);
        atomic_store(&w->inside, false);
        if (atomic_load(&w->owes)) {
            hear(w->ends[0]);
            atomic_store(&w->owes, false);
        }
        trace_beat(w->m->trace, 1);
        if (!same) return w->image;
    }
    return -1;
}

/* --- the guest -------------------------------------------------------------- */

/* Some way through a draw: the fractions of k times the golden ratio are spread
 * evenly, however many there are. */
static void linger(const Meet *w, int k)
{
    double s = w->draw_s * fmod(k * 0.6180339887498949, 1);
    struct timespec t = { (time_t)s, (long)(1e9 * fmod(s, 1)) };
    nanosleep(&t, NULL);
}

static void *guest(void *of)
{
    Meet *w = of;
    for (int k = 0; k < SIGNALS && !atomic_load(&w->over); k++) {
        linger(w, k);
        if (pthread_sigqueue(w->host, SIGUSR1, (union sigval){ .sival_ptr = w })) break;
        if (hear(w->ends[1]) != DRAW) continue;
        int  n = (w->image + 1) % w->m->N;
        if (!w->m->same(w->m->of, n)) w->guests_wrong = n;
        say(w->ends[1], GO);
    }
    atomic_store(&w->over, true);
    return NULL;
}

static double time_draws(const Meeting *m)
{
    double start = clock_s();
    for (int i = 0; i < 3; i++) m->same(m->of, i % m->N);
    return (clock_s() - start) / 3;
}

Status meet(int *wrong, const Meeting *m, Err *err)
{
    struct sigaction before, ours = { .sa_sigaction = on_signal,
                                      .sa_flags = SA_SIGINFO | SA_RESTART };
    pthread_t thread;
    Meet      w = { .m = m, .host = pthread_self(), .draw_s = time_draws(m),
                    .guests_wrong = -1 };
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, w.ends))
        return err_set(err, STATUS_IO, "socketpair: %s", strerror(errno));
    sigaction(SIGUSR1, &ours, &before);
    int bad = pthread_create(&thread, NULL, guest, &w);
    if (!bad) {
        *wrong = host(&w);
        atomic_store(&w.over, true);
        pthread_join(thread, NULL);
        if (*wrong < 0) *wrong = w.guests_wrong;
    }
    sigaction(SIGUSR1, &before, NULL);
    close(w.ends[0]), close(w.ends[1]);
    return bad ? err_set(err, STATUS_IO, "a thread: %s", strerror(bad)) : STATUS_OK;
}
