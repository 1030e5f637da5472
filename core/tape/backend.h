/* Where the arithmetic runs: one table of routines per device.
 *
 * Only files in core/cpu (and core/cuda) may look behind a data pointer.
 * Everything else moves values with read and write.
 */
#ifndef CORE_TAPE_BACKEND_H
#define CORE_TAPE_BACKEND_H

#include "core/base/real.h"
#include "core/base/status.h"

#include <stddef.h>

/* Where a share of a gradient goes: at = share + beta at, with beta 0 (what is
 * there is overwritten, not read) or 1.  at NULL: nobody wants it. */
typedef struct {
    real *at, beta;
} Share;

/* A frame of k x k pixels that slides over maps [N, rows, cols, C]: down x across places
 * of an image, `stride` pixels apart, the first `pad` outside, where all is zero.  If
 * `spread` is above 1 the pixels themselves are that far apart, zeros between them. */
typedef struct {
    int N, rows, cols, C, k, stride, pad, spread, down, across;
} Slide;

typedef struct Backend {
    const char *name; /* "cpu"; stored with every result */

    void *(*alloc)(size_t bytes); /* NULL when there is no more */
    void (*release)(void *p);
    void (*zero)(real *x, size_t n);
    void (*read)(real *host, const real *x, size_t n);
    void (*write)(real *x, const real *host, size_t n);

#define KERNEL(name, args) void(*name) args;
#include "core/tape/kernels.def"
#undef KERNEL
} Backend;

/* That a process must be allowed (ulimit -v).  Measured: with one processor products do not
 * come back at 330 MB and do at 350, with two at 450 and 475. */
enum { BACKEND_ADDRESSES_MB = 512 };

/* name is "cpu" or NULL for the best there is.  STATUS_DEVICE if this build or
 * this machine has no such device, STATUS_CONFIG if it may have fewer addresses. */
MUST_USE Status backend_open(const Backend **be, const char *name, Err *err);

/* Computes nothing and allocates nothing: a step on it tells, from the arenas, what
 * a step would take.  Values cannot be read. */
extern const Backend backend_dry;

#endif
