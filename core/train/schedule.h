/* The learning rate over a training: linear warm-up, then down. */
#ifndef CORE_TRAIN_SCHEDULE_H
#define CORE_TRAIN_SCHEDULE_H

typedef enum {
    SCHEDULE_COSINE, /* half a cosine, from the end of the warm-up on         */
    SCHEDULE_LINEAR, /* to min_lr at the end, from the beginning on           */
    SCHEDULE_STEPS   /* a tenth from 8/9 of the training on, again from 26/27 */
} ScheduleShape;

typedef struct {
    double lr, min_lr;     /* at the top, at the end; steps have no end  */
    double warmup, epochs; /* 0 <= warmup <= epochs; may be fractions    */
    ScheduleShape shape;
    double        first;   /* share of the rate that the warm-up begins with; a cosine's is 0 */
} Schedule;

/* The linear rule: 256 images a step train at lr_per_256. */
double schedule_peak(double lr_per_256, int batch);

/* epoch counts from 0 and has a fraction: epoch + step / steps.
 *
 *   cosine   e < warmup   lr e / warmup
 *            else         min + (lr - min) (1 + cos(pi (e - warmup) / (epochs - warmup))) / 2
 *   linear   w(e) (min + (lr - min) (1 - e / epochs))
 *   steps    w(e) lr, lr / 10, lr / 100
 *
 *   w(e) = first + (1 - first) e / warmup, at most 1
 *
 * Past the end it stays as it is there.  Sources: lr_sched.py in facebookresearch/mae; the
 * policy "poly" of power 1 of mmcv, as BEiT's UPerNet trains; the schedule of ViTDet in
 * detectron2, 163,889 and 177,546 of 184,375 steps. */
double schedule_lr(const Schedule *s, double epoch);

#endif
