#include "core/mask/recording.h"
#include "experiments/cli/cli.h"
#include "experiments/record/mask_record.h"
#include "tests/model/parity.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <criterion/redirect.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(call) cr_assert(!(call), "%s", err.text)

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(reconstruct, .init = open_scratch, .fini = close_scratch);

/* The reference's weights as a foreign checkpoint: no metadata. */
static void write_checkpoint(const Parity *p)
{
    Err            err;
    SafetensorsOut o;
    safetensors_start(&o);
    params_put(&p->mae.params, "", &o);
    REQUIRE(safetensors_write(&o, scratch_path(&scratch, "c"), &err));
}

static void write_input(const char *name, real *images, int N, real *mask, int L)
{
    Err            err;
    SafetensorsOut o;
    safetensors_start(&o);
    safetensors_add(&o, "images", NULL, images, 4, (int[]){ N, 3, 32, 32 });
    safetensors_add(&o, "mask", NULL, mask, 2, (int[]){ N, L });
    REQUIRE(safetensors_write(&o, scratch_path(&scratch, name), &err));
}

/* maskgrid reconstruct on files of the scratch folder, then some more arguments. */
static int command(const char *input, const char *out, const char *const *more)
{
    char path[3][400], *argv[20] = { "maskgrid", "reconstruct" };
    int  argc = 2;
    const char *const options[] = { "--checkpoint", "--input", "--out" };
    const char *const names[] = { "c", input, out };
    for (int i = 0; i < 3; i++) {
        strcpy(path[i], scratch_path(&scratch, names[i]));
        argv[argc++] = (char *)options[i];
        argv[argc++] = path[i];
    }
    for (; *more; more++) argv[argc++] = (char *)*more;
    return cli_main(argc, argv);
}

static real *output(const char *file, const char *name, size_t *count)
{
    Err         err;
    Safetensors f;
    REQUIRE(safetensors_open(&f, scratch_path(&scratch, file), &err));
    const SafeTensor *x = safetensors_find(&f, name);
    cr_assert(x, "no %s in the output", name);
    real *values = malloc(x->count * sizeof *values);
    REQUIRE(safetensors_read(&f, x, values, &err));
    if (count) *count = x->count;
    safetensors_close(&f);
    return values;
}

static const char *const heads[] = { "--heads", "3", "--decoder-heads", "4", NULL };
static const char *const normalized[] = { "--heads=3", "--decoder-heads=4", "--target",
                                          "normalized", NULL };

ParameterizedTestParameters(reconstruct, numbers_are_the_reference_s)
{
    static int which[] = { 0, 1 };
    return cr_make_param_array(int, which, 2);
}

ParameterizedTest(int *i, reconstruct, numbers_are_the_reference_s, .init = open_scratch,
                  .fini = close_scratch)
{
    Parity      p;
    const char *run = *i ? "norm_pix" : "raw_pix";
    parity_open(&p, run);
    write_checkpoint(&p);
    real *images = parity_values(&p, "input", "images");
    real *mask = parity_values(&p, run, "mask");
    write_input("i", images, p.N, mask, p.L);
    cr_assert(command("i", "o", *i ? normalized : heads) == EXIT_DONE);

    real  *pred = output("o", "pred", NULL), *loss = output("o", "loss", NULL);
    double off = parity_off(&p, run, "pred", pred);
    cr_expect(off <= 1e-5, "%s pred: off by %.2e", run, off); /* measured 3e-7 */
    off = parity_off(&p, run, "loss.0", loss);
    cr_expect(off <= 1e-5, "%s loss: off by %.2e", run, off); /* measured 1e-7 */
    free(loss), free(pred), free(mask), free(images);
    parity_close(&p);
}

Test(reconstruct, images_may_hide_different_numbers)
{
    Parity p;
    parity_open(&p, "raw_pix");
    write_checkpoint(&p);
    real *images = parity_values(&p, "input", "images");
    real *mask = parity_values(&p, "raw_pix", "mask");
    for (int k = 0; k < p.L; k++) mask[p.L + k] = k != 7; /* one visible */
    for (int k = 0; k < p.L; k++) mask[2 * p.L + k] = 0;  /* none hidden */
    write_input("all", images, 3, mask, p.L);
    cr_assert(command("all", "together", heads) == EXIT_DONE);

    size_t all, one;
    real  *together = output("together", "patch_loss", &all);
    for (int n = 0; n < 3; n++) {
        write_input("i", images + n * 3 * 32 * 32, 1, mask + n * p.L, p.L);
        cr_assert(command("i", "o", heads) == EXIT_DONE);
        real *alone = output("o", "patch_loss", &one);
        cr_assert(one == (size_t)p.L && all == 3 * one);
        for (int k = 0; k < p.L; k++) {
            double off = fabs((double)alone[k] / (double)together[n * p.L + k] - 1);
            cr_expect(off <= 1e-5, "image %d patch %d: off by %.2e", n, k, off);
        }
        free(alone);
    }
    free(together), free(mask), free(images);
    parity_close(&p);
}

