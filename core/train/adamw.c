#include "core/train/adamw.h"

#include "core/tape/ops.h"

AdamWConfig adamw_defaults(void) { return (AdamWConfig){ 0.9, 0.95, 1e-8, 0.05 }; }

void adamw_open(AdamW *o, Params *params, const AdamWConfig *c)
{
    *o = (AdamW){ .params = params, .config = *c };
    params_train(params, 2);
}

static void step_one(const AdamW *o, const Param *q, const real *grad, double lr)
{
    const AdamWConfig *c = &o->config;
    const Params      *p = o->params;
    const Tensor      *x = q->tensor;
    p->be->adamw(x->data, p->moment[0] + q->offset, p->moment[1] + q->offset, grad,
                 tensor_count(x), lr * q->rate, c->beta1, c->beta2, c->eps,
                 q->decays ? c->decay : 0, o->steps);
}

typedef struct {
    AdamW *const *all;
    int           n;
    double        lr;
    int           part, parts; /* of a batch */
} Step;

static void send(AdamW *o, const Param *q, const real *grad)
{
    size_t n = tensor_count(q->tensor);
    o->params->be->read(mean_room(o->mean, n), grad, n);
    mean_push(o->mean);
    o->order[o->sent++] = q;
}

static void step_its_own(void *env, Tensor *x)
{
    const Step  *s = env;
    const Param *q = NULL;
    int          i = 0;
    while (i < s->n && !(q = params_of(s->all[i]->params, x))) i++;
    CHECK(q, "a gradient for what is none of the parameters");
    AdamW      *o = s->all[i];
    const real *grad = x->grad;
    if (s->parts > 1) {
        real *sum = o->sum + q->offset;
        o->params->be->add_bwd((Share){ sum, s->part ? 1 : 0 }, grad, tensor_count(x));
        grad = sum;
    }
    if (s->part < s->parts - 1) return;
    if (o->mean) send(o, q, grad);
    else step_one(o, q, grad, s->lr);
}

/* In the order they were sent, which is that of the tape and the same on all ranks. */
static void step_shared(AdamW *o, double lr)
{
    mean_end(o->mean);
    for (int i = 0; i < o->sent; i++) {
        const Param *q = o->order[i];
        size_t       n = tensor_count(q->tensor);
        real        *grad = o->sum + q->offset;
        o->params->be->write(grad, mean_wait(o->mean, n), n);
        step_one(o, q, grad, lr);
    }
}

void adamw_step(AdamW *o, double lr)
{
    Params *p = o->params;
    params_check_grads(p);
    o->steps++;
    for (int i = 0; i < p->n; i++)
        if (p->list[i].trained) step_one(o, &p->list[i], p->list[i].tensor->grad, lr);
    params_forget_grads(p);
}

void adamw_backward(AdamW *o, Tape *t, Tensor *loss, double lr)
{
    adamw_backward_all(&o, 1, t, loss, lr);
}

static void begin(AdamW *o)
{
    o->steps++;
    o->sent = 0;
    if (o->mean) mean_begin(o->mean);
}

static void backward(Step s, Tape *t, Tensor *loss)
{
    bool last = s.part == s.parts - 1;
    for (int i = 0; i < s.n && last; i++) begin(s.all[i]);
    tape_backward_each(t, loss, step_its_own, &s);
    for (int i = 0; i < s.n; i++) {
        if (last && s.all[i]->mean) step_shared(s.all[i], s.lr);
        params_check_grads(s.all[i]->params);
        params_forget_grads(s.all[i]->params);
    }
}

void adamw_backward_all(AdamW *const *all, int n, Tape *t, Tensor *loss, double lr)
{
    backward((Step){ all, n, lr, 0, 1 }, t, loss);
}

void adamw_gather(AdamW *o)
{
    CHECK(!o->sum, "room for gradients, twice");
    o->sum = ARENA_NEW(&o->params->values, real, o->params->trained);
}

void adamw_share(AdamW *o, const Ranks *r)
{
    Params *p = o->params;
    CHECK(!o->mean, "shared twice");
    if (r->count == 1) return;
    if (!o->sum) adamw_gather(o);
    o->order = ARENA_NEW(&p->host, const Param *, p->n);
    o->mean = mean_new(r, &p->host, p->trained);
}

void adamw_backward_part(AdamW *o, Tape *t, Tensor *loss, double lr, int part, int parts)
{
    CHECK(part >= 0 && part < parts && (parts == 1 || o->sum), "part %d of %d", part, parts);
    if (parts > 1) loss = op_times(t, loss, 1.0 / parts);
    backward((Step){ &o, 1, lr, part, parts }, t, loss);
}
