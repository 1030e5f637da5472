#include "core/base/arena.h"
#include "core/base/h5.h"
#include "experiments/lint/known.h"
#include "experiments/lint/scalar.h"
#include "experiments/lint/shape.h"
#include "experiments/lint/write.h"
#include "experiments/record/provenance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Those on one grid. */
typedef struct {
    H5          *file;
    Arena       *arena;
    const Found **of;
    size_t       n;
    int          rows, cols;
    char         group[32];
} Group;

static const char *in_group(const Group *g, const char *name)
{
    char *out = ARENA_NEW(g->arena, char, sizeof g->group + strlen(name) + 2);
    sprintf(out, "%s/%s", g->group, name);
    return out;
}

static Status put_texts(const Group *g, const char *name, const char *(*of)(const Found *),
                        Err *err)
{
    const char **texts = ARENA_NEW(g->arena, const char *, g->n);
    for (size_t i = 0; i < g->n; i++) texts[i] = of(g->of[i]);
    return h5_put_texts(g->file, in_group(g, name), texts, g->n, err);
}

static const char *spec_of(const Found *f) { return f->spec; }
static const char *plugins_of(const Found *f) { return f->plugins; }
static const char *why_of(const Found *f)
{
    for (int i = 0; i < LAWS; i++)
        if (f->verdict[i].kept == BROKEN) return f->verdict[i].text;
    return "";
}

static Status put_laws(const Group *g, Err *err)
{
    const char *names[LAWS];
    uint8_t    *kept = ARENA_NEW(g->arena, uint8_t, g->n * LAWS);
    for (int i = 0; i < LAWS; i++) names[i] = laws[i].name;
    for (size_t i = 0; i < g->n * LAWS; i++)
        kept[i] = (uint8_t)g->of[i / LAWS]->verdict[i % LAWS].kept;
    if (h5_put_texts(g->file, in_group(g, "law"), names, LAWS, err)) return err->code;
    return h5_put(g->file,
                  &(H5Set){ .name = in_group(g, "kept"), .kind = NUMBER_UINT8, .rank = 2,
                            .dim = { g->n, LAWS }, .units = "1",
                            .long_name = "0 not tried, 1 kept, 2 broken" },
                  kept, err);
}

static Status put_column(const Group *g, const char *name, const char *units,
                         const char *long_name, const double *x, Err *err)
{
    return h5_put(g->file,
                  &(H5Set){ .name = in_group(g, name), .kind = NUMBER_DOUBLE, .rank = 1,
                            .dim = { g->n }, .units = units, .long_name = long_name },
                  x, err);
}

static Status put_scalars(const Group *g, Err *err)
{
    double *x = ARENA_NEW(g->arena, double, g->n);
    for (const Scalar *s = scalars; s->name; s++) {
        for (size_t i = 0; i < g->n; i++) x[i] = scalar_of(s, g->of[i]);
        if (put_column(g, s->name, s->units, s->long_name, x, err)) return err->code;
    }
    for (int parts = 0; parts < 2; parts++) {
        for (size_t i = 0; i < g->n; i++) {
            const Known *k = known_find(g->of[i]->spec, &g->of[i]->measures);
            x[i] = !k ? NAN : parts ? k->parts : k->neighbours;
        }
        if (put_column(g, parts ? "known_parts" : "known_neighbours", "1",
                       "what is known from elsewhere", x, err))
            return err->code;
    }
    return STATUS_OK;
}