/* mask [images, L], as `maskgrid masks --out` records it. */
static void write_masks(const real *mask, int L, int images)
{
    Err     err;
    uint8_t hidden[8 * 8];
    int     ids[64], K = 0;
    for (int n = 0; n < images; n++) {
        int t = 0;
        for (int h = 0; h < 2; h++) {
            for (int i = 0; i < L; i++)
                if ((mask[n * L + i] == 1) == h) ids[t++] = i;
            if (!h) K = t;
        }
        recording_pack(hidden + (size_t)n * recording_bytes(L), ids + K, L - K, L);
    }
    MaskRecord m = { .strategy = "random", .rows = 8, .cols = 8, .K = K, .ratio = 0.75,
                     .seen = "nothing", .progress = &(double){ 0 }, .epochs = 1,
                     .images = (size_t)images, .hidden = hidden };
    REQUIRE(mask_record_write(scratch_path(&scratch, "m.h5"), &m, &err));
}

Test(reconstruct, takes_recorded_masks)
{
    char   path[400];
    size_t n;
    Parity p;
    parity_open(&p, "raw_pix");
    write_checkpoint(&p);
    real *images = parity_values(&p, "input", "images");
    real *mask = parity_values(&p, "raw_pix", "mask");
    write_input("i", images, p.N, mask, p.L);
    write_masks(mask, p.L, p.N);
    cr_assert(command("i", "own", heads) == EXIT_DONE);
    real *own = output("own", "pred", &n);

    for (int k = 0; k < p.N * p.L; k++) mask[k] = (real)(k % 2); /* are not looked at */
    write_input("i", images, p.N, mask, p.L);
    strcpy(path, scratch_path(&scratch, "m.h5"));
    const char *const with[] = { "--heads=3", "--decoder-heads=4", "--masks", path, NULL };
    cr_assert(command("i", "recorded", with) == EXIT_DONE);
    real *recorded = output("recorded", "pred", NULL);
    cr_expect(!memcmp(own, recorded, n * sizeof *own));

    for (int k = 0; k < p.L; k++) mask[k] = k < 48;
    write_masks(mask, p.L, 1); /* fewer images than the input has */
    cr_expect(command("i", "none", with) == EXIT_DATA);
    free(own), free(recorded), free(mask), free(images);
    parity_close(&p);
}

/* What is wrong, what the message must name, and the exit code. */
static const struct {
    const char *wrong, *named;
    int         code;
} refusals[] = {
    { "no heads", "how many heads", EXIT_USAGE },
    { "target", "raw|normalized", EXIT_USAGE },
    { "no input", "/nowhere", EXIT_DATA },
    { "half hidden", "mask: 0.5 at [1, 5]", EXIT_DATA },
    { "all hidden", "image 2 has every patch hidden", EXIT_DATA },
    { "nan", "image 0 is not finite", EXIT_DATA },
    { "wrong grid", "tensor \"mask\": shape [3, 32], expected [3, 64]", EXIT_DATA },
    { "wrong heads", "5 heads do not divide the width 48", EXIT_USAGE },
};
enum { N_REFUSALS = sizeof refusals / sizeof *refusals };

ParameterizedTestParameters(reconstruct, refuses)
{
    static int index[N_REFUSALS];
    for (int i = 0; i < N_REFUSALS; i++) index[i] = i;
    return cr_make_param_array(int, index, N_REFUSALS);
}

ParameterizedTest(int *i, reconstruct, refuses, .init = open_scratch,
                  .fini = close_scratch)
{
    static const char *const none[] = { NULL };
    static const char *const target[] = { "--target", "pixels", NULL };
    static const char *const five[] = { "--heads", "5", "--decoder-heads", "4", NULL };
    const char        *wrong = refusals[*i].wrong, *named = refusals[*i].named;
    const char *const *more = heads;
    Parity             p;
    parity_open(&p, "raw_pix");
    write_checkpoint(&p);
    real *images = parity_values(&p, "input", "images");
    real *mask = parity_values(&p, "raw_pix", "mask");

    if (!strcmp(wrong, "no heads")) more = none;
    if (!strcmp(wrong, "target")) more = target;
    if (!strcmp(wrong, "wrong heads")) more = five;
    if (!strcmp(wrong, "half hidden")) mask[p.L + 5] = R(0.5);
    if (!strcmp(wrong, "nan")) images[17] = (real)NAN;
    for (int k = 0; !strcmp(wrong, "all hidden") && k < p.L; k++) mask[2 * p.L + k] = 1;
    write_input("i", images, p.N, mask, strcmp(wrong, "wrong grid") ? p.L : p.L / 2);

    cr_redirect_stderr();
    int  code = command(strcmp(wrong, "no input") ? "i" : "nowhere", "o", more);
    char text[2048];
    fflush(stderr);
    size_t n = fread(text, 1, sizeof text - 1, cr_get_redirected_stderr());
    text[n] = '\0';
    cr_expect(code == refusals[*i].code, "%s: exit %d", wrong, code);
    cr_expect(strstr(text, named), "%s: \"%s\" does not say \"%s\"", wrong, text, named);
    free(mask), free(images);
    parity_close(&p);
}
