#include "core/data/jpeg_read.h"

#include "core/data/picture.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>

enum { MOST_SCANS = 500, ROWS = 16 };

/* A decoder that comes back here when libjpeg gives up.  libjpeg knows no other way
 * than a jump; it goes no further than decode() below. */
typedef struct {
    struct jpeg_decompress_struct j;
    struct jpeg_error_mgr         errors;
    struct jpeg_progress_mgr      progress;
    jmp_buf                       back;
    const char                   *name;
    bool                          drawn; /* all rows are there */
    Err                          *err;
} Decoder;

static void give_up(j_common_ptr j)
{
    Decoder *d = j->client_data;
    char     why[JMSG_LENGTH_MAX];
    j->err->format_message(j, why);
    if (j->err->msg_code == JERR_BAD_PRECISION)
        snprintf(why, sizeof why, "%d bits a value, expected 8", j->err->msg_parm.i[0]);
    err_set(d->err, STATUS_FORMAT, "%s: JPEG: %s", d->name, why);
    longjmp(d->back, 1);
}

/* Level -1 is a flaw that libjpeg can go on with; of those Pillow refuses only a file
 * that ends before its last row. */
static void notice(j_common_ptr j, int level)
{
    Decoder *d = j->client_data;
    if (level != -1 || j->err->msg_code != JWRN_JPEG_EOF || d->drawn) return;
    err_set(d->err, STATUS_FORMAT, "%s: JPEG: truncated", d->name);
    longjmp(d->back, 1);
}

/* A few kilobytes can ask for the work of thousands of scans. */
static void count_scans(j_common_ptr j)
{
    Decoder *d = j->client_data;
    if (d->j.input_scan_number <= MOST_SCANS) return;
    err_set(d->err, STATUS_FORMAT, "%s: JPEG: more than %d scans", d->name, MOST_SCANS);
    longjmp(d->back, 1);
}

static void read_head(Decoder *d, const void *bytes, size_t n)
{
    jpeg_create_decompress(&d->j);
    d->j.client_data = d;
    d->progress.progress_monitor = count_scans;
    d->j.progress = &d->progress;
    jpeg_mem_src(&d->j, bytes, n);
    jpeg_read_header(&d->j, TRUE);
    uint64_t pixels = (uint64_t)d->j.image_width * d->j.image_height;
    int      C = d->j.num_components;
    if (pixels > PICTURE_PIXELS)
        err_set(d->err, STATUS_FORMAT,
                "%s: a picture of %u x %u, at most %d pixels are read", d->name,
                d->j.image_width, d->j.image_height, PICTURE_PIXELS);
    else if (C != 1 && C != 3 && C != 4)
        err_set(d->err, STATUS_FORMAT, "%s: JPEG: %d colour planes, expected 1, 3 or 4",
                d->name, C);
    else
        return;
    longjmp(d->back, 1);
}

/* a b / 255, rounded as Pillow rounds it. */
static uint8_t part(int a, int b)
{
    int x = a * b + 128;
    return (uint8_t)((x + (x >> 8)) >> 8);
}

/* Stored inks are 255 - ink, as Adobe writes them. */
static void inks_to_rgb(uint8_t *rgb, const uint8_t *cmyk, int n)
{
    for (int i = 0; i < n; i++)
        for (int c = 0; c < 3; c++) rgb[3 * i + c] = part(cmyk[4 * i + c], cmyk[4 * i + 3]);
}

static void read_inks(Decoder *d, Image *m)
{
    j_decompress_ptr j = &d->j;
    JSAMPARRAY       row = j->mem->alloc_sarray((j_common_ptr)j, JPOOL_IMAGE,
                                                4 * j->output_width, 1);
    while (j->output_scanline < j->output_height) {
        uint8_t *to = m->pixels + (size_t)j->output_scanline * (size_t)m->width * 3;
        jpeg_read_scanlines(j, row, 1);
        inks_to_rgb(to, row[0], m->width);
    }
}

static void read_rows(Decoder *d, Image *m)
{
    size_t stride = (size_t)m->width * (size_t)m->channels;
    while (d->j.output_scanline < d->j.output_height) {
        JSAMPROW rows[ROWS];
        unsigned left = d->j.output_height - d->j.output_scanline;
        unsigned n = left < ROWS ? left : ROWS;
        for (unsigned i = 0; i < n; i++)
            rows[i] = m->pixels + (d->j.output_scanline + i) * stride;
        jpeg_read_scanlines(&d->j, rows, n);
    }
}

static void read_pixels(Decoder *d, Image *m)
{
    int C = d->j.num_components;
    d->j.out_color_space = C == 1 ? JCS_GRAYSCALE : C == 3 ? JCS_RGB : JCS_CMYK;
    image_size(m, (int)d->j.image_height, (int)d->j.image_width, C == 1 ? 1 : 3);
    jpeg_start_decompress(&d->j);
    if (C == 4) read_inks(d, m);
    else read_rows(d, m);
    d->drawn = true;
    jpeg_finish_decompress(&d->j); /* what stands behind the last row may tell of damage */
}

/* With m all of it, else the size alone. */
static Status decode(Decoder *d, Image *m, const void *bytes, size_t n)
{
    d->j.err = jpeg_std_error(&d->errors);
    d->j.client_data = d;
    d->errors.error_exit = give_up;
    d->errors.emit_message = notice;
    if (setjmp(d->back)) {
        jpeg_destroy_decompress(&d->j);
        return d->err->code;
    }
    read_head(d, bytes, n);
    if (m) read_pixels(d, m);
    jpeg_destroy_decompress(&d->j);
    return STATUS_OK;
}

Status jpeg_decode(Image *m, const void *bytes, size_t n, const char *name, Err *err)
{
    Decoder d = { .name = name, .err = err };
    return decode(&d, m, bytes, n);
}

Status jpeg_size(int *height, int *width, const void *bytes, size_t n, const char *name,
                 Err *err)
{
    Decoder d = { .name = name, .err = err };
    if (decode(&d, NULL, bytes, n)) return err->code;
    *height = (int)d.j.image_height, *width = (int)d.j.image_width;
    return STATUS_OK;
}
