#define _POSIX_C_SOURCE 200809L /* fseeko */
#include "core/train/seal.h"

#include "core/base/text.h"
#include "core/train/safetensors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16 };

const char seal_blank[HASH_HEX] = "00000000000000000000000000000000";

/* Quotes within a text have a backslash before them: what is found is the key. */
char *seal_digits(char *header)
{
    static const char key[] = "\"" SEAL_KEY "\":\"";
    char             *at = strstr(header, key);
    if (!at) return NULL;
    at += sizeof key - 1;
    bool whole = strspn(at, "0123456789abcdef") == SEAL_DIGITS && at[SEAL_DIGITS] == '"';
    return whole ? at : NULL;
}

bool safetensors_sealed(const Safetensors *f) { return safetensors_meta(f, SEAL_KEY); }

static Status fail(const Safetensors *f, Err *err)
{
    if (ferror(f->file)) return err_set(err, STATUS_IO, "%s: %s", f->path, strerror(errno));
    return err_set(err, STATUS_FORMAT, "%s: damaged: it became shorter", f->path);
}

/* The head, its digits blanked, then the rest as it is. */
static Status hash_file(const Safetensors *f, char *head, char hex[HASH_HEX], Err *err)
{
    Hash h;
    hash_start(&h);
    if (fseeko(f->file, 0, SEEK_SET) || fread(head, 1, f->data, f->file) != f->data)
        return fail(f, err);
    char *digits = seal_digits(head + sizeof(size_t));
    if (digits) memcpy(digits, seal_blank, SEAL_DIGITS);
    hash_bytes(&h, head, f->data);
    for (size_t n; (n = fread(head, 1, CHUNK, f->file));) hash_bytes(&h, head, n);
    if (ferror(f->file)) return fail(f, err);
    hash_end(&h, hex);
    return STATUS_OK;
}

Status safetensors_verify(const Safetensors *f, Err *err)
{
    char        hex[HASH_HEX];
    const char *said = safetensors_meta(f, SEAL_KEY);
    if (!said)
        return err_set(err, STATUS_FORMAT, "%s: damaged: it carries no checksum", f->path);
    char *head = malloc((f->data > CHUNK ? f->data : CHUNK) + 1);
    CHECK(head, "no memory for a header of %zu bytes", f->data);
    head[f->data] = '\0';
    Status bad = hash_file(f, head, hex, err);
    free(head);
    if (bad || !strcmp(hex, said)) return bad;
    return err_set(err, STATUS_FORMAT, "%s: damaged: its checksum is not that of its bytes",
                   f->path);
}
