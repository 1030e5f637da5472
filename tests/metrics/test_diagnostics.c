/* Diagnostics of features, attention and images against numpy's: golden/diagnostics.py
 * computes them from the definitions alone. */
#include "core/metrics/attention.h"
#include "core/metrics/fourier.h"
#include "core/metrics/geometry.h"
#include "core/metrics/partition.h"
#include "core/metrics/restoration.h"
#include "core/metrics/spectrum.h"
#include "core/train/safetensors.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Inputs are floats in the file whatever a real is; what is expected is a real. */
#ifdef REAL_IS_DOUBLE
static const double NEAR = 1e-9;
#else
static const double NEAR = 1e-5; /* the expectations are rounded to floats */
#endif

static double golden_room[4][1200];

static const double *golden(int room, const char *name)
{
    Err         err;
    Safetensors f;
    real        values[1200];
    cr_assert(!safetensors_open(&f, "tests/golden/diagnostics.safetensors", &err), "%s", err.text);
    const SafeTensor *x = safetensors_find(&f, name);
    cr_assert(x && x->count <= 1200, "%s", name);
    cr_assert(!safetensors_read(&f, x, values, &err), "%s", err.text);
    for (size_t i = 0; i < x->count; i++) golden_room[room][i] = (double)values[i];
    safetensors_close(&f);
    return golden_room[room];
}

static const float *features(float out[1000], const char *name)
{
    const double *x = golden(3, name);
    for (int i = 0; i < 1000; i++) out[i] = (float)x[i];
    return out;
}

static void expect(const char *what, double got, double want)
{
    cr_expect(fabs(got - want) <= NEAR * (1 + fabs(want)), "%s: %.12g, numpy has %.12g", what, got,
              want);
}

/* --- spectrum ------------------------------------------------------------ */

Test(diagnostics, singular_values)
{
    float         x[1000];
    double        s[10];
    const double *raw = golden(0, "sigma_raw"), *centred = golden(1, "sigma_centred");
    const double *wide = golden(2, "sigma_wide");
    features(x, "x");
    cr_assert(spectrum_of(s, x, 100, 10, false) == 10);
    for (int i = 0; i < 10; i++) expect("raw", s[i], raw[i]);
    cr_assert(spectrum_of(s, x, 100, 10, true) == 10);
    for (int i = 0; i < 10; i++) expect("centred", s[i], centred[i]);
    cr_assert(spectrum_of(s, x, 6, 10, false) == 6);
    for (int i = 0; i < 6; i++) expect("wide", s[i], wide[i]);
}

Test(diagnostics, ranks)
{
    float         x[1000];
    double        raw[10], s[10];
    const double *want = golden(0, "ranks");
    features(x, "x");
    spectrum_of(raw, x, 100, 10, false);
    spectrum_of(s, x, 100, 10, true);
    expect("effective rank", spectrum_effective_rank(raw, 10, 0), want[0]);
    expect("RankMe", spectrum_effective_rank(raw, 10, RANKME_EPS), want[1]);
    expect("participation", spectrum_participation(s, 10), want[2]);
    expect("stable rank", spectrum_stable_rank(s, 10), want[3]);
    for (int k = 0; k < 3; k++)
        cr_expect(spectrum_components(s, 10, k == 0 ? 0.9 : k == 1 ? 0.95 : 0.99) ==
                  (int)want[4 + k]);
}

/* What collapse looks like, and none. */
Test(diagnostics, collapse_is_seen)
{
    float  one[12] = { 1, 2, 3, 2, 4, 6, -1, -2, -3, 3, 6, 9 };
    float  all[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };
    double s[3];
    spectrum_of(s, one, 4, 3, false);
    cr_expect(fabs(spectrum_effective_rank(s, 3, 0) - 1) <= 1e-6);
    spectrum_of(s, all, 3, 3, false);
    cr_expect(fabs(spectrum_effective_rank(s, 3, 0) - 3) <= 1e-9);
    cr_expect(fabs(geometry_cosine(all, 3, 3) - 1.0 / 3) <= 1e-12);
    cr_expect(fabs(geometry_cosine(one, 4, 3) - 1) <= 1e-12);
    float zero[4] = { 0 };
    spectrum_of(s, zero, 2, 2, false);
    cr_expect(isnan(spectrum_effective_rank(s, 2, 0)));
}

