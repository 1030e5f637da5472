#include "core/train/schedule.h"

#include <math.h>

double schedule_peak(double lr_per_256, int batch) { return lr_per_256 * batch / 256; }

static double cosine(const Schedule *s, double epoch)
{
    static const double PI = 3.14159265358979323846;
    if (epoch < s->warmup) return s->lr * epoch / s->warmup;
    if (epoch >= s->epochs) return s->min_lr;
    double way = (epoch - s->warmup) / (s->epochs - s->warmup);
    return s->min_lr + (s->lr - s->min_lr) * 0.5 * (1 + cos(PI * way));
}

static double warmed(const Schedule *s, double epoch)
{
    return epoch < s->warmup ? s->first + (1 - s->first) * epoch / s->warmup : 1;
}

static double linear(const Schedule *s, double epoch)
{
    if (epoch >= s->epochs) return s->min_lr;
    return s->min_lr + (s->lr - s->min_lr) * (1 - epoch / s->epochs);
}

static double stepped(const Schedule *s, double epoch)
{
    if (27 * epoch >= 26 * s->epochs) return s->lr / 100;
    return 9 * epoch >= 8 * s->epochs ? s->lr / 10 : s->lr;
}

double schedule_lr(const Schedule *s, double epoch)
{
    switch (s->shape) {
    case SCHEDULE_COSINE: return cosine(s, epoch);
    case SCHEDULE_LINEAR: return warmed(s, epoch) * linear(s, epoch);
    case SCHEDULE_STEPS: return warmed(s, epoch) * stepped(s, epoch);
    }
    return 0;
}
