#include "core/data/dense.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const DenseKind dense_scenes, dense_coco, dense_maps;

const DenseKind *const dense_kinds[] = { &dense_scenes, &dense_coco, &dense_maps, NULL };

static const char *const split_names[] = { "train", "test" };

DenseConfig dense_defaults(void)
{
    DenseConfig c = { .name = "scenes", .ignore = 255, .scenes = scenes_defaults() };
    c.scenes.size = 64, c.scenes.channels = 3;
    return c;
}

int dense_asked(const DenseConfig *c, Split split)
{
    return split == SPLIT_TRAIN ? c->train_count : c->test_count;
}

static Status find_kind(const DenseKind **kind, const char *name, Err *err)
{
    const char *names[sizeof dense_kinds / sizeof *dense_kinds] = { NULL };
    for (int i = 0; dense_kinds[i]; i++) {
        *kind = dense_kinds[i];
        if (!strcmp((*kind)->name, name)) return STATUS_OK;
        names[i] = (*kind)->name;
    }
    data_unknown(name, names, err);
    return STATUS_CONFIG;
}

Status dense_check(const DenseConfig *c, Err *err)
{
    const DenseKind *kind;
    if (find_kind(&kind, c->name, err)) return err->code;
    for (Split split = SPLIT_TRAIN; split <= SPLIT_TEST; split++)
        if (dense_asked(c, split) < 0)
            return err_set(err, STATUS_CONFIG, "%s_count is %d, expected 0 (all) or more",
                           split_names[split], dense_asked(c, split));
    if (c->folder && strlen(c->folder) >= DATA_PATH)
        return err_set(err, STATUS_CONFIG, "folder: a path of more than %d bytes", DATA_PATH - 1);
    return kind->check(c, err);
}

Status dense_open(DenseData **out, const DenseConfig *c, Split split, Err *err)
{
    const DenseKind *kind;
    if (dense_check(c, err) || find_kind(&kind, c->name, err)) return err->code;
    DenseData *d = calloc(1, sizeof *d);
    CHECK(d, "no memory for a data set");
    d->name = kind->name, d->kind = kind, d->split = split;
    Status bad = kind->open(d, c, split, err);
    int    asked = dense_asked(c, split);
    if (!bad && asked > d->count)
        bad = err_set(err, STATUS_CONFIG, "%d, but %s has only %d picture%s to %s", asked,
                      c->folder ? c->folder : d->name, d->count, text_s(d->count),
                      split == SPLIT_TRAIN ? "train on" : "test on");
    if (bad) {
        dense_close(d);
        return bad;
    }
    if (asked) d->count = asked;
    *out = d;
    return STATUS_OK;
}

void dense_close(DenseData *d)
{
    if (!d) return;
    if (d->own) d->kind->close(d);
    free(d);
}

Status dense_same_classes(const DenseData *train, const DenseData *test, Err *err)
{
    const char *file = test->class_file ? test->class_file : test->name;
    const int   both = train->classes < test->classes ? train->classes : test->classes;
    int         k = 0;
    while (k < both && !strcmp(train->class_names[k], test->class_names[k])) k++;
    if (k < both)
        return err_set(err, STATUS_FORMAT, "%s: category %d by id is '%.40s', expected '%.40s', "
                       "as in the file of the train split", file, k + 1, test->class_names[k],
                       train->class_names[k]);
    if (k < test->classes)
        return err_set(err, STATUS_FORMAT, "%s: category '%.40s' is not in the file of the train "
                       "split, expected the same %d", file, test->class_names[k], k);
    if (k < train->classes)
        return err_set(err, STATUS_FORMAT, "%s: no category '%.40s', expected the same %d as in "
                       "the file of the train split", file, train->class_names[k],
                       train->classes);
    return STATUS_OK;
}

static void begin_identity(Hash *h, const DenseData *d)
{
    char count[16];
    snprintf(count, sizeof count, "%d", d->count);
    hash_text(h, d->name);
    hash_text(h, split_names[d->split]);
    hash_text(h, count);
}

Status dense_stamp(Stamp *s, const DenseData *d, Err *err)
{
    stamp_start(s);
    begin_identity(&s->hash, d);
    return d->kind->stamp ? d->kind->stamp(s, d, err) : STATUS_OK;
}

Status dense_identity(char hex[HASH_HEX], const DenseData *d, Err *err)
{
    Hash  h;
    Stamp stamp;
    char  known[HASH_HEX];
    if (dense_stamp(&stamp, d, err)) return err->code;
    stamp_end(&stamp, known);
    if (seen_find(hex, &stamp, known)) return STATUS_OK;
    hash_start(&h);
    begin_identity(&h, d);
    Status bad = d->kind->identify(&h, d, err);
    hash_end(&h, hex);
    if (!bad) seen_keep(hex, &stamp, known);
    return bad;
}

Status dense_get(const DenseData *d, int i, Annotated *s, Err *err)
{
    CHECK(i >= 0 && i < d->count, "picture %d of %d", i, d->count);
    annotated_clear(s);
    if (d->kind->get(d, i, s, err)) return err->code;
    s->index = i;
    if (!s->file) s->id = i;
    s->height = s->image.height, s->width = s->image.width;
    return STATUS_OK;
}

static bool any_counts(const Annotated *s)
{
    const size_t n = (size_t)s->labels.height * (size_t)s->labels.width;
    size_t       i = 0;
    while (i < n && s->labels.label[i] == LABEL_IGNORED) i++;
    return i < n;
}

Status dense_has_labels(const DenseData *d, const DenseConfig *c, Err *err)
{
    Annotated s;
    bool      found = false;
    Status    bad = STATUS_OK;
    annotated_open(&s);
    for (int i = 0; i < d->count && !found && !bad; i++) {
        bad = dense_get(d, i, &s, err);
        found = !bad && any_counts(&s);
    }
    annotated_close(&s);
    if (found || bad) return bad;
    return err_set(err, STATUS_FORMAT, "%s: no pixel of the label maps to %s counts: all are %d%s",
                   c->folder ? c->folder : d->name,
                   d->split == SPLIT_TRAIN ? "train on" : "test on", c->ignore,
                   c->reduce_zero ? " or, left out by reduce-zero, 0" : "");
}
