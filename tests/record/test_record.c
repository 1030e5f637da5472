#include "core/base/file.h"
#include "experiments/record/provenance.h"
#include "experiments/record/record.h"
#include "tests/ok.h"
#include "tests/run/whole.h"
#include "tests/room.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { STEPS = 700, IMAGES = 1000, ROWS = 3, COLS = 5, LIMIT = 1 << 24 };

TestSuite(record, .init = open_room, .fini = close_room);

static RecordHead head(void)
{
    return (RecordHead){ .stage = "pretrain",
                         .id = "0123456789abcdef0123456789abcdef",
                         .title = "pretrain, spiral, seed 3",
                         .config = "stage: pretrain\nmodel.width: 64\nempty: \n",
                         .strategy = "spiral:sym=1",
                         .seed = 3,
                         .ratio = 0.75,
                         .rows = ROWS,
                         .cols = COLS,
                         .K = 3,
                         .threads = 2 };
}

static const char *written(void)
{
    static double  step[STEPS], loss[STEPS], share[ROWS * COLS];
    static uint8_t correct[IMAGES], picture[2 * 6 * 10], hidden[2 * ROWS * COLS];
    const char    *path = scratch_path(&scratch, "pretrain.h5");
    RecordHead     h = head();
    Record        *r;
    for (int i = 0; i < STEPS; i++) step[i] = i, loss[i] = 1.0 / (1 + i);
    OK(record_open(&r, path, &h, &err));
    record_text(r, "data", "scenes");
    record_axis(r, "step", step, STEPS, "1", "step");
    record_curve(r, "loss", "step", loss, STEPS, "1", "training loss");
    record_curve(r, "lr", "step", step, STEPS, "1", "learning rate");
    record_metric(r, "knn_top1", 72.4, "percent", "k-NN accuracy, k 20", HIGHER);
    record_metric(r, "final_loss", 0.5, "1", "loss of the last epoch", LOWER);
    record_metric(r, "epochs", 6, "1", "epochs", NEITHER);
    record_outcomes(r, "correct", NUMBER_BOOL, correct, IMAGES, "1", "was right");
    record_map(r, "visible_share", share, "1", "share of masks that show the patch");
    record_reconstruction(r, picture, hidden, picture, 2, 6, 10, 1);
    record_cost(r, 2.5, 1000);
    OK(record_close(r, &err));
    return path;
}

Test(record, comes_back_as_it_was_written)
{
    H5         *f;
    Metric     *m;
    double     *x, *y, number;
    int         n;
    size_t      points;
    const char *text;
    OK(record_read(&f, written(), "0123456789abcdef0123456789abcdef", &err));
    OK(record_metrics(f, &arena, &m, &n, &err));
    cr_expect(n == 3);
    cr_expect_str_eq(m[2].name, "knn_top1");
    cr_expect(m[2].x == 72.4 && m[2].better == HIGHER && m[2].primary);
    cr_expect_str_eq(m[2].units, "percent");
    cr_expect(m[1].better == LOWER && m[0].better == NEITHER && !m[0].primary);
    OK(record_curve_read(f, "loss", "step", &arena, &x, &y, &points, &text, &err));
    cr_expect(points == STEPS && x[7] == 7 && y[1] == 0.5);
    cr_expect_str_eq(text, "training loss");
    OK(h5_get_number(f, "/", "realised_ratio", &number, &err));
    cr_expect(fabs(number - 0.8) <= 1e-15);
    OK(h5_get_long_text(f, "config", &arena, &text, &err));
    cr_expect_str_eq(text, "stage: pretrain\nmodel.width: 64\nempty: \n");
    OK(h5_get_text(f, "settings", "model.width", &arena, &text, &err));
    cr_expect_str_eq(text, "64");
    OK(h5_get_text(f, "settings", "empty", &arena, &text, &err));
    cr_expect_str_eq(text, "");
    h5_close(f);
}

