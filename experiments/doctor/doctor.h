/* The parts of the doctor; each fills in a section that the caller closes. */
#ifndef EXPERIMENTS_DOCTOR_DOCTOR_H
#define EXPERIMENTS_DOCTOR_DOCTOR_H

#include "core/data/data.h"
#include "experiments/doctor/section.h"

/* A data set, told by its name or by its folder; `set` is what a folder holds, NULL: told by
 * what is in it.  Complains of pictures that cannot be read, classes that only one split
 * has, pictures that both splits have, one picture with two labels.  STATUS_MISSING if
 * there is no such data set, STATUS_CONFIG if a folder could be several. */
MUST_USE Status doctor_data(Section *s, const char *subject, const char *set, Err *err);

/* Whether it is a data set of annotated pictures (core/data/dense.h), told in the same way,
 * and what is in it: instances or pixels of each class.  Complains of splits that cannot be
 * opened, pictures and label maps that cannot be read, pictures that both splits have or that
 * one lists twice, instances whose box or mask is outside the picture or that are elsewhere by
 * the one than by the other or by far of another area, classes that are nowhere. */
bool doctor_is_dense(const char *subject, const char *set);
void doctor_dense(Section *s, const char *subject, const char *set);

/* The machine, its libraries, and the file system that results would be written to, which is
 * tried: each a note that is well, doubtful or wrong, with what to do about it. */
void doctor_environment(Section *s, const char *results);

/* Which data sets are in the usual places; complains of nothing. */
void doctor_installed(Section *s);

#endif
