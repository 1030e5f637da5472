#include "experiments/stages/training.h"

#include "core/base/threads.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

void training_plan(Training *t, Arena *host, long steps_per_epoch, int batch,
                   const Schedule *schedule)
{
    t->schedule = *schedule;
    t->batch = batch;
    t->steps_per_epoch = steps_per_epoch;
    t->steps = steps_per_epoch * (long)schedule->epochs;
    t->loss = ARENA_NEW(host, double, t->steps);
    for (long i = 0; i < t->steps; i++) t->loss[i] = (double)NAN;
}

void training_close(Training *t)
{
    gemmlog_stop();
    gemmlog_free(&t->log);
}

long training_epoch(const Training *t) { return t->step / t->steps_per_epoch; }
int  training_in_epoch(const Training *t) { return (int)(t->step % t->steps_per_epoch); }

static double lr_of(const Training *t, long step)
{
    return schedule_lr(&t->schedule, (double)step / (double)t->steps_per_epoch);
}

double training_lr(const Training *t) { return lr_of(t, t->step); }

Status training_loss(Training *t, const Backend *be, const Tensor *loss, Err *err)
{
    real    value;
    double *sum = &t->loss[t->step];
    be->read(&value, loss->data, 1);
    *sum = (isnan(*sum) ? 0 : *sum) + (double)value / (t->parts ? t->parts : 1);
    if (isfinite(value)) return STATUS_OK;
    return err_set(err, STATUS_FAILED, "the loss is %g", (double)value);
}

Status training_agree(Training *t, Status bad, double *sum, int n, Err *err)
{
    const Ranks r = stage_ranks(t->context);
    if (r.count == 1) return bad;
    sum[n] = t->loss[t->step];
    sum[n + 1] = stage_stopping(t->context);
    if (ranks_agree(&r, bad, sum, n + 2, err)) return err->code;
    t->loss[t->step] = sum[n] / r.count;
    t->asked = sum[n + 1] > 0;
    return STATUS_OK;
}

/* All have read the same state. */
static Status resume(Training *t, Err *err)
{
    const Ranks r = stage_ranks(t->context);
    Status      bad = training_resume(t, err);
    const double step = (double)t->step;
    double       sum[2] = { step, step * step };
    if (ranks_agree(&r, bad, sum, 2, err)) return err->code;
    if (r.count == 1 || sum[0] * sum[0] == r.count * sum[1]) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "the ranks have found states of different steps; %s must "
                   "be one folder that all of them see", t->context->results);
}

static void tell(const Training *t)
{
    stage_progress(t->context, &(StageProgress){
        .step = t->step, .steps = t->steps, .loss = t->loss[t->step - 1], .lr = training_lr(t),
        .images = (double)t->step * t->batch });
}

/* A full disk may have room again before the training ends. */
static Status save(const Training *t, bool stopping, Err *err)
{
    if (!training_save(t, err)) return STATUS_OK;
    if (stopping) return err->code;
    fprintf(stderr, "maskgrid: step %ld of %ld is not saved: %s\n", t->step, t->steps,
            err->text);
    return STATUS_OK;
}

static Status take_steps(Training *t, Err *err)
{
    const double start = clock_s(), before = t->wall_s, every = t->context->save_every_s;
    const bool   alone = stage_ranks(t->context).count == 1;
    double       saved = start;
    while (t->step < t->steps) {
        if (t->take(t->self, err))
            return err->code == STATUS_FAILED
                       ? err_in(err, "step %ld of %ld", t->step + 1, t->steps)
                       : training_stopped(t, err);
        double now = clock_s();
        t->step++;
        t->gflop += 1e-9 * gemmlog_take(&t->log) * t->ranks; /* each does as much */
        t->wall_s = before + now - start;
        tell(t);
        bool stopping = t->asked || (alone && stage_stopping(t->context));
        bool due = every > 0 && now - saved >= every && t->step < t->steps;
        if ((stopping || due) && save(t, stopping, err)) return err->code;
        if (due) saved = clock_s();
        if (stopping)
            return err_set(err, STATUS_STOPPED, "stopped at step %ld of %ld", t->step, t->steps);
    }
    return STATUS_OK;
}

Status training_run(Training *t, Err *err)
{
    t->began_s = (double)time(NULL);
    t->ranks = stage_ranks(t->context).count;
    t->threads = threads_get();
    if (resume(t, err)) return err->code;
    t->sittings++;
    gemmlog_start(&t->log);
    if (take_steps(t, err)) return err->code;
    if (params_finite(t->params)) return STATUS_OK;
    return err_set(err, STATUS_FAILED, "step %ld of %ld: weights are not finite", t->step,
                   t->steps);
}

void training_curves(const Training *t, Record *r, Arena *host, const char *name,
                     const char *loss)
{
    const size_t n = (size_t)t->steps;
    double      *step = ARENA_NEW(host, double, n), *epoch = ARENA_NEW(host, double, n);
    double      *lr = ARENA_NEW(host, double, n), sum = 0;
    char         key[64], label[128];
    for (size_t i = 0; i < n; i++) {
        step[i] = (double)i + 1;
        epoch[i] = step[i] / (double)t->steps_per_epoch;
        lr[i] = lr_of(t, (long)i);
    }
    record_axis(r, "step", step, n, "1", "step");
    record_curve(r, "epoch", "step", epoch, n, "1", "epochs done");
    record_curve(r, "loss", "step", t->loss, n, "1", loss);
    record_curve(r, "lr", "step", lr, n, "1", "learning rate");

    for (long i = t->steps - t->steps_per_epoch; i < t->steps; i++) sum += t->loss[i];
    snprintf(key, sizeof key, "%s_loss", name);
    snprintf(label, sizeof label, "%s, mean of the last epoch", loss);
    record_metric(r, key, sum / (double)t->steps_per_epoch, "1", label, LOWER);
}

void training_cost(const Training *t, Record *r, const char *name)
{
    char key[64];
    snprintf(key, sizeof key, "%s_gflop", name);
    record_metric(r, key, t->gflop, "Gflop", "products of matrices of the whole training, "
                  "with all that goes beside it", LOWER);
    snprintf(key, sizeof key, "%s_s", name);
    record_metric(r, key, t->wall_s, "s", "time of the whole training", LOWER);
    record_cost(r, t->wall_s, (double)t->steps * t->batch);
    record_sittings(r, t->sittings, t->began_s);
    if (t->begun_by[0]) record_text(r, "begun_by", t->begun_by);
}
