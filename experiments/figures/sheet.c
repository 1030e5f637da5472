#include "experiments/figures/sheet.h"

#include "core/data/randaugment.h"
#include "experiments/figures/canvas.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    MARGIN = 40, GAP = 8, APART = 28, TITLE = 24, HEADING = 16, SMALL = 11, LINE = 20,
    PANEL = 164, /* pixels of a picture  */
    ACROSS = 5   /* changes side by side */
};

/* A column: how far the picture has come. */
typedef struct {
    const char *name;
    double      crop_min; /* 0: whole, nothing else happens */
    double      randaugment, erase;
    bool        mixed;
    int         later;    /* epochs */
} Column;

enum { COLUMNS = 10 };

typedef struct {
    const Sheet *s;
    Canvas       c;
    Arena        host;
    Column       column[COLUMNS];
    int          columns; /* that show something */
    Image        shown, scratch;
    uint8_t      fill[MAX_CHANNELS]; /* the loader's */
} Page;

static void list_columns(Page *p)
{
    const Augment *a = p->s->augment;
    const Mixing  *m = p->s->mixing;
    const double   crop = a->area_min, rand = a->randaugment;
    const bool     mixes = m->mixup > 0 || m->cutmix > 0;
    const Column   all[COLUMNS] = {
        { "as evaluated", 0, 0, 0, false, 0 },
        { "cropped, flipped", crop, 0, 0, false, 0 },
        { "an epoch later", crop, 0, 0, false, 1 },
        { "RandAugment", crop, rand, 0, false, 0 },
        { "an epoch later", crop, rand, 0, false, 1 },
        { "and one more", crop, rand, 0, false, 2 },
        { "erased", crop, rand, a->erase, false, 0 },
        { "an epoch later", crop, rand, a->erase, false, 1 },
        { "mixed", crop, rand, a->erase, true, 0 },
        { "an epoch later", crop, rand, a->erase, true, 1 },
    };
    p->columns = 0;
    for (int i = 0; i < COLUMNS; i++) {
        const Column *k = &all[i];
        bool shows = k->mixed ? mixes
                     : i < 3  ? true
                     : i < 6  ? rand > 0
                              : a->erase > 0;
        if (shows) p->column[p->columns++] = *k;
    }
}

static int column_at(int i) { return MARGIN + i * (PANEL + GAP); }

/* --- pictures, as numbers for the model ------------------------------------------ */

static uint8_t pixel(double x, const Data *d, int channel)
{
    double v = 255 * (x * (double)d->std[channel] + (double)d->mean[channel]);
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : lround(v));
}

static void put_image(Page *p, int x, int y, const real *image)
{
    const Data *d = p->s->data;
    const int   C = d->channels, n = d->height * d->width;
    image_size(&p->shown, d->height, d->width, C);
    for (int c = 0; c < C; c++)
        for (int i = 0; i < n; i++)
            p->shown.pixels[i * C + c] = pixel((double)*image++, d, c);
    canvas_image(&p->c, x, y, PANEL, PANEL, &p->shown);
}

static void put_share(Page *p, int x, int y, const Mix *m)
{
    char text[32];
    snprintf(text, sizeof text, "%.0f %% its own", 100 * m->own);
    canvas_veil(&p->c, x, y + PANEL - LINE, PANEL, LINE, WHITE, 0.75);
    canvas_text(&p->c, x + 5, y + PANEL - LINE + 5, SMALL, BLACK, text);
}

