/* Two kinds of failure, two idioms.
 *
 *   The world is wrong (a missing file, a bad key, no device): the function
 *   returns a Status other than STATUS_OK and fills the caller's Err.
 *   The program is wrong (shapes disagree, an index is out of range): CHECK
 *   prints where and why, then aborts.  It stays on in release builds.
 *
 *     Err err;
 *     if (checkpoint_load(path, params, &err)) {
 *         fprintf(stderr, "maskgrid: %s\n", err.text);
 *         return status_exit(err.code);
 *     }
 */
#ifndef CORE_BASE_STATUS_H
#define CORE_BASE_STATUS_H

#if defined(__GNUC__)
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define MUST_USE          __attribute__((warn_unused_result))
#define NORETURN          __attribute__((noreturn)) /* nvcc reads this file too */
#else
#define PRINTF_LIKE(f, a)
#define MUST_USE
#define NORETURN
#endif

typedef enum {
    STATUS_OK = 0,
    STATUS_CONFIG,  /* a flag, key or value cannot be accepted             */
    STATUS_IO,      /* the operating system refused; text says why         */
    STATUS_FORMAT,  /* a file is readable but not what it should be        */
    STATUS_MISSING, /* a data set, checkpoint or plug-in is not there      */
    STATUS_DEVICE,  /* the accelerator is missing or refused               */
    STATUS_FAILED,  /* a computation came to nothing: a loss of infinity   */
    STATUS_STOPPED  /* asked to stop; what is done is kept, run again      */
} Status;

/* The documented exit codes of the program (README, "Exit codes"). */
enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_CELLS_FAILED = 3,
    EXIT_CHECK_FAILED = 4,
    EXIT_DATA = 5,
    EXIT_STOPPED = 75
};

typedef struct {
    Status code;
    char   text[1024]; /* one line, no newline, fit to show a user */
} Err;

/* Fill err and return code, so that a failing line reads
 *     return err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
 * Control characters in the text, which may quote a hostile file, become '?'. */
Status err_set(Err *err, Status code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Put context in front of the text already in err; returns err->code. */
Status err_in(Err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The exit code that tells a shell what `code` tells a caller. */
int status_exit(Status code);

#define CHECK(cond, ...)                                                   \
    do {                                                                   \
        if (!(cond)) check_failed(__FILE__, __LINE__, #cond, __VA_ARGS__); \
    } while (0)

NORETURN void check_failed(const char *file, int line, const char *cond,
                           const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
