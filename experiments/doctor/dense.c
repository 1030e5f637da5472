/* Data sets of annotated pictures, looked at whole. */
#include "experiments/doctor/doctor.h"
#include "experiments/doctor/instance.h"
#include "experiments/doctor/survey.h"

#include "core/data/class_names.h"
#include "core/data/dense.h"

#include <stdlib.h>
#include <string.h>

enum { SPLITS = 2, CLASSES_SHOWN = 40, LABELS_MOST = 4096 };

static const char *const split_names[SPLITS] = { "train", "test" };

/* What is wrong with a picture, told once all are looked at: in their order. */
enum { UNREADABLE, ANNOTATION, WRONGS };
static const char *const wrong_names[] = { "unreadable", "annotation" };

typedef struct {
    int         split;
    char        pixels[HASH_HEX]; /* empty where it cannot be read    */
    const char *file;             /* as the data set's lists have it  */
    Text        wrong[WRONGS];    /* lines                            */
} Picture;

typedef struct {
    DenseData *data;
    Arena      memory;
    const char *const *name; /* of classes or labels, to be shown */
    Picture   *picture;      /* [data->count]                     */
    long       instances, unreadable, copies;
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

static void look_at(Picture *p, const Looked *l, int i, Annotated *s)
{
    Err err;
    if (dense_get(l->data, i, s, &err)) {
        text_add_tame(&p->wrong[UNREADABLE], err.text);
        return;
    }
    survey_hash(p->pixels, &s->image);
    p->file = s->file;
    for (int k = 0; k < s->count; k++)
        instance_look(&p->wrong[ANNOTATION], l->name[s->instance[k].class], s, k);
}

static const char *const *shown_names(Looked *l)
{
    const DenseData *d = l->data;
    return has_instances(l)
               ? class_names_shown(&l->memory, d->class_names, d->class_ids, d->classes, NULL)
               : class_names_shown(&l->memory, d->label_names, NULL, d->labels, NULL);
}

static void look_at_all(Looked *l)
{
    l->picture = calloc((size_t)l->data->count, sizeof *l->picture);
    CHECK(l->picture, "no memory to look at %d pictures", l->data->count);
    arena_open(&l->memory, "names of classes", NULL, NULL);
    l->name = shown_names(l);
#pragma omp parallel
    {
        Annotated s;
        annotated_open(&s);
#pragma omp for schedule(dynamic)
        for (int i = 0; i < l->data->count; i++) {
            Picture *p = &l->picture[i];
            p->split = l->data->split;
            look_at(p, l, i, &s);
#pragma omp critical(doctor_dense)
            {
                if (p->pixels[0]) count(l, &s);
                else l->unreadable++;
            }
        }
        annotated_close(&s);
    }
}

static void forget(Looked *l)
{
    if (!l->data) return;
    for (int i = 0; i < l->data->count; i++)
        for (int k = 0; k < WRONGS; k++) text_free(&l->picture[i].wrong[k]);
    free(l->picture);
    arena_close(&l->memory);
    dense_close(l->data);
}

static void tell_wrong(Section *to, const Looked *all, int which)
{
    for (int k = 0; k < SPLITS; k++)
        for (int i = 0; all[k].data && i < all[k].data->count; i++)
            for (const char *line = text_get(&all[k].picture[i].wrong[which]); *line;) {
                size_t n = strcspn(line, "\n");
                section_complain(to, wrong_names[which], "%s: %.*s", split_names[k], (int)n, line);
                line += n + (line[n] == '\n');
            }
}

/* --- pictures that are there twice ---------------------------------------- */

static int by_pixels(const void *a, const void *b)
{
    const Picture *x = *(const Picture *const *)a, *y = *(const Picture *const *)b;
    int            order = strcmp(x->pixels, y->pixels);
    if (!order) order = x->split - y->split;
    return order ? order : strcmp(x->file, y->file);
}

/* Equal ones side by side, those of train in front; free() them. */
static const Picture **sort_pictures(const Looked *all, int *n)
{
    size_t room = 1;
    for (int k = 0; k < SPLITS; k++) room += all[k].data ? (size_t)all[k].data->count : 0;
    const Picture **sorted = malloc(room * sizeof *sorted);
    CHECK(sorted, "no memory to compare %zu pictures", room);
    *n = 0;
    for (int k = 0; k < SPLITS; k++)
        for (int i = 0; all[k].data && i < all[k].data->count; i++)
            if (all[k].picture[i].pixels[0]) sorted[(*n)++] = &all[k].picture[i];
    qsort(sorted, (size_t)*n, sizeof *sorted, by_pixels);
    return sorted;
}

static void find_doubles(Section *to, Looked *all)
{
    int             n;
    const Picture **sorted = sort_pictures(all, &n), *first = NULL;
    for (int i = 0; i < n; i++) {
        const Picture *p = sorted[i];
        if (!first || strcmp(first->pixels, p->pixels)) first = p;
        if (first->split != p->split)
            section_complain(to, "in both splits", "%s: %s is %s of %s, the same pixels",
                             split_names[p->split], p->file, first->file,
                             split_names[first->split]);
    }
    for (int i = 1; i < n; i++) {
        const Picture *p = sorted[i], *before = sorted[i - 1];
        if (strcmp(p->pixels, before->pixels) || p->split != before->split) continue;
        all[p->split].copies++;
        if (!strcmp(p->file, before->file))
            section_complain(to, "listed twice", "%s: %s", split_names[p->split], p->file);
    }
    free(sorted);
}

/* --- facts --------------------------------------------------------------- */

static void tell_splits(Section *to, const Looked *all)
{
    json_t *splits = json_object();
    text_add(&to->page, "  %-24s %10s %10s %10s %10s\n", "split", "pictures", "unreadable",
             "copies", "instances");
    for (int k = 0; k < SPLITS; k++) {
        const Looked *l = &all[k];
        if (!l->data) continue;
        text_add(&to->page, "  %-24s %10d %10ld %10ld %10ld\n", split_names[k], l->data->count,
                 l->unreadable, l->copies, l->instances);
        json_object_set_new(splits, split_names[k],
                            json_pack("{s:i, s:I, s:I, s:I}", "pictures", l->data->count,
                                      "unreadable", (json_int_t)l->unreadable, "copies",
                                      (json_int_t)l->copies, "instances",
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

/* Of label maps: what has one label has nothing to tell apart. */
static void tell_one_label(Section *to, const Looked *l)
{
    int seen = 0, only = 0;
    for (int k = 0; k < LABELS_MOST; k++)
        if (l->per_class[k]) seen++, only = k;
    if (!has_instances(l) && seen == 1 && l->unreadable < l->data->count)
        section_complain(to, "label", "%s: every pixel has label %d",
                         split_names[l->data->split], only);
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

static json_t *row_of(const Looked *all, const DenseData *d, int class)
{
    const bool named = d->classes > 0;
    return json_pack("{s:o, s:I, s:I, s:I}", "name",
                     section_string(named ? d->class_names[class] : d->label_names[class]), "id",
                     (json_int_t)(named && d->class_ids ? d->class_ids[class] : class),
                     split_names[0], (json_int_t)all[0].per_class[class], split_names[1],
                     (json_int_t)all[1].per_class[class]);
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
        if (named && !everywhere(all, c))
            section_complain(to, "class", "no instance of class %s", any->name[c]);
        if (!named && !everywhere(all, c)) continue;
        json_array_append_new(rows, row_of(all, any->data, c));
        if (shown++ < CLASSES_SHOWN)
            text_add(&to->page, "  %-24s %10ld %10ld\n", any->name[c], all[0].per_class[c],
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
        else look_at_all(&all[split]);
    }
    for (int k = 0; k < WRONGS; k++) tell_wrong(to, all, k);
    find_doubles(to, all);
    for (int k = 0; k < SPLITS; k++)
        if (all[k].data) tell_unpaired(to, all[k].data), tell_one_label(to, &all[k]);
    if (all[0].data && all[1].data) compare_classes(to, all);
    if (all[0].data || all[1].data) {
        tell_splits(to, all);
        tell_classes(to, all);
    }
    for (int k = 0; k < SPLITS; k++) forget(&all[k]);
    free(all);
}
