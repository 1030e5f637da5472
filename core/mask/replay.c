#include "core/mask/replay.h"

#include "core/mask/opened.h"

#include <math.h>

typedef struct { const Recording *recording; } Replay;

/* First the visible, next the thrown, last the hidden: their places in a ranking. */
static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    static const float place[] = {
        [RECORDED_VISIBLE] = 0, [RECORDED_THROWN] = 0.5F, [RECORDED_HIDDEN] = 1
    };
    const Recording *r = ((const Replay *)self)->recording;
    uint8_t          patches[MASK_MAX_PATCHES];
    uint64_t         epoch, image;
    rng_place(rng, &epoch, &image);
    CHECK(v->rows == r->rows && v->cols == r->cols && v->K == r->K,
          "recorded masks of %d x %d patches, %d visible, asked for %d x %d, %d", r->rows,
          r->cols, r->K, v->rows, v->cols, v->K);
    recording_get(r, patches, epoch, image);
    for (int i = 0; i < r->rows * r->cols; i++) out[i] = place[patches[i]];
}

Status replay_open(MaskStrategy *s, const char *file, Err *err)
{
    Recording *r;
    if (recording_read(&r, file, err)) return err->code;
    Replay *initial = ARENA_NEW(&r->arena, Replay, 1);
    initial->recording = r;
    *s = (MaskStrategy){
        .abi = MASK_ABI,
        .bytes = sizeof *s,
        .about = "recorded masks, the same patches once more",
        .source = "a file of masks, this suite's or another program's",
        .family = "others",
        .size = sizeof *initial,
        .initial = initial,
        .score = score,
    };
    return STATUS_OK;
}

const Recording *replay_of(const MaskStrategy *s)
{
    return s->score == score ? ((const Replay *)s->initial)->recording : NULL;
}

const Recording *replay_in(const Mask *m)
{
    const Recording *r = m->n ? NULL : replay_of(&m->strategy);
    for (int i = 0; i < m->n && !r; i++) r = replay_in(m->part[i]);
    return r;
}

Status replay_fits(const MaskStrategy *s, const char *name, int rows, int cols, Err *err)
{
    const Recording *r = replay_of(s);
    if (!r || (r->rows == rows && r->cols == cols)) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "%s: its masks are of %d x %d patches, not of %d x %d",
                   name, r->rows, r->cols, rows, cols);
}

static Status check_one(const Mask *m, const Recording *r, int K, uint64_t first, uint64_t n,
                        Err *err)
{
    if (r->K != K)
        return err_set(err, STATUS_CONFIG, "%s: its masks have %d of %d patches visible, not "
                       "the %d that are asked for", mask_spec(m), r->K, r->rows * r->cols, K);
    for (uint64_t i = first; i < first + n; i++)
        if (!recording_has(r, i))
            return err_set(err, STATUS_CONFIG, "%s: has no mask of image %llu; %zu images are "
                           "recorded, %lld to %lld", mask_spec(m), (unsigned long long)i,
                           r->images, (long long)r->image[0],
                           (long long)r->image[r->images - 1]);
    return STATUS_OK;
}

Status replay_check(const Mask *m, int K, uint64_t first, uint64_t n, Err *err)
{
    for (int i = 0; i < m->n; i++) {
        if (m->form == FORM_UNION && replay_of(&m->part[i]->strategy))
            return err_set(err, STATUS_CONFIG, "%s: recorded masks are whole and cannot be part "
                           "of a union", mask_spec(m->part[i]));
        if (replay_check(m->part[i], K, first, n, err)) return err->code;
    }
    const Recording *r = m->n ? NULL : replay_of(&m->strategy);
    return r ? check_one(m, r, K, first, n, err) : STATUS_OK;
}

void replay_notice(Text *out, const Mask *m, uint64_t first, uint64_t n)
{
    const Recording *r = m->n ? NULL : replay_of(&m->strategy);
    if (r) recording_notice(out, r, mask_spec(m), first, n);
    for (int i = 0; i < m->n; i++) {
        bool     schedule = m->form == FORM_SCHEDULE;
        double   from = schedule && i ? m->share[i - 1] : 0;
        double   to = schedule ? fmin(m->share[i], 1) : 1;
        uint64_t skip = (uint64_t)(from * (double)n), end = (uint64_t)ceil(to * (double)n);
        replay_notice(out, m->part[i], first + skip, end - skip);
    }
}
