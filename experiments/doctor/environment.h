/* The part of the doctor about the machine.  What looks and what judges are apart, so that
 * judgements can be tried with numbers of any machine. */
#ifndef EXPERIMENTS_DOCTOR_ENVIRONMENT_H
#define EXPERIMENTS_DOCTOR_ENVIRONMENT_H

#include "core/cpu/library.h"
#include "experiments/doctor/section.h"

#include <stdbool.h>

/* Processors that there are, those that we may run on and, of these, as many as a container
 * or a scheduler grants us time of; and what the environment says of threads (OMP_*, ...). */
void judge_threads(Section *s, int present, int ours, int granted);

void judge_blas(Section *s, BlasThreads threads, const char *config, int processors);
void judge_memory(Section *s, double free_bytes, double total_bytes); /* infinite: unknown */

/* Free for us on the file system of `folder`; inodes below 0: it does not count them. */
void judge_disk(Section *s, const char *folder, double free_bytes, double free_inodes);

typedef struct {
    bool   goes_back; /* the clock that measures has been seen to */
    double step_s;    /* the least that it tells apart            */
    double built_s;   /* when the program was written, of the     */
    double now_s;     /* ... wall clock, which says this now      */
    double ahead_s;   /* of it is the clock of the file system    */
} ClockFacts;

void judge_clock(Section *s, const ClockFacts *c);

/* Is there a program of this name on PATH? */
void judge_program(Section *s, const char *name, const char *what_for, const char *package);

/* Written, renamed and locked, by us and by HDF5, in a folder made for it in `folder` and
 * removed again; *ahead_s is 0 if that is not to be had. */
void try_folder(Section *s, const char *folder, double *ahead_s);

#endif
