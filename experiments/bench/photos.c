#include "experiments/bench/photos.h"

#include "core/base/threads.h"
#include "core/data/loader.h"
#include "experiments/bench/apart.h"
#include "experiments/bench/drawn.h"
#include "core/base/temporary.h"

enum { MOST_BATCH = 64, LEAST = 3, MOST = 4096, CACHE_MIB = 4096 };

typedef struct {
    const char *folder;
    double      seconds;
} What;

static Status open_folder(Data **d, const char *folder, int cache_mib, Err *err)
{
    DataConfig c = data_defaults();
    c.name = "folder", c.folder = folder, c.size = PHOTO_SIZE, c.cache_mib = cache_mib;
    return data_open(d, &c, SPLIT_TRAIN, err);
}

/* Pictures a second; with `warm` of the epochs after the first. */
static Status rate(Quartiles *per_s, Loader *l, Arena *a, double seconds, bool warm,
                   Err *err)
{
    static double each[MOST];
    const int     steps = loader_steps(l), first = warm ? steps : 0;
    Batch         b = batch_new(a, l);
    for (int i = 0; i < first; i++)
        if (loader_batch(l, &b, 0, i, err)) return err->code;
    double end = clock_s() + seconds;
    int    n = 0;
    for (; n < LEAST || (n < MOST && clock_s() < end); n++) {
        const int at = first + n;
        each[n] = -clock_s();
        if (loader_batch(l, &b, (uint64_t)(at / steps), at % steps, err))
            return err->code;
        each[n] = b.N / (each[n] + clock_s());
    }
    *per_s = stats_quartiles(each, n);
    return STATUS_OK;
}

static Status measure_with(Quartiles *per_s, int *images, const What *w, int cache_mib,
                           Err *err)
{
    Augment augment = augment_defaults();
    Data   *d;
    Loader  l;
    Arena   a;
    if (open_folder(&d, w->folder, cache_mib, err)) return err->code;
    *images = d->count;
    arena_open(&a, "photos", NULL, NULL);
    const int batch = d->count < MOST_BATCH ? d->count : MOST_BATCH;
    loader_open(&l, d, &(LoaderConfig){ .batch = batch, .shuffle = true,
                                        .augment = &augment });
    Status bad = rate(per_s, &l, &a, w->seconds, cache_mib > 0, err);
    loader_close(&l);
    arena_close(&a);
    data_close(d);
    return bad;
}

static Status measure(void *value, const void *what, Err *err)
{
    PhotoRate  *p = value;
    const What *w = what;
    threads_set(1);
    if (p->drawn && drawn_write(w->folder, err)) return err->code;
    if (measure_with(&p->decoded_per_s, &p->images, w, 0, err)) return err->code;
    return measure_with(&p->kept_per_s, &p->images, w, CACHE_MIB, err);
}

Status photos_measure(PhotoRate *p, const char *folder, double seconds, Watch *watch,
                      Err *err)
{
    char aside[TEMPORARY_PATH];
    *p = (PhotoRate){ .drawn = !folder };
    if (!folder && temporary_open(aside, "bench", err)) return err->code;
    What   w = { folder ? folder : aside, seconds };
    Status bad = apart(measure, p, sizeof *p, &w, watch, err);
    if (!folder) temporary_close(aside);
    return bad;
}

static Status look(void *value, const void *what, Err *err)
{
    const What *w = what;
    Data       *d;
    (void)value;
    if (open_folder(&d, w->folder, 0, err)) return err->code;
    data_close(d);
    return STATUS_OK;
}

/* Apart, for it starts threads, and after that nothing else could be measured apart. */
Status photos_check(const char *folder, Err *err)
{
    char nothing = 0;
    What w = { .folder = folder };
    return apart(look, &nothing, sizeof nothing, &w, NULL, err);
}
