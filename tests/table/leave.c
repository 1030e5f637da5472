#include "tests/table/leave.h"

#include "core/base/file.h"

#include <criterion/criterion.h>

void leave_record(const Cell *c, StageKind stage, const char *folder, Left metric)
{
    char    path[CELL_PATH];
    Record *r;
    Text    config = { 0 };
    Err     err;
    cell_folder(path, folder, c);
    cr_assert(!file_make_folders(path, &err), "%s", err.text);
    cell_record(path, folder, c, stage);
    cell_canonical(c, stage, &config);
    const RecordHead head = { .stage = stage_word(stage), .id = c->stage[stage].id,
                              .title = "test", .config = text_get(&config), .threads = 1,
                              .strategy = c->config.pretrain.strategy,
                              .seed = (int64_t)c->config.seed,
                              .ratio = c->config.pretrain.ratio, .rows = c->rows,
                              .cols = c->cols, .K = c->K };
    cr_assert(!record_open(&r, path, &head, &err), "%s", err.text);
    if (stage != STAGE_PRETRAIN) record_text(r, "builds_on", c->stage[STAGE_PRETRAIN].id);
    if (metric.name)
        record_metric(r, metric.name, metric.x, "percent", "accuracy", metric.better);
    cr_assert(!record_close(r, &err), "%s", err.text);
    text_free(&config);
}

void leave_knn(const Cell *c, const char *folder, double top1)
{
    leave_record(c, STAGE_PRETRAIN, folder, (Left){ NULL, 0, NEITHER });
    leave_record(c, STAGE_KNN, folder, (Left){ "knn_top1", top1, HIGHER });
}
