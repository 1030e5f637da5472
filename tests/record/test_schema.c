/* The table of what records have, and records held against it. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "core/base/file.h"
#include "experiments/record/check.h"
#include "experiments/record/fields.h"
#include "experiments/record/record.h"
#include "experiments/record/results.h"
#include "experiments/recipe/config.h"
#include "tests/cli/typed.h"
#include "tests/ok.h"
#include "tests/record/pretrained.h"
#include "tests/run/whole.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OUT = 1 << 16 };

static Scratch scratch;
static Err     err;

static void prepare(void) { typed_open(&scratch); }
static void clean_up(void) { scratch_close(&scratch); }

TestSuite(schema, .init = prepare, .fini = clean_up);

/* --- the table ------------------------------------------------------------ */

static bool is_stage(const char *word)
{
    static const char *const others[] = { "masks", "score-classification", "score-coco",
                                          "score-segmentation", "*" };
    bool is = false;
    for (int i = 0; i < STAGE_KINDS; i++) is = is || !strcmp(word, stage_word((StageKind)i));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) is = is || !strcmp(word, others[i]);
    return is;
}

static void expect_stages(const char *of, const char *name)
{
    char words[256];
    cr_assert(strlen(of) < sizeof words, "%s", name);
    strcpy(words, of);
    for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
        cr_expect(is_stage(w), "%s: of %s", name, w);
}

Test(schema, names_stages_and_dimensions_that_there_are)
{
    char dimension[DIMENSION_NAME];
    for (const Field *row = record_fields; row->name; row++) {
        expect_stages(row->of, row->name);
        cr_expect(*row->about, "%s", row->name);
        cr_expect(row->since >= RECORD_OLDEST && row->since <= RECORD_SCHEMA, "%s", row->name);
        cr_expect((row->type == FIELD_NUMBERS) == (row->units != NULL), "%s", row->name);
        for (int i = 0; i < field_rank(row); i++) {
            field_dimension(dimension, row, i);
            cr_expect(strspn(dimension, "0123456789") || dimension_find(dimension), "%s: %s",
                      row->name, dimension);
        }
    }
    for (const Attribute *row = record_attributes; row->key; row++)
        expect_stages(row->of, row->key);
    for (const Plot *row = record_plots; row->of; row++) expect_stages(row->of, row->signal);
}

Test(schema, finds_names_with_stages_and_stars)
{
    cr_expect_str_eq(field_find("linear-cached", "metrics/linear_cached_top1")->name,
                     "metrics/STAGE_top1");
    cr_expect_str_eq(field_find("detect", "metrics/box_AP50")->name, "metrics/box_*");
    cr_expect_str_eq(field_find("represent", "curves/cut_gap")->name, "curves/cut_gap*");
    cr_expect_str_eq(field_find("represent", "curves/feature_variance")->name,
                     "curves/*_variance");
    cr_expect(!field_find("knn", "metrics/linear_top1"));
    cr_expect(!field_find("knn", "metrics/knn_top1s"));
    cr_expect(!field_find("detect", "metrics/box_a/b"));
    cr_expect(!field_find("pretrain", "curves/top1"));
}

Test(schema, the_readme_has_it)
{
    char  *readme;
    size_t n;
    Text   is = { 0 };
    fields_describe(&is);
    OK(file_read("results/README.md", 1 << 20, &readme, &n, &err));
    cr_expect(strstr(readme, text_get(&is)),
              "results/README.md differs from what `maskgrid inspect --schema` prints");
    free(readme);
    text_free(&is);
}

/* --- records -------------------------------------------------------------- */

