/* The metrics that records may have, by their names. */
#include "experiments/record/fields.h"

#include "core/metrics/coco.h"
#include "experiments/recipe/recipe.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 128, NAMES_MOST = 256 };

typedef struct {
    Arena       *a;
    const char **names; /* [NAMES_MOST] */
    int          n;
} Names;

static void add(Names *l, const char *start, const char *end)
{
    const size_t room = strlen(start) + strlen(end) + 1;
    char        *name = ARENA_NEW(l->a, char, room);
    snprintf(name, room, "%s%s", start, end);
    CHECK(l->n + 1 < NAMES_MOST, "names of metrics: more than %d", NAMES_MOST);
    l->names[l->n++] = name;
}

/* What '*' stands for, where that is known beforehand. */
static void add_all(Names *l, const char *name)
{
    char   start[NAME_MOST];
    size_t n = strcspn(name, "*");
    snprintf(start, sizeof start, "%.*s", (int)n, name);
    if (!name[n]) add(l, start, "");
    else if (n > 3 && !strcmp(start + n - 3, "top")) add(l, start, "1"), add(l, start, "5");
    else if (!strcmp(start, "box_") || !strcmp(start, "mask_"))
        for (int i = 0; i < COCO_NUMBERS; i++) add(l, start, coco_name[i]);
}

/* Of one row, without "metrics/": "STAGE_top1" is of each of its stages. */
static void add_row(Names *l, const Field *row, const char *name)
{
    static const char stage[] = "STAGE";
    char              of[NAME_MOST];
    if (!text_starts(name, stage)) {
        add_all(l, name);
        return;
    }
    for (int s = 0; s < STAGE_KINDS; s++) {
        const char *word = stage_word((StageKind)s);
        if (!field_of(row->of, word)) continue;
        snprintf(of, sizeof of, "%s%s", word, name + sizeof stage - 1);
        for (char *c = of; *c; c++) *c = *c == '-' ? '_' : *c;
        add_all(l, of);
    }
}

static bool is_listed(const Names *l, const char *name)
{
    for (int i = 0; i < l->n; i++)
        if (!strcmp(l->names[i], name)) return true;
    return false;
}

/* A name that only a row with '*' has, whose names nobody knows beforehand. */
static bool is_open(const char *name)
{
    char array[NAME_MOST];
    snprintf(array, sizeof array, "metrics/%.100s", name);
    for (int s = 0; s < STAGE_KINDS; s++) {
        const Field *row = field_find(stage_word((StageKind)s), array);
        if (row && strchr(row->name, '*') && !strstr(row->name, "top*") &&
            !strstr(row->name, "box_") && !strstr(row->name, "mask_"))
            return true;
    }
    return false;
}

Status field_metric(const char *name, Err *err)
{
    static const char metrics[] = "metrics/", table[] = "metrics/table";
    Arena             a;
    arena_open(&a, "names of metrics", NULL, NULL);
    Names l = { .a = &a, .names = ARENA_NEW(&a, const char *, NAMES_MOST) };
    for (const Field *row = record_fields; row->name; row++)
        if (text_starts(row->name, metrics) && strcmp(row->name, table))
            add_row(&l, row, row->name + sizeof metrics - 1);
    l.names[l.n] = NULL;
    Status bad = STATUS_OK;
    if (!is_listed(&l, name) && !is_open(name)) {
        const char *near = text_nearest(name, l.names);
        bad = err_set(err, STATUS_CONFIG, "no record has a metric %.100s%s%s%s", name,
                      near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    arena_close(&a);
    return bad;
}