static Status put_column(Page *p, int i, int top, Err *err)
{
    const Sheet  *s = p->s;
    const Column *k = &p->column[i];
    const Data   *d = s->data;
    Augment       augment = *s->augment;
    Mix           mix = { .own = 1 };
    Loader        loader;
    const uint64_t epoch = s->epoch + (uint64_t)k->later;
    augment.randaugment = k->randaugment, augment.erase = k->erase;
    loader_open(&loader, d, &(LoaderConfig){ .batch = s->images, .seed = s->seed,
                                             .augment = k->crop_min > 0 ? &augment : NULL });
    Batch  b = batch_new(&p->host, &loader);
    Status bad = loader_batch(&loader, &b, epoch, 0, err);
    memcpy(p->fill, loader.fill, sizeof p->fill);
    loader_close(&loader);
    if (bad) return bad;
    if (k->mixed) {
        mix = mix_draw(s->mixing, d->height, d->width, s->seed, epoch, 0);
        mix_images(&mix, b.images, b.N, d->channels, d->height, d->width);
    }
    canvas_text(&p->c, column_at(i), top, SMALL, GRAY, k->name);
    size_t each = (size_t)d->channels * (size_t)d->height * (size_t)d->width;
    for (int n = 0; n < b.N; n++) {
        int y = top + LINE + n * (PANEL + GAP);
        put_image(p, column_at(i), y, b.images + (size_t)n * each);
        if (k->mixed) put_share(p, column_at(i), y, &mix);
    }
    return STATUS_OK;
}

/* --- single changes ----------------------------------------------------------------- */

/* Picture n as it is evaluated, changed. */
static Status put_change(Page *p, int x, int y, ChangeKind kind, int n, bool negative, Err *err)
{
    const Data *d = p->s->data;
    Image       whole = { 0 };
    char        text[CHANGE_TEXT];
    double      amount = change_amount(kind, p->s->augment->randaugment, negative);
    Status      bad = data_read(d, n, &whole, err);
    if (!bad) {
        image_size(&p->shown, d->height, d->width, d->channels);
        centre_apply(&whole, d->height, p->shown.pixels, &p->scratch);
        change(kind, &p->shown, amount, p->fill, &p->scratch);
        canvas_image(&p->c, x, y + LINE, PANEL, PANEL, &p->shown);
        change_text(text, kind, amount);
        canvas_text(&p->c, x, y, SMALL, GRAY, text);
    }
    image_free(&whole);
    return bad;
}

static Status put_changes(Page *p, int top, Err *err)
{
    for (int kind = 0; kind < CHANGE_KINDS; kind++) {
        int x = MARGIN + kind % ACROSS * (2 * (PANEL + GAP) + APART);
        int y = top + kind / ACROSS * (PANEL + LINE + APART), n = kind % p->s->images;
        if (put_change(p, x, y, kind, n, false, err)) return err->code;
        bool other = change_amount(kind, 9, true) != change_amount(kind, 9, false);
        int  next = (n + 1) % p->s->images;
        if (put_change(p, x + PANEL + GAP, y, kind, other ? n : next, other, err))
            return err->code;
    }
    return STATUS_OK;
}

static Status put_all(Page *p, Err *err)
{
    const Sheet *s = p->s;
    char         heading[96];
    int          y = MARGIN;
    canvas_text(&p->c, MARGIN, y, TITLE, BLACK, s->title);
    y += TITLE + APART;
    for (int i = 0; i < p->columns; i++)
        if (put_column(p, i, y, err)) return err->code;
    y += LINE + s->images * (PANEL + GAP) + APART;
    if (!(s->augment->randaugment > 0)) return STATUS_OK;
    snprintf(heading, sizeof heading, "The fifteen changes of RandAugment, at level %g",
             s->augment->randaugment);
    canvas_text(&p->c, MARGIN, y, HEADING, BLACK, heading);
    return put_changes(p, y + HEADING + APART, err);
}

Status sheet_write(const Sheet *s, const char *path, Err *err)
{
    Page      p = { .s = s };
    const int changes = (CHANGE_KINDS + ACROSS - 1) / ACROSS;
    const int width = 2 * MARGIN + ACROSS * (2 * (PANEL + GAP) + APART) - APART;
    const int changed = HEADING + APART + changes * (PANEL + LINE + APART) - APART;
    const int height = 2 * MARGIN + TITLE + APART + LINE + s->images * (PANEL + GAP) + APART +
                       (s->augment->randaugment > 0 ? changed : 0);
    list_columns(&p);
    arena_open(&p.host, "sheet", NULL, NULL);
    canvas_open_for(&p.c, width, height, WHITE, path);
    Status bad = put_all(&p, err);
    if (!bad) bad = canvas_write(&p.c, path, err);
    canvas_close(&p.c);
    image_free(&p.shown);
    image_free(&p.scratch);
    arena_close(&p.host);
    return bad;
}
