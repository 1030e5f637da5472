/* The learning rate over a training: linear warm-up, then half a cosine. */
#ifndef CORE_TRAIN_SCHEDULE_H
#define CORE_TRAIN_SCHEDULE_H

typedef struct {
    double lr, min_lr;     /* at the top, at the end                 */
    double warmup, epochs; /* 0 <= warmup <= epochs; may be fractions */
} Schedule;

/* The linear rule: 256 images a step train at lr_per_256. */
double schedule_peak(double lr_per_256, int batch);

/* epoch counts from 0 and has a fraction: epoch + step / steps.
 *
 *   e < warmup   lr e / warmup
 *   else         min + (lr - min) (1 + cos(pi (e - warmup) / (epochs - warmup))) / 2
 *
 * Past the end it stays at min.  Source: lr_sched.py in facebookresearch/mae. */
double schedule_lr(const Schedule *s, double epoch);

#endif
