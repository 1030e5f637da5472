#include "core/base/file.h"
#include "core/base/h5.h"
#include "experiments/record/index.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 1024, DEPTH_MOST = 64 };

static bool says_index(H5 *f, Arena *a)
{
    const char *conventions;
    Err         none;
    return !h5_get_text(f, "/", "Conventions", a, &conventions, &none) &&
           text_starts(conventions, "maskgrid-index-");
}

static Status open_index(H5 **f, Arena *a, const char *path, Err *err)
{
    if (h5_verify(path, err) || h5_open(f, path, err)) return err->code;
    if (says_index(*f, a)) return STATUS_OK;
    h5_close(*f);
    return err_set(err, STATUS_FORMAT, "%s: no index of maskgrid", path);
}

bool index_is(const char *path)
{
    H5   *f;
    Arena a;
    Err   none;
    arena_open(&a, "head of an index", NULL, NULL);
    const bool is = !open_index(&f, &a, path, &none);
    if (is) h5_close(f);
    arena_close(&a);
    return is;
}

/* --- what it holds ---------------------------------------------------------- */

typedef struct {
    H5         *f;
    Arena       arena;
    const char *path;
    Text       *out;
    int         links, lost;
} Telling;

/* Paths of links begin in the folder of the file. */
static bool is_there(const Telling *o, const char *file)
{
    Text        path = { 0 };
    const char *slash = strrchr(o->path, '/');
    if (slash && *file != '/') text_add_bytes(&path, o->path, (size_t)(slash - o->path) + 1);
    text_add(&path, "%s", file);
    const bool is = file_exists(text_get(&path));
    text_free(&path);
    return is;
}

static void add_link(Telling *o, const char *name, const char *file)
{
    const bool there = is_there(o, file);
    text_add(o->out, "/");
    text_add_tame(o->out, name);
    text_add(o->out, "  ");
    text_add_tame(o->out, file);
    text_add(o->out, "%s\n", there ? "" : "  not there");
    o->links++;
    o->lost += !there;
}

static void add_group(Telling *o, const char *group, int depth)
{
    const char *const *names;
    const char        *file;
    char               name[NAME_MOST];
    Err                none;
    if (depth > DEPTH_MOST || h5_list(o->f, *group ? group : "/", &o->arena, &names, &none))
        return;
    for (; *names; names++) {
        int n = snprintf(name, sizeof name, "%s%s%s", group, *group ? "/" : "", *names);
        if (n >= NAME_MOST) continue;
        if (h5_leads_outside(o->f, name, &o->arena, &file)) add_link(o, name, file);
        else add_group(o, name, depth + 1);
    }
}

static void add_head(Telling *o)
{
    static const char *const keys[] = { "title", "recipe", "source", NULL };
    const char              *text;
    Err                      none;
    for (int i = 0; keys[i]; i++) {
        if (h5_get_text(o->f, "/", keys[i], &o->arena, &text, &none)) continue;
        text_add(o->out, "%s: ", keys[i]);
        text_add_tame(o->out, text);
        text_add(o->out, "\n");
    }
    text_add(o->out, "\n");
}

Status index_outline(Text *out, const char *path, Err *err)
{
    Telling o = { .path = path, .out = out };
    arena_open(&o.arena, "index", NULL, NULL);
    Status bad = open_index(&o.f, &o.arena, path, err);
    if (!bad) {
        add_head(&o);
        add_group(&o, "", 0);
        text_add(out, "\n%d records, %d of them not there\n", o.links, o.lost);
        h5_close(o.f);
    }
    arena_close(&o.arena);
    return bad;
}
