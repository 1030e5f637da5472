#include "core/mask/recording.h"

#include "core/base/h5.h"
#include "core/mask/opened.h"

#include <stdlib.h>
#include <string.h>

static const char EPOCH[] = "masks/epoch", IMAGE[] = "masks/image", HIDDEN[] = "masks/hidden";

/* --- the file ---------------------------------------------------------------- */

static Status read_sizes(Recording *r, H5 *f, const char *path, Err *err)
{
    int64_t rows, cols, K;
    if (h5_get_whole(f, "/", "rows", &rows, err) || h5_get_whole(f, "/", "cols", &cols, err) ||
        h5_get_whole(f, "/", "visible", &K, err))
        return err->code;
    if (rows < 1 || cols < 1 || rows > MASK_MAX_PATCHES || cols > MASK_MAX_PATCHES / rows ||
        rows * cols < 2)
        return err_set(err, STATUS_FORMAT, "%s: a grid of %lld x %lld; it must have 2 to %d "
                       "patches", path, (long long)rows, (long long)cols, MASK_MAX_PATCHES);
    if (K < 1 || K >= rows * cols)
        return err_set(err, STATUS_FORMAT, "%s: %lld of %lld patches visible", path,
                       (long long)K, (long long)(rows * cols));
    r->rows = (int)rows, r->cols = (int)cols, r->K = (int)K;
    r->bytes = recording_bytes(r->rows * r->cols);
    return STATUS_OK;
}

/* x [n] whole numbers from 0 on, each greater than the one before, or the next. */
static Status read_numbers(Recording *r, H5 *f, const char *path, const char *name,
                           int64_t most, bool next, const int64_t **x, size_t *n, Err *err)
{
    H5Set set = { .name = name, .kind = NUMBER_INT64, .rank = 1 };
    void *found;
    if (h5_get(f, &set, &r->arena, &found, err)) return err->code;
    *x = found, *n = set.dim[0];
    if (!*n) return err_set(err, STATUS_FORMAT, "%s: %s: empty", path, name);
    for (size_t i = 0; i < *n; i++) {
        int64_t before = i ? (*x)[i - 1] : -1, here = (*x)[i];
        if (here <= before || here > most || (next && i && here != before + 1))
            return err_set(err, STATUS_FORMAT, "%s: %s: %lld at [%zu], behind %lld", path, name,
                           (long long)here, i, (long long)before);
    }
    return STATUS_OK;
}

/* Bits behind the last patch are 0, so that equal masks are equal bytes. */
static int count_hidden(const uint8_t *bits, size_t bytes, int L)
{
    int n = 0;
    for (size_t i = 0; i < bytes; i++) n += __builtin_popcount(bits[i]);
    return L % 8 && bits[bytes - 1] & 0xff >> L % 8 ? -1 : n;
}

static Status check_masks(const Recording *r, const char *path, Err *err)
{
    const int L = r->rows * r->cols;
    for (size_t e = 0; e < r->epochs; e++)
        for (size_t i = 0; i < r->images; i++) {
            int n = count_hidden(r->hidden + (e * r->images + i) * r->bytes, r->bytes, L);
            if (n == L - r->K) continue;
            if (n < 0)
                return err_set(err, STATUS_FORMAT, "%s: %s: mask [%zu, %zu] has bits behind "
                               "its %d patches", path, HIDDEN, e, i, L);
            return err_set(err, STATUS_FORMAT, "%s: %s: mask [%zu, %zu] hides %d of %d patches, "
                           "expected %d", path, HIDDEN, e, i, n, L, L - r->K);
        }
    return STATUS_OK;
}

static Status read_all(Recording *r, H5 *f, const char *path, Err *err)
{
    H5Set set = { .name = HIDDEN, .kind = NUMBER_UINT8, .rank = 3 };
    void *bits;
    if (read_sizes(r, f, path, err) ||
        read_numbers(r, f, path, EPOCH, UINT32_MAX, true, &r->epoch, &r->epochs, err) ||
        read_numbers(r, f, path, IMAGE, ((int64_t)1 << 56) - 1, false, &r->image, &r->images,
                     err) ||
        h5_get(f, &set, &r->arena, &bits, err))
        return err->code;
    if (set.dim[0] != r->epochs || set.dim[1] != r->images || set.dim[2] != r->bytes)
        return err_set(err, STATUS_FORMAT, "%s: %s: [%zu, %zu, %zu], expected [%zu, %zu, %zu]: "
                       "epochs, images, bytes of %d patches", path, HIDDEN, set.dim[0],
                       set.dim[1], set.dim[2], r->epochs, r->images, r->bytes,
                       r->rows * r->cols);
    r->hidden = bits;
    return check_masks(r, path, err);
}

