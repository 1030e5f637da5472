/* Data sets of annotated pictures, looked at whole. */
#include "experiments/doctor/doctor.h"

#include "core/data/dense.h"

#include <stdlib.h>
#include <string.h>

enum { SPLITS = 2, CLASSES_SHOWN = 40, LABELS_MOST = 4096 };

static const char *const split_names[SPLITS] = { "train", "test" };

typedef struct {
    DenseData *data;
    long       instances, unreadable;
    long       per_class[LABELS_MOST]; /* instances, or pixels */
} Looked;

static const DenseKind *kind_of(const char *subject, const char *set)
{
    const DenseConfig c = { .folder = subject };
    Err               err;
    for (int i = 0; dense_kinds[i]; i++) {
        const DenseKind *kind = dense_kinds[i];
        if (!kind->find) continue;
        if (set ? !strcmp(kind->name, set) : !kind->find(&c, &err)) return kind;
    }
    return NULL;
}

bool doctor_is_dense(const char *subject, const char *set) { return kind_of(subject, set); }

static bool has_instances(const Looked *l) { return l->data->classes > 0; }

static void count(Looked *l, const Annotated *s)
{
    for (int k = 0; k < s->count; k++)
        if (s->instance[k].class < LABELS_MOST) l->per_class[s->instance[k].class]++;
    l->instances += s->count;
    const size_t n = (size_t)s->labels.height * (size_t)s->labels.width;
    for (size_t i = 0; i < n && !has_instances(l); i++)
        if (s->labels.label[i] < LABELS_MOST) l->per_class[s->labels.label[i]]++;
}

static void look_at_all(Section *to, Looked *l, const char *name)
{
#pragma omp parallel
    {
        Annotated s;
        annotated_open(&s);
#pragma omp for schedule(dynamic)
        for (int i = 0; i < l->data->count; i++) {
            Err    err;
            Status bad = dense_get(l->data, i, &s, &err);
#pragma omp critical(doctor_dense)
            {
                if (bad) l->unreadable++, section_complain(to, "unreadable", "%s: %s", name,
                                                           err.text);
                else count(l, &s);
            }
        }
        annotated_close(&s);
    }
}

static void tell_splits(Section *to, const Looked *all)
{
    json_t *splits = json_object();
    text_add(&to->page, "  %-24s %10s %10s %10s\n", "split", "pictures", "unreadable",
             "instances");
    for (int k = 0; k < SPLITS; k++) {
        const Looked *l = &all[k];
        if (!l->data) continue;
        text_add(&to->page, "  %-24s %10d %10ld %10ld\n", split_names[k], l->data->count,
                 l->unreadable, l->instances);
        json_object_set_new(splits, split_names[k],
                            json_pack("{s:i, s:I, s:I}", "pictures", l->data->count,
                                      "unreadable", (json_int_t)l->unreadable, "instances",
                                      (json_int_t)l->instances));
    }
    json_object_set_new(to->facts, "splits", splits);
}

static void tell_unpaired(Section *to, const DenseData *d)
{
    if (d->unpaired)
        section_complain(to, "unpaired", "%s: %d label map%s no picture, the first %s",
                         split_names[d->split], d->unpaired, d->unpaired > 1 ? "s have" : " has",
                         d->first_unpaired);
}

static void compare_classes(Section *to, const Looked *all)
{
    Err why;
    if (dense_same_classes(all[0].data, all[1].data, &why))
        section_complain(to, "classes", "%s", why.text);
}

static long everywhere(const Looked *all, int class)
{
    return all[0].per_class[class] + all[1].per_class[class];
}

/* Of label maps the classes are those that are seen. */
static void tell_classes(Section *to, const Looked *all)
{
    const Looked *any = all[0].data ? &all[0] : &all[1];
    const bool    named = has_instances(any);
    const int     classes = named ? any->data->classes : any->data->labels;
    json_t       *rows = json_array();
    int           shown = 0;
    text_add(&to->page, "  %-24s %10s %10s\n", named ? "instances of class" : "pixels of label",
             split_names[0], split_names[1]);
    for (int c = 0; c < classes && c < LABELS_MOST; c++) {
        const char *name = named ? any->data->class_names[c] : any->data->label_names[c];
        if (named && !everywhere(all, c))
            section_complain(to, "class", "no instance of class %s", name);
        if (!named && !everywhere(all, c)) continue;
        json_array_append_new(rows, json_pack("{s:o, s:I, s:I}", "name", section_string(name),
                                              split_names[0], (json_int_t)all[0].per_class[c],
                                              split_names[1], (json_int_t)all[1].per_class[c]));
        if (shown++ < CLASSES_SHOWN)
            text_add(&to->page, "  %-24s %10ld %10ld\n", name, all[0].per_class[c],
                     all[1].per_class[c]);
    }
    if (shown > CLASSES_SHOWN)
        text_add(&to->page, "  and %d more\n", shown - CLASSES_SHOWN);
    json_object_set_new(to->facts, "classes", rows);
}

void doctor_dense(Section *to, const char *subject, const char *set)
{
    const DenseKind *kind = kind_of(subject, set);
    DenseConfig      c = { .name = kind->name, .folder = subject, .classes = LABELS_MOST,
                           .ignore = LABEL_IGNORED };
    Looked          *all = calloc(SPLITS, sizeof *all);
    CHECK(all, "no memory for the classes of a data set");
    section_open(to, "data", subject);
    text_add(&to->page, "  %-24s %s\n", "set", kind->name);
    json_object_set_new(to->facts, "set", section_string(kind->name));
    for (Split split = SPLIT_TRAIN; split <= SPLIT_TEST; split++) {
        Err why;
        if (dense_open(&all[split].data, &c, split, &why))
            section_complain(to, "split", "%s: %s", split_names[split], why.text);
        else look_at_all(to, &all[split], split_names[split]);
    }
    for (int k = 0; k < SPLITS; k++)
        if (all[k].data) tell_unpaired(to, all[k].data);
    if (all[0].data && all[1].data) compare_classes(to, all);
    if (all[0].data || all[1].data) {
        tell_splits(to, all);
        tell_classes(to, all);
    }
    for (int k = 0; k < SPLITS; k++) dense_close(all[k].data);
    free(all);
}
