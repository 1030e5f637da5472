#include "core/train/export.h"

#include "core/base/file.h"
#include "core/train/hf_config.h"
#include "core/train/naming.h"

#include <stdio.h>
#include <string.h>

const char *const export_formats[] = { "mae", "timm", "hf", NULL };

static void add(SafetensorsOut *o, const Params *p, const Param *q, const Naming *n)
{
    char   names[NAMING_PARTS][NAMING_MOST];
    int    dim[MAX_RANK], count = naming_of(n, q->name, names);
    size_t each = tensor_count(q->tensor) / (size_t)count;
    memcpy(dim, q->dim, sizeof dim);
    dim[0] /= count;
    for (int i = 0; i < count; i++)
        safetensors_add(o, names[i], p->be, p->weights + q->offset + (size_t)i * each, q->rank,
                        dim);
}

static Status write_tensors(const char *path, const Mae *m, const Naming *n, bool decoder,
                            Err *err)
{
    SafetensorsOut o;
    Mae            encoder;
    MaeConfig      c = m->config;
    c.decoder.D = 0;
    mae_list(&encoder, NULL, &c);
    safetensors_start(&o);
    for (int i = 0; i < m->params.n; i++) {
        const Param *q = &m->params.list[i];
        if (decoder || params_find(&encoder.params, q->name)) add(&o, &m->params, q, n);
    }
    mae_close(&encoder);
    safetensors_note(&o, "format", "pt"); /* transformers wants to know */
    return safetensors_write(&o, path, err);
}

Status export_write(const char *path, const Mae *m, const char *format, Err *err)
{
    char   file[CHECKPOINT_PATH];
    bool   decoder = m->config.decoder.D;
    Naming n = { .kind = NAMING_REFERENCE };
    if (!strcmp(format, "mae")) return write_tensors(path, m, &n, decoder, err);
    if (!strcmp(format, "timm")) return write_tensors(path, m, &n, false, err);
    CHECK(!strcmp(format, "hf"), "no format %s", format);
    n = (Naming){ .kind = NAMING_HUGGING_FACE };
    if (decoder) snprintf(n.encoder, sizeof n.encoder, "vit.");
    if (strlen(path) > CHECKPOINT_PATH - 32)
        return err_set(err, STATUS_CONFIG, "%.60s...: path too long", path);
    if (file_make_folders(path, err)) return err->code;
    snprintf(file, sizeof file, "%s/config.json", path);
    if (hf_config_write(file, &m->config, err)) return err->code;
    snprintf(file, sizeof file, "%s/model.safetensors", path);
    return write_tensors(file, m, &n, decoder, err);
}
