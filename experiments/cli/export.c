/* maskgrid export: a checkpoint for others. */
#include "experiments/cli/cli.h"

#include "experiments/record/convert.h"

#include <stdio.h>

typedef struct {
    const char *to, *out;
    long        size;
} Options;

static const Option options[] = {
    OPTION_CHOICE(Options, to, "mae|timm|hf", "mae", "who is to read it"),
    OPTION_TEXT(Options, out, "PATH", NULL, "a file; of hf a folder"),
    OPTION_INT(Options, size, "N", "0", 0, 16384,
               "side of the images it is to see, in pixels; 0: as it is"),
    { 0 }
};

static Status export(const Options *o, const char *path, Err *err)
{
    CheckpointHints hints = { .want_height = (int)o->size, .want_width = (int)o->size };
    if (!o->out)
        return err_set(err, STATUS_CONFIG, "export needs --out PATH; see maskgrid export --help");
    return convert(o->out, o->to, path, hints, stdout, err);
}

static int run(const void *opt, char *const *arguments, int n)
{
    Err err;
    (void)n;
    return export(opt, arguments[0], &err) ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(export) = {
    .place = 95,
    .arguments = "CHECKPOINT",
    .least = 1,
    .most = 1,
    .about = "a checkpoint for MAE's program, timm or Hugging Face",
    .details = "mae is one safetensors file with all tensors under the reference's names, timm "
               "one with the encoder alone, hf a folder with config.json.  The numbers are the "
               "same: read by PyTorch they give the same features within 1e-5.",
    .examples = "  maskgrid export results/cells/0123456789abcdef/encoder.safetensors \\\n"
                "      --to hf --out vit-mae-ours\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