static Status put_maps(const Group *g, Err *err)
{
    size_t   rows = (size_t)g->rows, cols = (size_t)g->cols, L = rows * cols;
    double  *share = ARENA_NEW(g->arena, double, g->n * L);
    uint8_t *example = ARENA_NEW(g->arena, uint8_t, g->n * EXAMPLES * L);
    for (size_t i = 0; i < g->n; i++) {
        const Measures *m = &g->of[i]->measures;
        for (size_t k = 0; k < L; k++)
            share[i * L + k] = g->of[i]->measured ? m->share[k] : NAN;
        for (size_t e = 0; e < EXAMPLES; e++)
            memcpy(example + (i * EXAMPLES + e) * L, m->example[e], L);
    }
    if (h5_put(g->file,
               &(H5Set){ .name = in_group(g, "visible_share"), .kind = NUMBER_DOUBLE,
                         .rank = 3, .dim = { g->n, rows, cols }, .units = "1",
                         .long_name = "share of masks that show the patch" },
               share, err))
        return err->code;
    return h5_put(g->file,
                  &(H5Set){ .name = in_group(g, "example"), .kind = NUMBER_UINT8,
                            .rank = 4, .dim = { g->n, EXAMPLES, rows, cols },
                            .units = "1", .long_name = "1 where visible" },
                  example, err);
}

static Status put_spectrum(const Group *g, Err *err)
{
    int     side = shape_side(g->rows, g->cols, SPECTRUM_MOST);
    size_t  bins = (size_t)side / 2;
    double *f = ARENA_NEW(g->arena, double, bins);
    double *power = ARENA_NEW(g->arena, double, g->n * bins);
    for (size_t b = 0; b < bins; b++) f[b] = ((double)b + 1) / side;
    for (size_t i = 0; i < g->n * bins; i++) {
        const Found *of = g->of[i / bins];
        power[i] = of->measured ? of->measures.spectrum[i % bins] : NAN;
    }
    if (h5_put(g->file,
               &(H5Set){ .name = in_group(g, "frequency"), .kind = NUMBER_DOUBLE,
                         .rank = 1, .dim = { bins }, .units = "1",
                         .long_name = "cycles a patch" },
               f, err))
        return err->code;
    return h5_put(g->file,
                  &(H5Set){ .name = in_group(g, "spectrum"), .kind = NUMBER_DOUBLE,
                            .rank = 2, .dim = { g->n, bins }, .units = "1",
                            .long_name = "power over that of random masks",
                            .scale = { NULL, in_group(g, "frequency") } },
                  power, err);
}

static Status put_group(const Group *g, Err *err)
{
    const Measures *m = &g->of[0]->measures;
    if (put_texts(g, "strategy", spec_of, err) || put_texts(g, "why", why_of, err) ||
        put_texts(g, "plugins", plugins_of, err) || put_laws(g, err) || put_scalars(g, err) ||
        put_maps(g, err) || put_spectrum(g, err) ||
        h5_put_whole(g->file, g->group, "rows", g->rows, err) ||
        h5_put_whole(g->file, g->group, "cols", g->cols, err) ||
        h5_put_whole(g->file, g->group, "visible", m->K, err) ||
        h5_put_whole(g->file, g->group, "draws", m->draws, err))
        return err->code;
    return STATUS_OK;
}

static Status put_all(H5 *file, Arena *a, Found *const *found, int n, Err *err)
{
    bool *done = ARENA_NEW(a, bool, n);
    char  source[PROVENANCE_TEXT];
    memset(done, 0, (size_t)n * sizeof *done);
    provenance_source(source);
    if (h5_put_text(file, "/", "title", "maskgrid lint", err) ||
        h5_put_text(file, "/", "source", source, err))
        return err->code;
    for (int i = 0; i < n; i++) {
        Group g = { .file = file, .arena = a, .of = ARENA_NEW(a, const Found *, n),
                    .rows = found[i]->rows, .cols = found[i]->cols };
        if (done[i]) continue;
        snprintf(g.group, sizeof g.group, "%dx%d", g.rows, g.cols);
        for (int k = i; k < n; k++)
            if (found[k]->rows == g.rows && found[k]->cols == g.cols)
                g.of[g.n++] = found[k], done[k] = true;
        if (put_group(&g, err)) return err->code;
    }
    return STATUS_OK;
}

Status write_h5(const char *path, Found *const *found, int n, Err *err)
{
    H5   *file;
    Arena a;
    if (h5_create(&file, path, err)) return err->code;
    arena_open(&a, "lint", NULL, NULL);
    Status bad = put_all(file, &a, found, n, err);
    arena_close(&a);
    if (!bad) return h5_commit(file, err);
    h5_close(file);
    return bad;
}
