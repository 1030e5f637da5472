#include "core/mask/recording.h"

#include "core/base/h5.h"
#include "core/mask/mask.h"

#include <stdlib.h>
#include <string.h>

static const char EPOCH[] = "masks/epoch", IMAGE[] = "masks/image",
                  HIDDEN[] = "masks/hidden", THROWN[] = "masks/thrown";

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
static int count_bits(const uint8_t *bits, size_t bytes, int L)
{
    int n = 0;
    for (size_t i = 0; i < bytes; i++) n += __builtin_popcount(bits[i]);
    return L % 8 && bits[bytes - 1] & 0xff >> L % 8 ? -1 : n;
}

/* Of every mask n bits are set: that many patches are hidden, or thrown. */
static Status check_counts(const Recording *r, const uint8_t *bits, const char *name, int n,
                           const char *path, Err *err)
{
    const int L = r->rows * r->cols;
    for (size_t e = 0; e < r->epochs; e++)
        for (size_t i = 0; i < r->images; i++) {
            int is = count_bits(bits + (e * r->images + i) * r->bytes, r->bytes, L);
            if (is == n) continue;
            if (is < 0)
                return err_set(err, STATUS_FORMAT, "%s: %s: mask [%zu, %zu] has bits behind "
                               "its %d patches", path, name, e, i, L);
            return err_set(err, STATUS_FORMAT, "%s: %s: mask [%zu, %zu] has %d of %d patches, "
                           "expected %d", path, name, e, i, is, L, n);
        }
    return STATUS_OK;
}

static Status check_apart(const Recording *r, const char *path, Err *err)
{
    size_t masks = r->images * r->bytes;
    for (size_t i = 0; i < r->epochs * masks; i++)
        if (r->hidden[i] & r->thrown[i])
            return err_set(err, STATUS_FORMAT, "%s: %s: mask [%zu, %zu] has a patch that is "
                           "hidden too", path, THROWN, i / masks, i % masks / r->bytes);
    return STATUS_OK;
}

static Status read_bits(Recording *r, H5 *f, const char *path, const char *name,
                        const uint8_t **bits, Err *err)
{
    H5Set set = { .name = name, .kind = NUMBER_UINT8, .rank = 3 };
    void *found;
    if (h5_get(f, &set, &r->arena, &found, err)) return err->code;
    *bits = found;
    if (set.dim[0] == r->epochs && set.dim[1] == r->images && set.dim[2] == r->bytes)
        return STATUS_OK;
    return err_set(err, STATUS_FORMAT, "%s: %s: [%zu, %zu, %zu], expected [%zu, %zu, %zu]: "
                   "epochs, images, bytes of %d patches", path, name, set.dim[0], set.dim[1],
                   set.dim[2], r->epochs, r->images, r->bytes, r->rows * r->cols);
}

/* The first mask says how many are thrown. */
static Status read_thrown(Recording *r, H5 *f, const char *path, Err *err)
{
    const int L = r->rows * r->cols;
    if (!h5_has(f, THROWN)) return STATUS_OK;
    if (read_bits(r, f, path, THROWN, &r->thrown, err)) return err->code;
    r->T = count_bits(r->thrown, r->bytes, L);
    if (r->T < 1 || r->T >= L - r->K)
        return err_set(err, STATUS_FORMAT, "%s: %s: mask [0, 0] throws %d of %d patches, "
                       "expected 1 to %d", path, THROWN, r->T, L, L - r->K - 1);
    return check_counts(r, r->thrown, THROWN, r->T, path, err);
}

/* Who drew them need not be told. */
static void read_origin(Recording *r, H5 *f)
{
    Err ignored;
    r->strategy = "", r->seed = -1;
    if (h5_get_text(f, "/", "strategy", &r->arena, &r->strategy, &ignored)) r->strategy = "";
    if (h5_get_whole(f, "/", "seed", &r->seed, &ignored)) r->seed = -1;
}

static Status read_all(Recording *r, H5 *f, const char *path, Err *err)
{
    if (read_sizes(r, f, path, err) ||
        read_numbers(r, f, path, EPOCH, UINT32_MAX, true, &r->epoch, &r->epochs, err) ||
        read_numbers(r, f, path, IMAGE, ((int64_t)1 << 56) - 1, false, &r->image, &r->images,
                     err) ||
        read_bits(r, f, path, HIDDEN, &r->hidden, err) || read_thrown(r, f, path, err) ||
        check_counts(r, r->hidden, HIDDEN, r->rows * r->cols - r->K - r->T, path, err))
        return err->code;
    read_origin(r, f);
    return r->T ? check_apart(r, path, err) : STATUS_OK;
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

static size_t epoch_at(const Recording *r, uint64_t epoch)
{
    uint64_t E = r->epochs, first = (uint64_t)r->epoch[0] % E;
    return (size_t)((epoch % E + E - first) % E);
}

void recording_notice(Text *out, const Recording *r, const char *name, uint64_t first,
                      uint64_t n)
{
    uint64_t from = (uint64_t)r->epoch[0];
    if (first >= from && first + n <= from + r->epochs) return;
    text_add(out, "%s%s has %zu epoch%s, from %llu on: ", out->length ? "; " : "", name,
             r->epochs, text_s(r->epochs), (unsigned long long)from);
    if (n == 1)
        text_add(out, "epoch %llu has the masks of epoch %lld again",
                 (unsigned long long)first, (long long)r->epoch[epoch_at(r, first)]);
    else
        text_add(out, "of epochs %llu to %llu the others have these masks again",
                 (unsigned long long)first, (unsigned long long)(first + n - 1));
}

static bool bit(const uint8_t *bits, int i) { return bits[i / 8] >> (7 - i % 8) & 1; }

void recording_get(const Recording *r, uint8_t *patches, uint64_t epoch, uint64_t image)
{
    const int64_t *at = find(r, image);
    CHECK(at, "image %llu is not among the %zu recorded", (unsigned long long)image, r->images);
    size_t mask = (epoch_at(r, epoch) * r->images + (size_t)(at - r->image)) * r->bytes;
    for (int i = 0; i < r->rows * r->cols; i++)
        patches[i] = bit(r->hidden + mask, i)           ? RECORDED_HIDDEN
                     : r->T && bit(r->thrown + mask, i) ? RECORDED_THROWN
                                                        : RECORDED_VISIBLE;
}

size_t recording_bytes(int L) { return ((size_t)L + 7) / 8; }

void recording_pack(uint8_t *bits, const int *ids, int n, int L)
{
    memset(bits, 0, recording_bytes(L));
    for (int t = 0; t < n; t++) bits[ids[t] / 8] |= (uint8_t)(128 >> ids[t] % 8);
}
