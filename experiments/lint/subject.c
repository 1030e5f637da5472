#include "experiments/lint/subject.h"

const int usual_grids[GRIDS][2] = { { 1, 37 },  { 7, 7 },  { 8, 8 },
                                    { 14, 14 }, { 9, 27 }, { 32, 20 } };

void usual_counts(int K[COUNTS], int L)
{
    static const double ratio[] = { 0.25, 0.5, 0.75, 0.9 };
    K[0] = 1, K[1] = L - 1;
    for (int i = 2; i < COUNTS; i++) K[i] = mask_visible(L, ratio[i - 2]);
}

int subject_grids(const Subject *s) { return GRIDS + (s->rows > 0); }

Status subject_open(const Subject *s, Mask **m, int rows, int cols, Err *err)
{
    if (s->open(m, s->spec, rows, cols, err))
        return err_in(err, "%d x %d patches", rows, cols);
    if (s->beat) ++*s->beat;
    return STATUS_OK;
}

void subject_draw(const Subject *s, const Mask *m, int *ids, const MaskView *view,
                  uint64_t epoch, uint64_t image, int K)
{
    mask_draw(m, ids, view, SUBJECT_SEED, epoch, image, K);
    if (s->beat) ++*s->beat;
}

Status case_open(Case *c, const Subject *s, int grid, Err *err)
{
    *c = (Case){ .subject = s,
                 .rows = grid < GRIDS ? usual_grids[grid][0] : s->rows,
                 .cols = grid < GRIDS ? usual_grids[grid][1] : s->cols };
    c->L = c->rows * c->cols;
    for (int n = 0; n < CASE_IMAGES; n++) c->images[n] = (uint64_t)n * (uint64_t)n * 1000003;
    if (subject_open(s, &c->mask, c->rows, c->cols, err)) return err->code;
    int few = c->L > 1024 ? 2 : CASE_IMAGES; /* attention grows with the square */
    invented_open(&c->in, mask_needs(c->mask), c->rows, c->cols, c->images, few);
    return STATUS_OK;
}

void case_close(Case *c)
{
    invented_close(&c->in);
    mask_close(c->mask);
}

void case_draw(const Case *c, int *ids, int n, uint64_t epoch, int K)
{
    MaskView v = invented_view(&c->in, n);
    subject_draw(c->subject, c->mask, ids, &v, epoch, c->images[n], K);
}

int case_keys(const Case *c) { return c->L > 1024 ? 8 : CASE_KEYS; }

void case_draw_key(const Case *c, int *ids, int k)
{
    case_draw(c, ids, k % c->in.N, (uint64_t)(k / c->in.N), mask_visible(c->L, 0.75));
}
