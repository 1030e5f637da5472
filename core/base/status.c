#include "core/base/status.h"

#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Status err_set(Err *err, Status code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    text_tame(err->text, false); /* it may name what is in a hostile file */
    return err->code = code;
}

Status err_in(Err *err, const char *fmt, ...)
{
    char    head[sizeof err->text];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(head, sizeof head - 2, fmt, ap);
    va_end(ap);
    text_tame(head, false);
    strcat(head, ": ");

    size_t n = strlen(head), keep = sizeof err->text - n - 1;
    memmove(err->text + n, err->text, keep);
    memcpy(err->text, head, n);
    err->text[sizeof err->text - 1] = '\0';
    return err->code;
}

int status_exit(Status code)
{
    switch (code) {
    case STATUS_OK: return EXIT_DONE;
    case STATUS_CONFIG: return EXIT_USAGE;
    case STATUS_FORMAT:
    case STATUS_MISSING: return EXIT_DATA;
    case STATUS_STOPPED: return EXIT_STOPPED;
    case STATUS_IO:
    case STATUS_FAILED:
    case STATUS_DEVICE: break;
    }
    return EXIT_FAILED;
}

void check_failed(const char *file, int line, const char *cond,
                  const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "%s:%d: CHECK(%s): ", file, line, cond);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    abort();
}