/* What is wrong with the record, and what is said of it. */
static const struct { const char *wrong, *said; } faults[] = {
    { "units", "/metrics/pretrain_loss: units percent, expected 1" },
    { "better", "/metrics/pretrain_loss: better higher, expected lower" },
    { "long_name", "/metrics/pretrain_loss: no long_name" },
    { "name", "/metrics/pretrain_los: not in the schema of pretrain" },
    { "missing", "/curves/lr: missing, expected float64 [step]" },
    { "group", "/curves/loss: missing" },
    { "type", "/maps/visible_share: int32, expected float64" },
    { "rank", "/maps/visible_share: rank 1, expected 2: [rows cols]" },
    { "size", "/maps/visible_share: size 4 in dimension 1, expected the attribute cols" },
    { "dimension", "/reconstruction/original: 9 of shown, but reconstruction/hidden has 2" },
    { "array", "/elsewhere: not in the schema of pretrain" },
    { "text", "/maps/visible_share: text, expected float64" },
    { "attribute", "/: attribute colour is not in the schema of pretrain" },
    { "no attribute", "/: no attribute data, expected a text" },
    { "attribute type", "/: attribute parameters is not an integer" },
    { "identity", "/config: its hash is" },
    { "primary", "/metrics: primary /metrics/nothing is not there" },
    { "grid", "/: realised_ratio 0.5 of 3 visible of 15 patches" },
    { "cost", "/cost/wall_s: missing" },
    { "curves", "/curves/loss: missing, expected float64 [step]" },
    { "loss", "/metrics/pretrain_loss: 0.5, expected 5.5, which the curves give" },
    { "nan", "/metrics/pretrain_loss: nan, expected a finite number" },
    { "share", "/maps/visible_share: 2 is value 15 of 15, expected 0 to 1" },
    { "rate", "/curves/lr: -1 is value 1 of 6, expected 0 or more" },
};
enum { FAULTS = sizeof faults / sizeof *faults };

Test(schema, a_record_as_it_should_be)
{
    Text where = { 0 };
    int  n;
    OK(record_check(pretrained(&scratch, NULL), &where, &n, &err));
    cr_expect(n == 0 && !where.length, "%s", text_get(&where));
    text_free(&where);
}

ParameterizedTestParameters(schema, every_departure_is_named)
{
    static int index[FAULTS];
    for (int i = 0; i < FAULTS; i++) index[i] = i;
    return cr_make_param_array(int, index, FAULTS);
}

ParameterizedTest(int *i, schema, every_departure_is_named, .init = prepare, .fini = clean_up)
{
    Text where = { 0 };
    int  n;
    OK(record_check(pretrained(&scratch, faults[*i].wrong), &where, &n, &err));
    cr_expect(n >= 1 && strstr(text_get(&where), faults[*i].said), "%s: %s", faults[*i].wrong,
              text_get(&where));
    cr_expect(text_starts(text_get(&where), scratch.path), "%s", text_get(&where));
    text_free(&where);
}

/* What is looked for in /settings is what was configured, and nothing else. */
Test(schema, a_setting_that_nobody_configured_is_named)
{
    const char *path = scratch_path(&scratch, "more.h5");
    Text        where = { 0 };
    H5         *f;
    int         n;
    OK(h5_create(&f, path, &err));
    OK(h5_put_text(f, "/", "Conventions", "maskgrid-1.0", &err));
    OK(h5_put_whole(f, "/", "schema_version", RECORD_SCHEMA, &err));
    OK(h5_put_text(f, "/", "config_hash", "x", &err));
    OK(h5_put_text(f, "/", "stage", "pretrain", &err));
    OK(h5_put_long_text(f, "config", "seed: 0\npretrain.ratio: 0.5\n", &err));
    OK(h5_put_text(f, "settings", "seed", "0", &err));
    OK(h5_put_text(f, "settings", "pretrain.ratio", "0.5", &err));
    OK(h5_put_text(f, "settings", "pretrain.colour", "red", &err));
    OK(h5_commit(f, &err));
    OK(record_check(path, &where, &n, &err));
    cr_expect(strstr(where.s, "/settings: pretrain.colour, expected none: it is not configured\n"),
              "%s", where.s);
    cr_expect(!strstr(where.s, "/settings: seed"), "%s", where.s);
    text_free(&where);
}

/* --- those that are in git --------------------------------------------------- */

static int seen;

static int check_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
    Text   where = { 0 };
    size_t length = strlen(path);
    int    n;
    (void)st, (void)at;
    if (flag != FTW_F || length < 3 || strcmp(path + length - 3, ".h5")) return 0;
    OK(record_check(path, &where, &n, &err));
    cr_expect(n == 0, "%s", text_get(&where));
    text_free(&where);
    seen++;
    return 0;
}

Test(schema, reference_records_are_read_whatever_their_schema)
{
    cr_assert(!nftw("results/reference", check_one, 16, FTW_PHYS));
    cr_expect(seen >= 36, "%d records", seen);
}

