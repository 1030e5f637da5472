#include "core/model/mae.h"

#include <criterion/criterion.h>

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const MaeConfig config = { .encoder = { 3, 16, 24, 4, { 32, 2, 4 } },
                                  .decoder = { 16, 1, 2 } };

static void open_model(Mae *m, const MaeConfig *c, uint64_t seed)
{
    Err            err;
    const Backend *be;
    cr_assert(!backend_open(&be, "cpu", &err), "%s", err.text);
    mae_open(m, be, c, seed);
}

static real *values_of(const Params *p, const char *name, size_t *n)
{
    const Param *q = params_find(p, name);
    cr_assert(q, "no %s", name);
    *n = tensor_count(q->tensor);
    real *x = malloc(*n * sizeof *x);
    p->be->read(x, q->tensor->data, *n);
    return x;
}

Test(params, decaying_first_then_spared_then_fixed)
{
    Mae m;
    open_model(&m, &config, 0);
    const Params *p = &m.params;
    for (int i = 0; i < p->n; i++) {
        const Param *q = &p->list[i];
        bool         fixed = strstr(q->name, "pos_embed") != NULL;
        bool         spared = !fixed && q->rank == 1;
        size_t       from = fixed ? p->trained : spared ? p->decayed : 0;
        size_t       to = fixed ? p->all : spared ? p->trained : p->decayed;
        cr_expect(from <= q->offset && q->offset + tensor_count(q->tensor) <= to, "%s",
                  q->name);
        cr_expect(q->offset * sizeof(real) % 64 == 0, "%s is not aligned", q->name);
        cr_expect(!q->tensor->wants_grad, "%s: a model just opened is frozen", q->name);
    }
    params_train(&m.params, 2);
    for (int i = 0; i < p->n; i++) {
        const Param *q = &p->list[i];
        cr_expect(q->tensor->wants_grad == q->trained, "%s", q->name);
    }
    mae_close(&m);
}

Test(params, start_as_the_reference_does)
{
    Mae    m;
    size_t n;
    open_model(&m, &config, 0);
    struct {
        const char *name;
        double      within, std;
    } known[] = {
        { "patch_embed.proj.weight", sqrt(6.0 / (32 + 48)), sqrt(2.0 / (32 + 48)) },
        { "patch_embed.proj.bias", 1 / sqrt(48), 1 / sqrt(3 * 48) },
        { "blocks.0.attn.qkv.weight", sqrt(6.0 / (32 + 96)), sqrt(2.0 / (32 + 96)) },
        { "blocks.1.mlp.fc2.weight", sqrt(6.0 / (32 + 128)), sqrt(2.0 / (32 + 128)) },
        { "cls_token", 0.1, 0.02 },
        { "mask_token", 0.1, 0.02 },
        { "blocks.0.attn.qkv.bias", 0, 0 },
        { "norm.bias", 0, 0 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        real  *x = values_of(&m.params, known[i].name, &n);
        double most = 0, sum = 0, slack = 4 / sqrt((double)n); /* of the estimate */
        for (size_t k = 0; k < n; k++) {
            most = fmax(most, fabs((double)x[k]));
            sum += (double)x[k] * (double)x[k];
        }
        double std = sqrt(sum / (double)n);
        cr_expect(most <= known[i].within * 1.000001, "%s: %g", known[i].name, most);
        cr_expect(fabs(std - known[i].std) <= slack * known[i].std,
                  "%s: deviation %g of %g", known[i].name, std, known[i].std);
        free(x);
    }
    real *gain = values_of(&m.params, "blocks.1.norm2.weight", &n);
    for (size_t k = 0; k < n; k++) cr_expect(gain[k] == 1);
    free(gain);
    mae_close(&m);
}

/* Two models of one seed share their encoder, whatever their decoders. */
Test(params, the_encoder_does_not_depend_on_the_decoder)
{
    Mae       a, b, other;
    size_t    n;
    MaeConfig deeper = config;
    deeper.decoder = (VitSize){ 24, 3, 3 };
    open_model(&a, &config, 7);
    open_model(&b, &deeper, 7);
    open_model(&other, &config, 8);
    real *x = values_of(&a.params, "blocks.1.mlp.fc1.weight", &n);
    real *y = values_of(&b.params, "blocks.1.mlp.fc1.weight", &n);
    real *z = values_of(&other.params, "blocks.1.mlp.fc1.weight", &n);
    cr_expect(!memcmp(x, y, n * sizeof *x));
    cr_expect(memcmp(x, z, n * sizeof *x));
    free(z), free(y), free(x);
    mae_close(&other), mae_close(&b), mae_close(&a);
}

/* A parameter that the loss does not reach would be trained by old gradients. */
Test(params, a_trained_one_must_get_a_gradient, .signal = SIGABRT)
{
    Mae m;
    open_model(&m, &config, 0);
    params_train(&m.params, 0);
    params_check_grads(&m.params);
}
