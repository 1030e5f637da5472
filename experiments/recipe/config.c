#include "experiments/recipe/config.h"

#include "core/train/schedule.h"

#include <string.h>

static const struct { const char *word; int schema; } stages[STAGE_KINDS] = {
    [STAGE_PRETRAIN] = { "pretrain", 1 },
    [STAGE_KNN] = { "knn", 1 },
    [STAGE_LINEAR_CACHED] = { "linear-cached", 1 },
};

const char *stage_word(StageKind kind)
{
    CHECK(kind >= 0 && kind < STAGE_KINDS, "stage %d of %d", (int)kind, STAGE_KINDS);
    return stages[kind].word;
}

int stage_schema(StageKind kind)
{
    CHECK(kind >= 0 && kind < STAGE_KINDS, "stage %d of %d", (int)kind, STAGE_KINDS);
    return stages[kind].schema;
}

bool stage_of(StageKind *kind, const char *name)
{
    for (int s = 0; s < STAGE_KINDS; s++) {
        size_t n = strlen(stages[s].word);
        if (strncmp(name, stages[s].word, n) || (name[n] && name[n] != '-')) continue;
        *kind = (StageKind)s;
        return true;
    }
    return false;
}

MaeConfig config_mae(const Config *c, int channels, int height, int width)
{
    const ModelConfig *m = &c->model;
    return (MaeConfig){
        .encoder = { .channels = channels, .height = height, .width = width,
                     .patch = m->patch, .size = { m->width, m->depth, m->heads } },
        .decoder = { m->decoder_width, m->decoder_depth, m->decoder_heads },
        .normalized = !strcmp(c->pretrain.target, "normalized"),
    };
}

/* 0 is in no key's range where it means "not given". */
static void otherwise(int *given, int preset)
{
    if (!*given) *given = preset;
}

Status config_finish(Config *c, Err *err)
{
    MaeConfig preset;
    if (mae_preset(&preset, c->model.preset, err)) return err->code;
    otherwise(&c->model.width, preset.encoder.size.D);
    otherwise(&c->model.depth, preset.encoder.size.depth);
    otherwise(&c->model.heads, preset.encoder.size.heads);
    otherwise(&c->model.decoder_width, preset.decoder.D);
    otherwise(&c->model.decoder_depth, preset.decoder.depth);
    otherwise(&c->model.decoder_heads, preset.decoder.heads);

    PretrainConfig *p = &c->pretrain;
    if (p->lr == 0) p->lr = schedule_peak(p->lr_per_256, p->batch);
    if (!p->epochs) p->strategy = UNTRAINED, p->ratio = 0;
    c->linear.seed = c->seed;
    return STATUS_OK;
}