/* --- geometry ------------------------------------------------------------ */

Test(diagnostics, geometry)
{
    float         x[1000], y[1000], turned[1000];
    const double *want = golden(0, "geometry");
    features(x, "x"), features(y, "y");
    expect("alignment", geometry_alignment(x, y, 100, 10), want[0]);
    expect("uniformity", geometry_uniformity(x, 100, 10), want[1]);
    expect("cosine", geometry_cosine(x, 100, 10), want[2]);
    expect("CKA", geometry_cka(x, 10, y, 10, 100, false), want[3]);
    expect("debiased CKA", geometry_cka(x, 10, y, 10, 100, true), want[4]);
    /* The CKA repository's own numbers for these features. */
    cr_expect(fabs(want[3] - 0.55761) <= 1e-5 && fabs(want[4] - 0.51346) <= 1e-5);
    for (int i = 0; i < 100; i++)
        for (int k = 0; k < 10; k++) turned[i * 10 + k] = 3 * x[i * 10 + (k + 4) % 10] + (float)k;
    cr_expect(fabs(geometry_cka(x, 10, turned, 10, 100, false) - 1) <= 1e-6);
}

/* --- attention ----------------------------------------------------------- */

static const bool part_a[12] = { 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0 };

Test(diagnostics, attention)
{
    float         p[144];
    const double *a = golden(0, "attention"), *want = golden(1, "look");
    for (int i = 0; i < 144; i++) p[i] = (float)a[i];
    AttentionLook look = attention_look(p, 3, 4);
    expect("distance", look.distance, want[0]);
    expect("entropy", look.entropy, want[1]);
    expect("NMI", look.nmi, want[2]);
    expect("share of hidden", attention_share(p, part_a, 12), golden(1, "share")[0]);
}

/* Where everybody gets the same the hidden get their share; where one gets all, all. */
Test(diagnostics, what_hidden_patches_get)
{
    const bool hidden[4] = { true, false, true, true };
    float      even[16], one[16] = { 0 };
    for (int i = 0; i < 16; i++) even[i] = 0.25F, one[i] = i % 4 == 1;
    cr_expect(attention_share(even, hidden, 4) == 0.75 && attention_share(one, hidden, 4) == 0);
    for (int i = 0; i < 16; i++) one[i] = i % 4 == 3 ? 0.5F : 0; /* rows need not sum to 1 */
    cr_expect(attention_share(one, hidden, 4) == 1);
}

/* --- frequencies --------------------------------------------------------- */

Test(diagnostics, frequencies_of_features)
{
    float         x[1000], flat[36 * 2], wave[36 * 2];
    double        a[3];
    const double *want = golden(0, "fourier");
    features(x, "x");
    cr_assert(fourier_steps(4, 4) == 2 && fourier_steps(5, 6) == 3 && fourier_steps(7, 7) == 4);
    fourier_diagonal(a, x, 4, 4, 10);
    for (int k = 0; k < 2; k++) expect("4 x 4", a[k], want[k]);
    fourier_diagonal(a, x, 5, 6, 10);
    for (int k = 0; k < 3; k++) expect("5 x 6", a[k], want[2 + k]);
    for (int i = 0; i < 72; i++) /* |F(0)| = |F(2, 2)| = 36 of a wave of two periods and 1 */
        flat[i] = 3, wave[i] = (float)(1 + 2 * cos(2 * (i / 12 + i / 2 % 6) * acos(-1) / 3));
    fourier_diagonal(a, flat, 6, 6, 2);
    cr_expect(a[0] == 0 && a[2] < -10, "a flat map: %g", a[2]);
    fourier_diagonal(a, wave, 6, 6, 2);
    cr_expect(fabs(a[2]) <= 1e-6 && a[1] < -10, "a wave: %g, %g", a[1], a[2]);
}

Test(diagnostics, attention_at_its_ends)
{
    float even[16], self[16] = { 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1 };
    for (int i = 0; i < 16; i++) even[i] = 0.25F;
    AttentionLook a = attention_look(even, 2, 2), b = attention_look(self, 2, 2);
    cr_expect(fabs(a.nmi) <= 1e-12 && fabs(a.entropy - log(4)) <= 1e-12);
    cr_expect(fabs(a.distance - (2 + sqrt(2)) / 4) <= 1e-12);
    cr_expect(fabs(b.nmi - 1) <= 1e-5 && b.entropy <= 1e-12 && b.distance <= 1e-12);
}

