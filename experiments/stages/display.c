#include "experiments/stages/display.h"

#include <math.h>

static double value(double x, const Data *d, int channel)
{
    double v = x * (double)d->std[channel] + (double)d->mean[channel];
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

uint8_t display_pixel(double x) { return (uint8_t)lround(255 * x); }

/* Where value j of patch i, ordered (row, column, channel), lies in [H, W, C]. */
static size_t place(const Display *d, int i, int j)
{
    int C = d->data->channels, side = d->patch;
    int y = i / d->cols * side + j / C / side, x = i % d->cols * side + j / C % side;
    return ((size_t)y * (size_t)d->data->width + (size_t)x) * (size_t)C + (size_t)(j % C);
}

/* Mean and std by which a normalised target is made. */
static void scale_of(const real *patch, int P, double *mean, double *std)
{
    double sum = 0, square = 0;
    for (int j = 0; j < P; j++) sum += (double)patch[j];
    *mean = sum / P;
    for (int j = 0; j < P; j++) square += ((double)patch[j] - *mean) * ((double)patch[j] - *mean);
    *std = sqrt(square / (P - 1) + 1e-6);
}

void display_image(double *original, double *completed, const Display *d, const real *pred,
                   const real *raw, const uint8_t *hidden)
{
    int C = d->data->channels, P = d->patch * d->patch * C;
    for (int i = 0; i < d->rows * d->cols; i++) {
        double mean, std;
        scale_of(raw + (size_t)i * (size_t)P, P, &mean, &std);
        if (!d->normalized) mean = 0, std = 1;
        for (int j = 0; j < P; j++) {
            size_t at = place(d, i, j), from = (size_t)i * (size_t)P + (size_t)j;
            original[at] = value((double)raw[from], d->data, j % C);
            completed[at] = hidden[i] ? value((double)pred[from] * std + mean, d->data, j % C)
                                      : original[at];
        }
    }
}

double display_error(const Display *d, const real *pred, const real *raw,
                     const uint8_t *hidden)
{
    size_t P = (size_t)(d->patch * d->patch * d->data->channels);
    double sum = 0, n = 0;
    for (int i = 0; i < d->rows * d->cols; i++, pred += P, raw += P) {
        double mean, std;
        if (!hidden[i]) continue;
        scale_of(raw, (int)P, &mean, &std);
        for (size_t j = 0; j < P; j++, n++) {
            double drawn = (double)pred[j], off = drawn - (double)raw[j];
            off = d->normalized ? drawn - ((double)raw[j] - mean) / std : off / std;
            sum += off * off;
        }
    }
    return sum / n;
}
