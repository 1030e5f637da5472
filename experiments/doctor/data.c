#include "experiments/doctor/doctor.h"
#include "experiments/doctor/survey.h"

#include "core/base/file.h"

#include <string.h>

enum { CLASSES_SHOWN = 40 };

/* --- which data set ------------------------------------------------------ */

static bool is_set(const char *name)
{
    int i = 0;
    while (data_kinds[i] && strcmp(data_kinds[i]->name, name)) i++;
    return data_kinds[i];
}

/* Of those that are kept in files.  Shards in train/ and val/ look like a tree too, and the
 * files of MNIST and others are called the same: then the folder's own name decides. */
static Status guess(const char **name, const char *folder, Err *err)
{
    const char *last = strrchr(folder, '/');
    Text        several = { 0 };
    int         n = 0;
    last = last ? last + 1 : folder;
    for (int i = 0; data_kinds[i]; i++) {
        const DataKind  *kind = data_kinds[i];
        const DataConfig c = { .name = kind->name, .folder = folder };
        if (!strcmp(kind->name, "scenes") || kind->find(&c, err)) continue;
        bool tree = !strcmp(kind->name, "folder");
        if (tree && n) continue;
        if (n && !strcmp(*name, "folder")) n = 0, text_clear(&several);
        text_add(&several, "%s%s", n++ ? ", " : "", kind->name);
        *name = kind->name;
        if (strcmp(last, kind->name)) continue;
        n = 1;
        break;
    }
    if (n > 1) err_set(err, STATUS_CONFIG, "%s: could be %s; say which with --set", folder,
                       text_get(&several));
    if (!n) err_set(err, STATUS_MISSING, "%s: no data set: neither train/ and val/, nor shards, "
                    "nor the files of any other; --set NAME says what is missing", folder);
    text_free(&several);
    return n == 1 ? STATUS_OK : err->code;
}

/* --- facts --------------------------------------------------------------- */

static const Data *any(const Survey *s)
{
    return s->split[0].data ? s->split[0].data : s->split[1].data;
}

static int copies(const Survey *s, int split)
{
    int n = 0;
    for (int i = 1; i < s->n; i++)
        n += s->sorted[i].split == split && s->sorted[i - 1].split == split &&
             !strcmp(s->sorted[i].pixels, s->sorted[i - 1].pixels);
    return n;
}

static void tell_splits(Section *to, const Survey *s)
{
    json_t *all = json_object();
    text_add(&to->page, "  %-24s %10s %10s %10s\n", "split", "pictures", "unreadable", "copies");
    for (int k = 0; k < SURVEY_SPLITS; k++) {
        const SurveySplit *one = &s->split[k];
        const char        *name = survey_split_name(s, k);
        if (!one->data) continue;
        text_add(&to->page, "  %-24s %10d %10d %10d\n", name, one->pictures, one->unreadable,
                 copies(s, k));
        json_object_set_new(all, name, json_pack("{s:i, s:i, s:i}", "pictures", one->pictures,
                                                 "unreadable", one->unreadable, "copies",
                                                 copies(s, k)));
    }
    json_object_set_new(to->facts, "splits", all);
}

static void tell_range(Section *to, const Survey *s, int split)
{
    const SurveySplit *one = &s->split[split];
    if (!one->data) return;
    int low = one->per_class[0], high = low;
    for (int c = 1; c < one->data->classes; c++) {
        if (one->per_class[c] < low) low = one->per_class[c];
        if (one->per_class[c] > high) high = one->per_class[c];
    }
    text_add(&to->page, "  %d classes with %d to %d pictures of %s\n", one->data->classes, low,
             high, survey_split_name(s, split));
}

static void tell_classes(Section *to, const Survey *s)
{
    const Data *d = any(s);
    json_t     *all = json_array();
    bool        shown = d->classes <= CLASSES_SHOWN;
    if (shown) text_add(&to->page, "  %-24s", "class");
    for (int k = 0; k < SPLIT_UNLABELED; k++)
        if (!shown) tell_range(to, s, k);
        else if (s->split[k].data) text_add(&to->page, " %10s", survey_split_name(s, k));
    if (shown) text_add(&to->page, "\n");
    for (int c = 0; c < d->classes; c++) {
        json_t *row = json_pack("{s:o}", "name", section_string(d->class_names[c]));
        Text name = { 0 };
        text_add_tame(&name, d->class_names[c]);
        if (shown) text_add(&to->page, "  %-24s", text_get(&name));
        text_free(&name);
        for (int k = 0; k < SPLIT_UNLABELED; k++) {
            const SurveySplit *one = &s->split[k];
            if (!one->data || c >= one->data->classes) continue;
            json_object_set_new(row, survey_split_name(s, k), json_integer(one->per_class[c]));
            if (shown) text_add(&to->page, " %10d", one->per_class[c]);
        }
        if (shown) text_add(&to->page, "\n");
        json_array_append_new(all, row);
    }
    json_object_set_new(to->facts, "classes", all);
}