/* --- partitions ---------------------------------------------------------- */

static const bool part_b[12] = { 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1 };

Test(diagnostics, partitions)
{
    float         x[1000], y[1000];
    double        c[144], d[144];
    const double *cosines = golden(0, "cosines"), *want = golden(1, "partition");
    partition_cosines(c, features(x, "x"), 12, 10);
    partition_cosines(d, features(y, "y"), 12, 10);
    for (int i = 0; i < 144; i++) expect("cosine", c[i], cosines[i]);
    expect("gap", partition_gap(c, part_a, 12), want[0]);
    expect("NMI", partition_nmi(part_a, part_b, 12), want[1]);
    expect("divergence", partition_divergence(c, d, 12), want[2]);
    expect("feature variance", partition_feature_variance(x, 12, 10), want[3]);
    expect("relation variance", partition_relation_variance(c, 12), want[4]);
    bool none[12] = { 0 };
    cr_expect(fabs(partition_nmi(part_a, part_a, 12) - 1) <= 1e-12);
    cr_expect(partition_nmi(none, none, 12) == 1 && fabs(partition_nmi(part_a, none, 12)) <= 1e-12);
    cr_expect(isnan(partition_gap(c, none, 12)));
}

/* --- images -------------------------------------------------------------- */

Test(diagnostics, images)
{
    const double *image = golden(0, "image"), *worse = golden(1, "worse");
    double        map[8], x[7], y[7], mse = 0;
    restoration_ssim(map, image, worse, 14, 12);
    const double *want = golden(2, "ssim");
    for (int i = 0; i < 8; i++) expect("SSIM", map[i], want[i]);
    restoration_spectrum(x, worse, 14, 12);
    restoration_spectrum(y, image, 14, 12);
    want = golden(2, "spectrum");
    for (int i = 0; i < 7; i++) expect("spectrum", y[i], want[i]);
    want = golden(2, "blur");
    for (int i = 0; i < 168; i++) mse += (image[i] - worse[i]) * (image[i] - worse[i]) / 168;
    expect("sharpness", restoration_sharpness(x, y, 7, 0), want[0]);
    expect("without patch borders", restoration_sharpness(x, y, 7, 4), want[1]);
    expect("spectral distance", restoration_spectral_distance(x, y, 7, 4), want[2]);
    expect("Laplacian", restoration_laplacian(image, NULL, 14, 12), want[3]);
    expect("PSNR", restoration_psnr(mse), want[4]);
    expect("frequency distance", restoration_frequency_distance(worse, image, 14, 12),
           golden(2, "frequency")[0]);
    cr_expect(restoration_frequency_distance(image, image, 14, 12) == 0);
}

Test(diagnostics, five_scales)
{
    enum { ROWS = 163, COLS = 170 };
    static double x[ROWS * COLS], y[ROWS * COLS];
    for (int k = 0; k < ROWS * COLS; k++) {
        double i = k / COLS, j = k % COLS;
        x[k] = 0.5 + 0.4 * sin(0.13 * i + 0.07 * j + 0.001 * i * j);
        y[k] = 0.8 * x[k] + 0.05 + 0.1 * cos(0.9 * i - 0.4 * j);
    }
    expect("MS-SSIM", restoration_ms_ssim(x, y, ROWS, COLS), golden(0, "ms_ssim")[0]);
    cr_expect(fabs(restoration_ms_ssim(x, x, ROWS, COLS) - 1) <= 1e-12);
    cr_expect(isnan(restoration_ms_ssim(x, y, 160, COLS)));
}

Test(diagnostics, nothing_wrong_and_nothing_there)
{
    const double *image = golden(0, "image");
    double        map[8];
    bool          inside[168] = { false };
    restoration_ssim(map, image, image, 14, 12);
    for (int i = 0; i < 8; i++) cr_expect(fabs(map[i] - 1) <= 1e-9);
    cr_expect(isinf(restoration_psnr(0)));
    cr_expect(restoration_laplacian(image, inside, 14, 12) == 0);
    map[0] = 7;
    restoration_ssim(map, image, image, 10, 14);
    cr_expect(map[0] == 7, "a window of 11 in 10 rows");
}
