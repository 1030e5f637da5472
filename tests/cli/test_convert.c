/* import, export, inspect and score, as a user types them. */
#include "core/base/file.h"
#include "core/base/h5.h"
#include "experiments/cli/cli.h"
#include "tests/cli/typed.h"

#include <criterion/criterion.h>

#include <jansson.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define GOLDEN "tests/golden/foreign"

static Scratch scratch;
static void    prepare(void) { typed_open(&scratch); }
static void    clean_up(void) { scratch_close(&scratch); }
TestSuite(convert_command, .init = prepare, .fini = clean_up);

static void in(char path[512], const char *name)
{
    snprintf(path, 512, "%s", scratch_path(&scratch, name));
}

Test(convert_command, import_says_what_became_of_it)
{
    char out[4096], file[512];
    in(file, "m.safetensors");
    cr_assert_eq(RUN(out, "import", GOLDEN "_mae.pth", "--heads", "4", "--decoder-heads", "2",
                     "--size", "16", "--out", file), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, file) && strstr(out, "images: 16 x 16, 3 channels; patch 4") &&
              strstr(out, "left out: 3 tensors of optimizer") &&
              strstr(out, "resized: positions of 2 x 2 patches to 4 x 4"), "%s", out);
    cr_expect(file_exists(file));
}

Test(convert_command, import_refuses)
{
    char out[4096], file[512];
    in(file, "m.safetensors");
    cr_expect_eq(RUN(out, "import", GOLDEN "_mae.pth", "--out", file), EXIT_USAGE);
    cr_expect(strstr(out, "how many heads its encoder"), "%s", out);
    cr_expect_eq(RUN(out, "import", GOLDEN "_mae.pth", "--heads", "4"), EXIT_USAGE);
    cr_expect(strstr(out, "--out"), "%s", out);
    cr_expect_eq(RUN(out, "import", "tests/golden/predictions.npz", "--out", file), EXIT_DATA);
    cr_expect(strstr(out, "predictions.npz") && strstr(out, "data.pkl"), "%s", out);
    cr_expect(!file_exists(file));
}

Test(convert_command, export_makes_a_folder)
{
    char out[4096], folder[512], config[600];
    in(folder, "away/hf");
    cr_assert_eq(RUN(out, "export", GOLDEN "_hf", "--to", "hf", "--out", folder), EXIT_DONE, "%s",
                 out);
    snprintf(config, sizeof config, "%s/config.json", folder);
    json_error_t why;
    json_t      *root = json_load_file(config, 0, &why);
    cr_assert(root, "%s", why.text);
    cr_expect_str_eq(json_string_value(json_object_get(root, "model_type")), "vit_mae");
    cr_expect(json_real_value(json_object_get(root, "layer_norm_eps")) == 1e-12);
    cr_expect(json_is_true(json_object_get(root, "norm_pix_loss")));
    json_decref(root);
}

Test(convert_command, inspect_in_every_format)
{
    char out[32768];
    cr_assert_eq(RUN(out, "inspect", GOLDEN "_hf"), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "names: hf") && strstr(out, "before the names: vit."), "%s", out);
    cr_expect(strstr(out, "vit.encoder.layer.1.attention.attention.query.weight"), "%s", out);
}

/* A name that would clear the screen, and one that would write a line of its own. */
Test(convert_command, inspect_shows_no_command_to_the_terminal)
{
    static const char header[] = "{\"a\\u001b[2J\":{\"dtype\":\"U8\",\"shape\":[1],"
                                 "\"data_offsets\":[0,1]},\"__metadata__\":{\"k\\n\":"
                                 "\"\\u009b31m\"}}";
    static const char *const formats[] = { "table", "csv", "json" };
    char     bytes[256], out[4096];
    uint64_t n = sizeof header - 1;
    memcpy(bytes, &n, 8), memcpy(bytes + 8, header, n), bytes[8 + n] = 0;
    for (int i = 0; i < 3; i++) {
        const char *path = scratch_file(&scratch, "h.safetensors", bytes, 8 + n + 1);
        cr_assert_eq(RUN(out, "inspect", path, "--format", formats[i]), EXIT_DONE, "%s", out);
        cr_expect(strstr(out, i < 2 ? "a?[2J" : "a\\u001b[2J"), "%s", out);
        cr_expect(!strchr(out, '\033') && !strstr(out, i < 2 ? "\302\233" : "\033"), "%s", out);
        cr_expect(i || strstr(out, "metadata k?: ??31m\n"), "%s", out);
    }
}

Test(convert_command, inspect_of_an_encoder_alone)
{
    char out[8192];
    cr_assert_eq(RUN(out, "inspect", GOLDEN "_legacy.pth"), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "names: mae or timm") && strstr(out, "F16") && strstr(out, "30 tensors"),
              "%s", out);
}

Test(convert_command, inspect_as_json)
{
    char         out[32768];
    json_error_t why;
    cr_assert_eq(RUN(out, "inspect", GOLDEN "_mae.pth", "--format", "json"), EXIT_DONE, "%s", out);
    json_t *root = json_loads(out, 0, &why);
    cr_assert(root, "%s", why.text);
    cr_expect_str_eq(json_string_value(json_object_get(root, "names")), "mae");
    cr_expect(json_array_size(json_object_get(root, "tensors")) == 53);
    json_decref(root);
}

Test(convert_command, inspect_as_csv_and_of_a_record)
{
    char out[8192], file[512];
    in(file, "s.h5");
    cr_assert_eq(RUN(out, "score", "classification", "--truth", "tests/golden/predictions.npz",
                     "--predictions", "tests/golden/predictions.npz", "--out", file), EXIT_DONE,
                 "%s", out);
    cr_expect(strstr(out, "12 images, 7 classes") && strstr(out, "75.00 %"), "%s", out);
    cr_assert_eq(RUN(out, "inspect", file), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "score-classification") && strstr(out, "classification_top1") &&
              strstr(out, "75"), "%s", out);
}

Test(convert_command, score_needs_both)
{
    char out[4096];
    cr_expect_eq(RUN(out, "score", "classification", "--truth", "t.csv"), EXIT_USAGE);
    cr_expect(strstr(out, "--predictions"), "%s", out);
    cr_expect_eq(RUN(out, "score", "classificaton"), EXIT_USAGE);
    cr_expect(strstr(out, "did you mean classification"), "%s", out);
}