/* Every record says what made it. */
Test(record, carries_its_provenance)
{
    static const char *const root[] = { "Conventions", "title",       "source",
                                        "history",     "created",     "started",
                                        "stage",       "config_hash", "strategy",
                                        "NX_class",    "default" };
    static const char *const made[] = { "program",   "version", "commit", "tree",
                                        "compiler",  "flags",   "real",   "blas",
                                        "blas_core", "host",    "system", "processor" };
    static const char *const cost[] = { "cost/wall_s", "cost/peak_bytes",
                                        "cost/images_per_s" };
    const char              *text;
    H5                      *f;
    OK(record_read(&f, written(), NULL, &err));
    for (size_t i = 0; i < sizeof root / sizeof *root; i++) {
        OK(h5_get_text(f, "/", root[i], &arena, &text, &err));
        cr_expect(*text, "%s", root[i]);
    }
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        OK(h5_get_text(f, "provenance", made[i], &arena, &text, &err));
        cr_expect(*text, "%s", made[i]);
    }
    for (size_t i = 0; i < sizeof cost / sizeof *cost; i++) {
        double x;
        OK(h5_get_into(f, &(H5Set){ .name = cost[i], .kind = NUMBER_DOUBLE }, &x, &err));
        cr_expect(x > 0 && isfinite(x), "%s %g", cost[i], x);
    }
    h5_close(f);
}

Test(record, another_identity_is_refused)
{
    H5 *f;
    cr_expect(record_read(&f, written(), "ffff456789abcdef0123456789abcdef", &err) ==
              STATUS_FORMAT);
    cr_expect(!f && strstr(err.text, "pretrain.h5"), "%s", err.text);
}

Test(record, a_damaged_file_is_refused)
{
    H5 *f;
    whole_harm(written());
    cr_expect(record_read(&f, scratch.path, NULL, &err) == STATUS_FORMAT);
    cr_expect(!f && strstr(err.text, "pretrain.h5: damaged"), "%s", err.text);
}

Test(record, a_foreign_file_is_refused)
{
    H5 *f;
    OK(h5_create(&f, scratch_path(&scratch, "foreign.h5"), &err));
    OK(h5_put_text(f, "/", "Conventions", "CF-1.8", &err));
    OK(h5_commit(f, &err));
    cr_expect(record_read(&f, scratch.path, NULL, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "foreign.h5") != NULL);

    OK(h5_create(&f, scratch_path(&scratch, "newer.h5"), &err));
    OK(h5_put_text(f, "/", "Conventions", "maskgrid-1.0", &err));
    OK(h5_put_whole(f, "/", "schema_version", RECORD_SCHEMA + 1, &err));
    OK(h5_commit(f, &err));
    cr_expect(record_read(&f, scratch.path, NULL, &err) == STATUS_FORMAT);
    cr_expect(strstr(err.text, "schema") != NULL, "%s", err.text);
    cr_expect(record_read(&f, scratch_path(&scratch, "absent.h5"), NULL, &err) ==
              STATUS_MISSING);
}

/* The first failure is the one that is told, and no file appears. */
Test(record, a_failure_between_open_and_close_is_kept)
{
    RecordHead h = head();
    Record    *r;
    OK(record_open(&r, scratch_path(&scratch, "bad.h5"), &h, &err));
    record_metric(r, "twice", 1, "1", "once", NEITHER);
    record_metric(r, "twice", 1, "1", "again", NEITHER);
    record_metric(r, "later", 1, "1", "not told", NEITHER);
    cr_expect(record_close(r, &err) == STATUS_IO);
    cr_expect(strstr(err.text, "metrics/twice") != NULL, "%s", err.text);
    cr_expect(!file_exists(scratch.path));
    OK(record_open(&r, scratch.path, &h, &err));
    record_drop(r);
    cr_expect(!file_exists(scratch.path));
}

Test(record, time_is_utc)
{
    char now[32], before[32];
    provenance_time(now, 0);
    provenance_time(before, 3600);
    cr_expect(strlen(now) == 20 && now[10] == 'T' && now[19] == 'Z', "%s", now);
    cr_expect(strcmp(before, now) < 0);
}