Test(schema, nobody_can_doubt_reference_records)
{
    Recipe *r;
    Results results;
    OK(recipe_open(&r, "table1", NULL, 0, &err));
    results_open(&results, r, "results/reference/table1");
    cr_expect_eq(results_count(&results, STAGE_KNN, 0, POINT_DONE), 6);
    cr_expect_eq(results_doubt(&results), 0, "%s", text_get(&results.notes));
    results_close(&results);
    recipe_close(r);
}

/* --- the command ----------------------------------------------------------- */

Test(schema, inspect_says_that_all_is_well)
{
    char        out[OUT];
    const char *path = pretrained(&scratch, NULL);
    cr_assert_eq(RUN(out, "inspect", "--check", path), EXIT_DONE, "%s", out);
    cr_expect_str_eq(out, "1 of 1 files are what they should be\n");
}

static const char *foreign(void)
{
    return scratch_file(&scratch, "foreign.h5", "not HDF5 at all", 15);
}

static const char *half(void)
{
    char  *bytes;
    size_t n;
    OK(file_read(pretrained(&scratch, NULL), 1 << 24, &bytes, &n, &err));
    const char *path = scratch_file(&scratch, "half.h5", bytes, n / 2);
    free(bytes);
    return path;
}

static const char *damaged(void)
{
    const char *path = pretrained(&scratch, NULL);
    whole_harm(path);
    return path;
}

static const char *a_pipe(void)
{
    const char *path = scratch_path(&scratch, "pipe.h5");
    cr_assert(!mkfifo(path, 0600));
    return path;
}

static const char *no_file(void) { return scratch_path(&scratch, "nowhere.h5"); }

static const char *newer(void)
{
    H5         *f;
    const char *path = scratch_path(&scratch, "newer.h5");
    OK(h5_create(&f, path, &err));
    OK(h5_put_text(f, "/", "Conventions", "maskgrid-1.0", &err));
    OK(h5_put_whole(f, "/", "schema_version", RECORD_SCHEMA + 1, &err));
    OK(h5_commit(f, &err));
    return path;
}

static const struct { const char *(*make)(void); const char *said; } others[] = {
    { foreign, "foreign.h5: not a whole HDF5 file" },
    { half, "half.h5: damaged" },
    { damaged, "pretrain.h5: damaged" },
    { a_pipe, "pipe.h5: " },
    { no_file, "nowhere.h5: " },
    { newer, "newer.h5: schema version 3, this program reads 1 to 2: a newer maskgrid" },
};
enum { OTHERS = sizeof others / sizeof *others };

ParameterizedTestParameters(schema, no_record_is_named)
{
    static int index[OTHERS];
    for (int i = 0; i < OTHERS; i++) index[i] = i;
    return cr_make_param_array(int, index, OTHERS);
}

/* And the next one is looked at. */
ParameterizedTest(int *i, schema, no_record_is_named, .init = prepare, .fini = clean_up)
{
    char out[OUT], path[400];
    strcpy(path, others[*i].make());
    cr_assert_eq(RUN(out, "inspect", "--check", path, path), EXIT_CHECK_FAILED, "%s", out);
    cr_expect(strstr(out, others[*i].said) && strstr(out, "0 of 2 files"), "%s: %s",
              others[*i].said, out);
    cr_assert_eq(RUN(out, "inspect", path), EXIT_DATA, "%s", out);
    cr_expect(strstr(out, others[*i].said), "%s: %s", others[*i].said, out);
}

Test(schema, an_outline_is_80_columns_wide)
{
    char out[OUT];
    cr_assert_eq(RUN(out, "inspect", pretrained(&scratch, NULL)), EXIT_DONE, "%s", out);
    cr_expect(strstr(out, "\ncurves/loss ") && strstr(out, "\nepochs/table "), "%s", out);
    cr_expect(strstr(out, "\npretrain_loss "), "%s", out);
    strtok(out, "\n"); /* the path, which may be long */
    for (char *line; (line = strtok(NULL, "\n"));)
        cr_expect(text_width(line) <= 80, "%d columns: %s", text_width(line), line);
}

Test(schema, inspect_prints_the_schema)
{
    char out[OUT];
    Text is = { 0 };
    cr_assert_eq(RUN(out, "inspect", "--schema"), EXIT_DONE, "%s", out);
    fields_describe(&is);
    cr_expect_str_eq(out, text_get(&is));
    text_free(&is);
}
