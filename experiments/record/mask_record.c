#include "experiments/record/mask_record.h"

#include "core/base/arena.h"
#include "core/base/hash.h"
#include "core/base/text.h"
#include "core/mask/recording.h"
#include "experiments/record/record.h"

static void put_config(Text *out, const MaskRecord *m)
{
    char ratio[32], first[32], last[32];
    text_from_double(ratio, m->ratio);
    text_from_double(first, m->progress[0]);
    text_from_double(last, m->progress[m->epochs - 1]);
    text_add(out, "stage: masks\nstrategy: %s\ngrid: %dx%d\nratio: %s\nvisible: %d\nthrown: %d\n"
             "seed: %llu\nprogress: %s..%s\nseen: %s\nepochs: %lld..%lld\n"
             "images: %lld..%lld\n", m->strategy, m->rows, m->cols, ratio, m->K, m->T,
             (unsigned long long)m->seed, first, last, m->seen, (long long)m->epoch,
             (long long)m->epoch + (long long)m->epochs - 1,
             (long long)m->image, (long long)m->image + (long long)m->images - 1);
}

static void put_numbers(Record *r, Arena *a, const char *name, int64_t first, size_t n,
                        const char *long_name)
{
    int64_t *x = ARENA_NEW(a, int64_t, n);
    for (size_t i = 0; i < n; i++) x[i] = first + (int64_t)i;
    record_data(r, &(H5Set){ .name = name, .kind = NUMBER_INT64, .rank = 1, .dim = { n },
                             .units = "1", .long_name = long_name }, x);
}

static void put_bits(Record *r, const MaskRecord *m, const char *name, const uint8_t *bits,
                     const char *long_name)
{
    size_t bytes = recording_bytes(m->rows * m->cols);
    record_data(r, &(H5Set){ .name = name, .kind = NUMBER_UINT8, .rank = 3,
                             .dim = { m->epochs, m->images, bytes }, .units = "1",
                             .long_name = long_name,
                             .scale = { "masks/epoch", "masks/image" } }, bits);
}

Status mask_record_write(const char *path, const MaskRecord *m, Err *err)
{
    Record *r;
    Arena   a;
    Hash    h;
    Text    config = { 0 };
    char    id[HASH_HEX];
    put_config(&config, m);
    hash_start(&h);
    hash_text(&h, text_get(&config));
    hash_end(&h, id);
    RecordHead head = { .stage = "masks", .id = id, .title = "recorded masks",
                        .config = text_get(&config), .strategy = m->strategy,
                        .seed = (int64_t)m->seed, .ratio = m->ratio, .rows = m->rows,
                        .cols = m->cols, .K = m->K, .threads = 1 };
    Status bad = record_open(&r, path, &head, err);
    text_free(&config);
    if (bad) return bad;

    arena_open(&a, "masks", NULL, NULL);
    record_text(r, "seen", m->seen);
    put_numbers(r, &a, "masks/epoch", m->epoch, m->epochs, "epoch");
    put_numbers(r, &a, "masks/image", m->image, m->images, "number of the image in its set");
    record_data(r, &(H5Set){ .name = "masks/progress", .kind = NUMBER_DOUBLE, .rank = 1,
                             .dim = { m->epochs }, .units = "1",
                             .long_name = "share of training done",
                             .scale = { "masks/epoch" } }, m->progress);
    put_bits(r, m, "masks/hidden", m->hidden,
             "a bit per patch, 1 hidden, first in the highest bit");
    if (m->T)
        put_bits(r, m, "masks/thrown", m->thrown,
                 "a bit per patch, 1 thrown: neither visible nor hidden");
    arena_close(&a);
    return record_close(r, err);
}
