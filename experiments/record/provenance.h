/* What ran, and on what: the facts without which a number is hearsay. */
#ifndef EXPERIMENTS_RECORD_PROVENANCE_H
#define EXPERIMENTS_RECORD_PROVENANCE_H

#include <stdbool.h>

enum { PROVENANCE_MOST = 16, PROVENANCE_TEXT = 256 };

typedef struct {
    const char *key;
    char        text[PROVENANCE_TEXT];
} Fact;

/* Fills facts, returns how many: program, version, commit, tree (clean, modified,
 * unknown), compiler, flags, real, gemm, blas, blas_core, host, system, processor. */
int provenance(Fact facts[PROVENANCE_MOST]);

/* "maskgrid 0.1.0 (4bbcb12, clean)": for attributes and captions. */
void provenance_source(char out[PROVENANCE_TEXT]);

/* Now, in UTC: 2024-05-17T09:30:00Z; `ago_s` seconds before. */
void provenance_time(char out[32], double ago_s);

/* Is it a time as that writes it? */
bool provenance_is_time(const char *text);

/* The most memory this process has used so far, in bytes. */
double provenance_peak_bytes(void);

#endif
