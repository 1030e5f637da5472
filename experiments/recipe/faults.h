/* What is wrong with a cell's values, of several keys at once. */
#ifndef EXPERIMENTS_RECIPE_FAULTS_H
#define EXPERIMENTS_RECIPE_FAULTS_H

#include "core/base/status.h"

enum { FAULTS_MOST = 8, FAULT_TEXT = 256 };

typedef struct {
    int n; /* those that are kept are the first */
    struct {
        const char *key;
        char        text[FAULT_TEXT];
    } list[FAULTS_MOST];
} Faults;

void faults_add(Faults *f, const char *key, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