Status recording_read(Recording **out, const char *path, Err *err)
{
    H5 *f;
    if (h5_open(&f, path, err)) return err->code;
    Recording *r = calloc(1, sizeof *r);
    CHECK(r, "no memory for recorded masks");
    arena_open(&r->arena, "recorded masks", NULL, NULL);
    Status bad = read_all(r, f, path, err);
    h5_close(f);
    if (bad) recording_close(r);
    else *out = r;
    return bad;
}

void recording_close(Recording *r)
{
    if (!r) return;
    arena_close(&r->arena);
    free(r);
}

/* --- masks ------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Where an image is; often they are all there from the first on. */
static const int64_t *find(const Recording *r, uint64_t image)
{
    int64_t  number = (int64_t)image;
    uint64_t there = image - (uint64_t)r->image[0];
    if (there < r->images && r->image[there] == number) return r->image + there;
    return bsearch(&number, r->image, r->images, sizeof *r->image, by_number);
}

bool recording_has(const Recording *r, uint64_t image) { return find(r, image) != NULL; }

void recording_get(const Recording *r, uint8_t *hidden, uint64_t epoch, uint64_t image)
{
    const int64_t *at = find(r, image);
    CHECK(at, "image %llu is not among the %zu recorded", (unsigned long long)image, r->images);
    uint64_t       E = r->epochs, first = (uint64_t)r->epoch[0] % E;
    size_t         e = (size_t)((epoch % E + E - first) % E);
    const uint8_t *bits = r->hidden + (e * r->images + (size_t)(at - r->image)) * r->bytes;
    for (int i = 0; i < r->rows * r->cols; i++) hidden[i] = bits[i / 8] >> (7 - i % 8) & 1;
}

size_t recording_bytes(int L) { return ((size_t)L + 7) / 8; }

void recording_pack(uint8_t *bits, const int *ids, int L, int K)
{
    memset(bits, 0, recording_bytes(L));
    for (int t = K; t < L; t++) bits[ids[t] / 8] |= (uint8_t)(128 >> ids[t] % 8);
}

/* --- as a strategy ----------------------------------------------------------- */

typedef struct { const Recording *recording; } Replay;

static void score(const void *self, float *out, const MaskView *v, Rng *rng)
{
    const Recording *r = ((const Replay *)self)->recording;
    uint8_t          hidden[MASK_MAX_PATCHES];
    uint64_t         epoch, image;
    rng_place(rng, &epoch, &image);
    CHECK(v->rows == r->rows && v->cols == r->cols && v->K == r->K,
          "recorded masks of %d x %d patches, %d visible, asked for %d x %d, %d", r->rows,
          r->cols, r->K, v->rows, v->cols, v->K);
    recording_get(r, hidden, epoch, image);
    for (int i = 0; i < r->rows * r->cols; i++) out[i] = hidden[i];
}

Status recording_open(MaskStrategy *s, const char *file, Err *err)
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

Status recording_fits(const MaskStrategy *s, const void *self, const char *name, int rows,
                      int cols, Err *err)
{
    if (s->score != score) return STATUS_OK;
    const Recording *r = ((const Replay *)self)->recording;
    if (r->rows == rows && r->cols == cols) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "%s: its masks are of %d x %d patches, not of %d x %d",
                   name, r->rows, r->cols, rows, cols);
}

Status recording_check(const Mask *m, int K, uint64_t first, uint64_t n, Err *err)
{
    for (int i = 0; i < m->n; i++) {
        if (m->form == FORM_UNION && m->part[i]->strategy.score == score)
            return err_set(err, STATUS_CONFIG, "%s: recorded masks are whole and cannot be part "
                           "of a union", mask_spec(m->part[i]));
        if (recording_check(m->part[i], K, first, n, err)) return err->code;
    }
    if (m->form != FORM_STRATEGY || m->strategy.score != score) return STATUS_OK;
    const Recording *r = ((const Replay *)m->self)->recording;
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
