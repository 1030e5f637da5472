/* maskgrid overlap: does what sgmae takes for the object overlap what was drawn? */
#include "experiments/cli/cli.h"

#include "core/train/checkpoint.h"
#include "experiments/record/overlap.h"

#include <stdio.h>

typedef struct {
    const char *checkpoint;
    long        scenes;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, checkpoint, "FILE", NULL, "the encoder, in safetensors"),
    OPTION_INT(Options, scenes, "N", "200", 2, 100000, "test pictures of `scenes`"),
    { 0 }
};

static Status measure(Overlap *o, const Options *x, Err *err)
{
    const Backend *be;
    Mae            mae;
    if (!x->checkpoint)
        return err_set(err, STATUS_CONFIG, "overlap needs --checkpoint FILE; see maskgrid "
                       "overlap --help");
    if (backend_open(&be, NULL, err) || checkpoint_open(&mae, be, x->checkpoint, NULL, err))
        return err->code;
    Status bad = overlap_measure(o, &mae, (int)x->scenes, err);
    if (bad) err_in(err, "%s", x->checkpoint);
    mae_close(&mae);
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *x = opt;
    Overlap        o;
    Err            err;
    (void)arguments, (void)n;
    if (measure(&o, x, &err)) return cli_fail(&err);
    printf("intersection over union with the objects of %ld scenes, mean\n"
           "  the object of the normalised cut  %.3f ± %.3f\n"
           "  the same of an untrained encoder  %.3f ± %.3f\n"
           "  as many patches at random         %.3f ± %.3f\n"
           "  more than the untrained           %+.3f ± %.3f (95 %%)\n"
           "  more than at random               %+.3f ± %.3f (95 %%)\n",
           x->scenes, o.by_cut.mean, o.by_cut.half, o.untrained.mean, o.untrained.half,
           o.by_chance.mean, o.by_chance.half, o.learned.mean, o.learned.half, o.more.mean,
           o.more.half);
    return EXIT_DONE;
}

COMMAND(overlap) = {
    .place = 92,
    .about = "how well the cut that guides sgmae finds the objects of `scenes`",
    .details = "Patches are parted in two by their features after the last block, as for "
               "sgmae; the part that it takes for the object is compared with the patches "
               "that objects cover, and so are the cut by an encoder of the same sizes with "
               "initial weights, and as many patches drawn at random.",
    .examples = "  maskgrid run guided -s data.set=scenes -s pretrain.strategy=sgmae\n"
                "  maskgrid overlap --checkpoint results/cells/ID/encoder.safetensors\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
