#include "tests/run/whole.h"

#include "core/base/file.h"
#include "core/base/h5.h"
#include "core/train/checkpoint.h"

#include <criterion/criterion.h>

#include <stdlib.h>

Status whole_record(const char *path, Err *err)
{
    H5 *f;
    if (h5_create(&f, path, err)) return err->code;
    return h5_commit(f, err);
}

Status whole_encoder(const char *path, const char *of, Err *err)
{
    SafetensorsOut o;
    safetensors_start(&o);
    if (of) safetensors_note(&o, CHECKPOINT_OF, of);
    safetensors_seal(&o);
    return safetensors_write(&o, path, err);
}

void whole_harm(const char *path)
{
    char  *bytes;
    size_t n;
    Err    err;
    cr_assert(!file_read(path, 1 << 20, &bytes, &n, &err), "%s", err.text);
    bytes[n / 2] ^= 1;
    cr_assert(!file_write(path, bytes, n, &err), "%s", err.text);
    free(bytes);
}
