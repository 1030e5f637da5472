#include "experiments/lint/subject.h"

const int usual_grids[GRIDS][2] = { { 1, 37 },  { 7, 7 },  { 8, 8 },
                                    { 14, 14 }, { 9, 27 }, { 32, 20 } };

void usual_counts(int K[COUNTS], int L)
{
    static const double ratio[] = { 0.25, 0.5, 0.75, 0.9 };
    K[0] = 1, K[1] = L - 1;
    for (int i = 2; i < COUNTS; i++) K[i] = mask_visible(L, ratio[i - 2]);
}

int subject_grids(const Subject *s) { return s->recorded ? 1 : GRIDS + (s->rows > 0); }

void subject_grid(const Subject *s, int grid, int *rows, int *cols)
{
    bool own = s->recorded || grid == GRIDS;
    *rows = own ? s->rows : usual_grids[grid][0];
    *cols = own ? s->cols : usual_grids[grid][1];
}

uint64_t subject_image(const Subject *s, uint64_t k)
{
    const Recording *r = s->recorded;
    return r ? (uint64_t)r->image[k % r->images] : k;
}

uint64_t subject_epoch(const Subject *s, uint64_t k)
{
    const Recording *r = s->recorded;
    return r ? (uint64_t)r->epoch[k / r->images % r->epochs] : 0;
}

Status subject_open(const Subject *s, Mask **m, int rows, int cols, Err *err)
{
    if (s->open(m, s->spec, rows, cols, err))
        return err_in(err, "%d x %d patches", rows, cols);
    trace_beat(s->trace, 1);
    return STATUS_OK;
}

void subject_draw(const Subject *s, const Mask *m, int *ids, const MaskView *view,
                  uint64_t epoch, uint64_t image, int K)
{
    mask_draw(m, ids, view, SUBJECT_SEED, epoch, image, K);
    trace_beat(s->trace, 1);
}

/* Images far from each other; how many. */
static int find_images(Case *c, const Recording *r)
{
    int      few = c->L > 1024 ? 2 : CASE_IMAGES; /* attention grows with the square */
    uint64_t step = r && r->images > CASE_IMAGES ? r->images / CASE_IMAGES : 1;
    for (uint64_t n = 0; n < CASE_IMAGES; n++)
        c->images[n] = r ? subject_image(c->subject, n * step) : n * n * 1000003;
    return r && r->images < (size_t)few ? (int)r->images : few;
}

Status case_open(Case *c, const Subject *s, int grid, Err *err)
{
    const Recording *r = s->recorded;
    *c = (Case){ .subject = s, .counts = r ? 1 : COUNTS };
    subject_grid(s, grid, &c->rows, &c->cols);
    c->L = c->rows * c->cols;
    c->K = r ? r->K : mask_visible(c->L, 0.75);
    if (r) c->count[0] = r->K;
    else usual_counts(c->count, c->L);
    if (subject_open(s, &c->mask, c->rows, c->cols, err)) return err->code;
    int few = find_images(c, r);
    invented_open(&c->in, mask_needs(c->mask), c->rows, c->cols, c->images, few);
    return STATUS_OK;
}

void case_close(Case *c)
{
    invented_close(&c->in);
    mask_close(c->mask);
}

void case_draw_shown(const Case *c, int *ids, int n, int of, uint64_t epoch, int K)
{
    MaskView v = invented_view(&c->in, of);
    subject_draw(c->subject, c->mask, ids, &v, epoch, c->images[n], K);
}

void case_draw(const Case *c, int *ids, int n, uint64_t epoch, int K)
{
    case_draw_shown(c, ids, n, mask_partner(c->mask, n, c->in.N), epoch, K);
}

int case_keys(const Case *c) { return c->L > 1024 ? 8 : CASE_KEYS; }

void case_draw_key(const Case *c, int *ids, int k)
{
    case_draw(c, ids, k % c->in.N, (uint64_t)(k / c->in.N), c->K);
}
