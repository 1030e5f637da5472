/* A training step as it is measured: forward, backward and AdamW on random pictures
 * under random masks. */
#ifndef EXPERIMENTS_BENCH_STEP_H
#define EXPERIMENTS_BENCH_STEP_H

#include "core/mask/draw.h"
#include "core/model/mae.h"
#include "core/train/adamw.h"

typedef struct {
    const char *preset;     /* micro, tiny, small, base or large      */
    int         side, channels, patch;
    int         batch;
    double      ratio;
    int         threads;    /* 0: as many as there are                */
    bool        recompute;  /* blocks keep their input only           */
    bool        on_request; /* too large to be measured without being
                               asked for                              */
} StepConfig;

/* The shapes that the literature and other programs are measured at; ends with { 0 }. */
extern const StepConfig step_presets[];

/* One of them; aborts if there is none. */
const StepConfig *step_preset(const char *name);

typedef struct {
    StepConfig config;
    Mae        mae;
    AdamW      adamw;
    Tape       tape;
    Arena      host, pictures; /* the second is the backend's */
    Mask      *mask;
    Tensor    *images;  /* [batch, channels, side, side], the same in each step */
    int       *ids;     /* [batch, L] */
    uint64_t  *numbers; /* [batch]    */
    int        L, K;
    uint64_t   epoch;   /* steps done: each has masks of its own */
} Step;

/* The model of a step. */
MUST_USE Status step_mae(MaeConfig *m, const StepConfig *c, Err *err);

/* Sets the threads of this process.  STATUS_CONFIG if the sizes do not fit. */
MUST_USE Status step_open(Step *s, const StepConfig *c, Err *err);
void            step_show(Step *s, const real *images); /* others from now on */
void            step_run(Step *s); /* the two that follow */
Tensor         *step_forward(Step *s); /* the loss */
void            step_backward(Step *s, Tensor *loss);
void            step_close(Step *s);

/* What the process will take at its peak, by core/train/footprint.h. */
double step_predicted_bytes(const Step *s);

#endif
