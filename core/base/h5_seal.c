#define _GNU_SOURCE /* memmem */
#include "core/base/file.h"
#include "core/base/h5_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16, OVERLAP = 256 };

/* One flipped bit, or a file cut off, cannot hurt both. */
static const char first[] = "maskgrid: HDF5 with a seal\n", last[] = "end of the seal\n";

static char *end_of(char block[H5_SEAL]) { return block + H5_SEAL - (sizeof last - 1); }

static bool has_seal(char block[H5_SEAL])
{
    return !memcmp(block, first, sizeof first - 1) || !memcmp(end_of(block), last, sizeof last - 1);
}

static void compose(char block[H5_SEAL], size_t length, const char hex[HASH_HEX])
{
    memset(block, '\n', H5_SEAL);
    int n = snprintf(block, H5_SEAL, "%sbytes: %zu\nblake2b of all but the first %d: %s", first,
                     length, H5_SEAL, hex);
    block[n] = '\n';
    memcpy(end_of(block), last, sizeof last - 1);
}

static Status refuse(const char *path, Err *err)
{
    return err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
}

/* Texts to look for, and which were not found so far. */
typedef struct {
    const char *const *text; /* [n] */
    int                n;
    unsigned           missing; /* a bit for each */
} Search;

static void look_for(Search *s, const char *bytes, size_t n)
{
    for (int i = 0; i < s->n; i++)
        if (s->missing >> i & 1 && memmem(bytes, n, s->text[i], strlen(s->text[i])))
            s->missing &= ~(1u << i);
}

/* The seal that the file should have; f stands behind it.  What has been read last is kept
 * in front of what is read next: a text may stand across. */
static Status right_seal(char block[H5_SEAL], FILE *f, Search *s, const char *path, Err *err)
{
    Hash   h;
    char   hex[HASH_HEX];
    size_t length = H5_SEAL, kept = 0;
    char  *chunk = malloc(OVERLAP + CHUNK);
    CHECK(chunk, "no memory for %d bytes", OVERLAP + CHUNK);
    hash_start(&h);
    for (size_t n; (n = fread(chunk + kept, 1, CHUNK, f)); length += n) {
        const size_t held = kept + n;
        hash_bytes(&h, chunk + kept, n);
        look_for(s, chunk, held);
        kept = held < OVERLAP ? held : OVERLAP;
        memmove(chunk, chunk + held - kept, kept);
    }
    hash_end(&h, hex);
    free(chunk);
    if (ferror(f)) return refuse(path, err);
    compose(block, length, hex);
    return STATUS_OK;
}

void h5_seal(char block[H5_SEAL], const void *rest, size_t n)
{
    Hash h;
    char hex[HASH_HEX];
    hash_start(&h);
    hash_bytes(&h, rest, n);
    hash_end(&h, hex);
    compose(block, H5_SEAL + n, hex);
}

/* Of others, or changed by them: nobody can tell any more what was in it. */
static Status refuse_without(const char *path, Err *err)
{
    H5 *f;
    if (h5_open(&f, path, err)) return err->code;
    h5_close(f);
    return err_set(err, STATUS_FORMAT, "%s: without a seal: another program has written or "
                   "changed it", path);
}

static Status verify(const char *path, Search *s, Err *err)
{
    char block[H5_SEAL], right[H5_SEAL];
    if (file_check_regular(path, err)) return err->code;
    FILE *f = fopen(path, "rb");
    if (!f) return refuse(path, err);
    bool   sealed = fread(block, 1, H5_SEAL, f) == H5_SEAL && has_seal(block);
    Status bad = sealed ? right_seal(right, f, s, path, err) : STATUS_OK;
    fclose(f);
    if (!sealed) return refuse_without(path, err);
    if (bad || !memcmp(block, right, H5_SEAL)) return bad;
    return err_set(err, STATUS_FORMAT, "%s: damaged: its checksum is not that of its bytes",
                   path);
}

Status h5_verify(const char *path, Err *err) { return verify(path, &(Search){ .n = 0 }, err); }

Status h5_verify_has(const char *path, const char *const *texts, int n, bool *all, Err *err)
{
    Search s = { .text = texts, .n = n, .missing = (1u << n) - 1 };
    for (int i = 0; i < n; i++) CHECK(strlen(texts[i]) < OVERLAP, "a long text: %s", texts[i]);
    Status bad = verify(path, &s, err);
    *all = !bad && !s.missing;
    return bad;
}
