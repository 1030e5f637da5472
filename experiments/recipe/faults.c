#include "experiments/recipe/faults.h"

#include <stdarg.h>
#include <stdio.h>

void faults_add(Faults *f, const char *key, const char *fmt, ...)
{
    va_list ap;
    if (f->n == FAULTS_MOST) return;
    va_start(ap, fmt);
    vsnprintf(f->list[f->n].text, FAULT_TEXT, fmt, ap);
    va_end(ap);
    f->list[f->n++].key = key;
}
