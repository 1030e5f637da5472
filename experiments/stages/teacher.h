/* An encoder that watches the one being trained: it follows it slowly, or stays as it
 * was in the beginning.  Nothing in it wants a gradient.
 *
 *     teacher_open(&t, &mae, TEACHER_MOMENTUM);
 *     after each step: teacher_step(&t, &mae);
 *     vit_last_look(&tape, &t.vit, images, false);
 *
 * Source: Tarvainen and Valpola 2017, arXiv:1703.01780; the momentum is that of
 * gkakogeorgiou/attmask.
 */
#ifndef EXPERIMENTS_STAGES_TEACHER_H
#define EXPERIMENTS_STAGES_TEACHER_H

#include "core/model/mae.h"

#define TEACHER_MOMENTUM 0.996

typedef struct {
    Params params; /* of an encoder, no more; params.be is NULL if there is none */
    Vit    vit;
    double momentum; /* 1: it never moves */
} Teacher;

/* A copy of the encoder as it is. */
void teacher_open(Teacher *t, const Mae *mae, double momentum);
void teacher_close(Teacher *t);

void teacher_step(Teacher *t, const Mae *mae);

#endif
