#include "experiments/figures/pictures.h"

#include <string.h>

static const uint8_t HIDDEN_COLOUR[3] = { 188, 200, 220 };

static Status read_arrays(Pictures *p, H5 *f, const Cell *c, Arena *a, Err *err)
{
    H5Set original = { .name = "reconstruction/original", .kind = NUMBER_UINT8, .rank = 4 };
    H5Set completed = { .name = "reconstruction/reconstruction", .kind = NUMBER_UINT8, .rank = 4 };
    H5Set hidden = { .name = "reconstruction/hidden", .kind = NUMBER_UINT8, .rank = 2 };
    void *x, *y, *z;
    if (h5_get(f, &original, a, &x, err) || h5_get(f, &completed, a, &y, err) ||
        h5_get(f, &hidden, a, &z, err))
        return err->code;
    const size_t *dim = original.dim;
    if (memcmp(dim, completed.dim, 4 * sizeof *dim) || hidden.dim[0] != dim[0] ||
        hidden.dim[1] != (size_t)(c->rows * c->cols) || dim[1] % (size_t)c->rows ||
        dim[2] % (size_t)c->cols || (dim[3] != 1 && dim[3] != 3) || dim[1] > 2048 ||
        dim[2] > 2048)
        return err_set(err, STATUS_FORMAT, "%s: sizes in reconstruction disagree",
                       c->stage[STAGE_PRETRAIN].id);
    *p = (Pictures){ x, y, z, dim[0], dim[1], dim[2], dim[3], c->rows, c->cols };
    return STATUS_OK;
}

Status pictures_read(Pictures *p, const Results *r, int row, int seed, Arena *a, Err *err)
{
    H5 *f;
    *p = (Pictures){ .n = 0 };
    if (results_state(r, STAGE_PRETRAIN, row, seed) != POINT_DONE) return STATUS_OK;
    if (results_record(r, STAGE_PRETRAIN, row, seed, &f, err)) return err->code;
    Status bad = h5_has(f, "reconstruction")
                     ? read_arrays(p, f, r->rows[row].cells[seed], a, err) : STATUS_OK;
    h5_close(f);
    return bad;
}

Status pictures_of_row(Pictures *p, const Results *r, int row, Arena *a, Err *err)
{
    *p = (Pictures){ .n = 0 };
    for (int k = 0; k < r->n_seeds && !p->n; k++)
        if (pictures_read(p, r, row, k, a, err)) return err->code;
    return STATUS_OK;
}

void picture_draw(Image *out, const Pictures *p, PictureKind kind, size_t i, int zoom)
{
    const uint8_t *from = (kind == PICTURE_COMPLETED ? p->completed : p->original) +
                          i * p->H * p->W * p->C;
    const uint8_t *hidden = p->hidden + i * (size_t)(p->rows * p->cols);
    const size_t   down = p->H / (size_t)p->rows, across = p->W / (size_t)p->cols;
    const size_t   times = (size_t)zoom;
    image_size(out, (int)p->H * zoom, (int)p->W * zoom, 3);
    for (size_t v = 0; v < p->H * times; v++)
        for (size_t u = 0; u < p->W * times; u++) {
            size_t         y = v / times, x = u / times;
            const uint8_t *pixel = from + (y * p->W + x) * p->C;
            bool           is_hidden = hidden[y / down * (size_t)p->cols + x / across];
            if (kind == PICTURE_VISIBLE && is_hidden) pixel = HIDDEN_COLOUR;
            for (size_t c = 0; c < 3; c++)
                out->pixels[3 * (v * p->W * times + u) + c] =
                    pixel[pixel == HIDDEN_COLOUR || p->C == 3 ? c : 0];
        }
}

/* --- shares -------------------------------------------------------------------- */

Status shares_read(double **share, int *rows, int *cols, const Results *r, int row, int seed,
                   Arena *a, Err *err)
{
    H5   *f;
    H5Set set = { .name = "maps/visible_share", .kind = NUMBER_DOUBLE, .rank = 2 };
    void *x = NULL;
    *share = NULL;
    if (results_state(r, STAGE_PRETRAIN, row, seed) != POINT_DONE) return STATUS_OK;
    if (results_record(r, STAGE_PRETRAIN, row, seed, &f, err)) return err->code;
    Status bad = h5_has(f, set.name) ? h5_get(f, &set, a, &x, err) : STATUS_OK;
    h5_close(f);
    if (bad || !x || !set.dim[0] || !set.dim[1]) return bad;
    *share = x, *rows = (int)set.dim[0], *cols = (int)set.dim[1];
    return STATUS_OK;
}

Status shares_of_row(double **share, int *rows, int *cols, const Results *r, int row, Arena *a,
                     Err *err)
{
    int n = 0;
    *share = NULL;
    for (int k = 0; k < r->n_seeds; k++) {
        double *x;
        int     height, width;
        if (shares_read(&x, &height, &width, r, row, k, a, err)) return err->code;
        if (!x) continue;
        if (!n) *share = x, *rows = height, *cols = width;
        else if (height != *rows || width != *cols) continue;
        n++;
        for (int i = 0; i < height * width && n > 1; i++)
            (*share)[i] += (x[i] - (*share)[i]) / n;
    }
    return STATUS_OK;
}