/* --- complaints ---------------------------------------------------------- */

static void complain_of_unreadable(Section *to, const Survey *s)
{
    for (int k = 0; k < SURVEY_SPLITS; k++)
        for (const char *line = text_get(&s->split[k].why); *line;) {
            size_t n = strcspn(line, "\n");
            section_complain(to, "unreadable", "%.*s", (int)n, line);
            line += n + (line[n] == '\n');
        }
}

static void complain_of_classes(Section *to, const Survey *s)
{
    for (int k = 0; k < SURVEY_SPLITS; k++) {
        const Data *d = k == SPLIT_UNLABELED ? NULL : s->split[k].data;
        for (int c = 0; d && c < d->classes; c++)
            if (!s->split[k].per_class[c])
                section_complain(to, "class", "%s: no picture of class %s",
                                 survey_split_name(s, k), d->class_names[c]);
    }
}

/* With their classes, where these are what is wrong. */
static void complain_of_two(Section *to, const Survey *s, const char *kind, bool classes,
                            const Print *a, const Print *b)
{
    Text         text = { 0 };
    const Print *both[] = { a, b };
    bool         same_file = a->file[0] && !strcmp(a->file, b->file);
    for (int i = 0; i < 2; i++) {
        survey_name(s, both[i], &text);
        if (classes)
            text_add(&text, " (%s)", any(s)->class_names[survey_label(s, both[i])]);
        if (!i) text_add(&text, " is ");
    }
    section_complain(to, kind, "%s, the same %s", text_get(&text),
                     same_file ? "file" : "pixels");
    text_free(&text);
}

/* sorted[first..end) have equal pixels, those of train in front. */
static void complain_of_group(Section *to, const Survey *s, int first, int end)
{
    const Print *p = &s->sorted[first];
    for (int i = first + 1; i < end; i++) {
        const Print *other = &s->sorted[i];
        if (p->split != other->split)
            complain_of_two(to, s, "in both splits", false, other, p);
        bool labelled = p->split != SPLIT_UNLABELED && other->split != SPLIT_UNLABELED;
        if (labelled && survey_label(s, p) != survey_label(s, other))
            complain_of_two(to, s, "of two classes", true, other, p);
    }
}

static void complain_of_doubles(Section *to, const Survey *s)
{
    for (int first = 0, end; first < s->n; first = end) {
        for (end = first + 1; end < s->n; end++)
            if (strcmp(s->sorted[first].pixels, s->sorted[end].pixels)) break;
        if (end - first > 1) complain_of_group(to, s, first, end);
    }
}

Status doctor_data(Section *to, const char *subject, const char *set, Err *err)
{
    DataConfig c = data_defaults();
    Survey     s;
    c.name = set ? set : subject;
    if (set || !is_set(subject)) c.folder = subject;
    if (c.folder && !file_exists(c.folder))
        return err_set(err, STATUS_MISSING, "%s: no such folder, and no data set is called so",
                       subject);
    if (c.folder && !set && guess(&c.name, subject, err)) return err->code;
    if (survey_open(&s, &c, err)) return err->code;

    section_open(to, "data", subject);
    text_add(&to->page, "  %-24s %s\n", "set", s.config.name);
    json_object_set_new(to->facts, "set", json_string(s.config.name));
    if (any(&s)) {
        tell_splits(to, &s);
        tell_classes(to, &s);
    }
    for (int k = 0; k < SURVEY_SPLITS; k++)
        if (!s.split[k].data && s.split[k].failure.text[0])
            section_complain(to, "split", "%s: %s", survey_split_name(&s, k),
                             s.split[k].failure.text);
    complain_of_unreadable(to, &s);
    complain_of_classes(to, &s);
    complain_of_doubles(to, &s);
    survey_close(&s);
    return STATUS_OK;
}

void doctor_installed(Section *to)
{
    json_t *all = json_object();
    section_open(to, "data", "in the usual places");
    for (int i = 0; data_kinds[i]; i++) {
        const DataConfig c = { .name = data_kinds[i]->name };
        Err              err;
        if (data_kinds[i]->file) continue; /* of photographs one must say where */
        bool             found = !data_kinds[i]->find(&c, &err);
        text_add(&to->page, "  %-24s %s\n", c.name, found ? "found" : "not found");
        json_object_set_new(all, c.name, json_boolean(found));
    }
    json_object_set_new(to->facts, "sets", all);
}
