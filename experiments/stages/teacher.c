#include "experiments/stages/teacher.h"

void teacher_open(Teacher *t, const Mae *mae, double momentum)
{
    *t = (Teacher){ .momentum = momentum };
    params_open(&t->params, mae->params.be);
    vit_add(&t->vit, &t->params, &mae->config.encoder);
    params_place_zero(&t->params);
    params_follow(&t->params, &mae->params, 0);
}

void teacher_close(Teacher *t)
{
    if (t->params.be) params_close(&t->params);
}

void teacher_step(Teacher *t, const Mae *mae)
{
    if (t->momentum < 1) params_follow(&t->params, &mae->params, t->momentum);
}
