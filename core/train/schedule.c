#include "core/train/schedule.h"

#include <math.h>

double schedule_peak(double lr_per_256, int batch) { return lr_per_256 * batch / 256; }

double schedule_lr(const Schedule *s, double epoch)
{
    static const double PI = 3.14159265358979323846;
    if (epoch < s->warmup) return s->lr * epoch / s->warmup;
    if (epoch >= s->epochs) return s->min_lr;
    double way = (epoch - s->warmup) / (s->epochs - s->warmup);
    return s->min_lr + (s->lr - s->min_lr) * 0.5 * (1 + cos(PI * way));
}
