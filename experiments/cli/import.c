/* maskgrid import: a checkpoint of others becomes one of ours. */
#include "experiments/cli/cli.h"

#include "experiments/record/convert.h"

#include <stdio.h>

typedef struct {
    const char *out, *target;
    long        heads, decoder_heads, size;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, out, "FILE", NULL, "where to write it, in safetensors"),
    OPTION_INT(Options, size, "N", "0", 0, 16384,
               "side of the images it is to see, in pixels; 0: as it is"),
    OPTION_INT(Options, heads, "N", NULL, 1, 1024,
               "attention heads of the encoder, where nothing says how many"),
    OPTION_INT(Options, decoder_heads, "N", NULL, 1, 1024, "those of the decoder"),
    OPTION_CHOICE(Options, target, "raw|normalized", NULL, "what its decoder predicts"),
    { 0 }
};

static Status import(const Options *o, const char *path, Err *err)
{
    CheckpointHints hints = { .heads = (int)o->heads, .decoder_heads = (int)o->decoder_heads,
                              .target = o->target, .want_height = (int)o->size,
                              .want_width = (int)o->size };
    if (!o->out)
        return err_set(err, STATUS_CONFIG, "import needs --out FILE; see maskgrid import --help");
    return convert(o->out, NULL, path, hints, stdout, err);
}

static int run(const void *opt, char *const *arguments, int n)
{
    Err err;
    (void)n;
    return import(opt, arguments[0], &err) ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(import) = {
    .place = 94,
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .about = "a checkpoint of MAE, timm or Hugging Face becomes one of ours",
    .details =
        "FILE is a safetensors file, PyTorch's .pth or .pt (read, never run: a file that "
        "asks for anything but tensors is refused), or a folder of Hugging Face's with its "
        "config.json.  Whose names they are is found out; what was left out, not found, "
        "assumed or resized is printed.  Positions are resized as MAE does it.",
    .examples = "  maskgrid import mae_pretrain_vit_base.pth --out base.safetensors\n"
                "  maskgrid import vit-mae-base/ --out base64.safetensors --size 64\n"
                "  maskgrid run demo -s pretrain.from=base.safetensors\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
