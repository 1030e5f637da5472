#define _XOPEN_SOURCE 700 /* realpath */
#include "experiments/record/index.h"

#include "core/base/file.h"
#include "experiments/record/provenance.h"
#include "experiments/record/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- names ---------------------------------------------------------------- */

/* "ratio=0.5", with a slash before it unless it is the first. */
static void add_part(Text *out, const char *key, const char *value)
{
    const char *dot = strrchr(key, '.');
    text_add(out, "%s%s=", out->length ? "/" : "", dot ? dot + 1 : key);
    for (; *value; value++)
        if (*value == '/') text_add(out, "%%2F");
        else text_add_bytes(out, value, 1);
}

static const char *strategy_of(const Cell *c)
{
    return cell_untrained(c) ? UNTRAINED : c->config.pretrain.strategy;
}

/* What the grid varies, of this cell. */
static void name_cell(Text *out, const Recipe *r, const Cell *c)
{
    const int strategy = schema_find("pretrain.strategy"), seed = schema_find("seed");
    Text      value = { 0 };
    add_part(out, "strategy", strategy_of(c));
    for (int i = 0; i < r->grid.n; i++) {
        const int   key = r->grid.axis[i].key;
        const char *name = schema_key(key)->name;
        if (key == strategy || key == seed) continue;
        if (cell_untrained(c) && text_starts(name, "pretrain.")) continue;
        text_clear(&value);
        schema_get(&c->config, key, &value);
        add_part(out, name, text_get(&value));
    }
    text_clear(&value);
    schema_get(&c->config, seed, &value);
    add_part(out, "seed", text_get(&value));
    text_free(&value);
}

/* --- the way from one folder to another ------------------------------------ */

static Status find_real(char **path, const char *folder, Err *err)
{
    *path = realpath(folder, NULL);
    return *path ? STATUS_OK : err_set(err, errno == ENOENT ? STATUS_MISSING : STATUS_IO,
                                       "%s: %s", folder, strerror(errno));
}

/* Both begin at the root: "../../cells" from /a/b/c to /a/cells. */
static void relative(Text *out, const char *from, const char *to)
{
    size_t same = 0;
    for (size_t i = 0; ; i++) {
        bool ends = (!from[i] || from[i] == '/') && (!to[i] || to[i] == '/');
        if (ends) same = i;
        if (from[i] != to[i] || !from[i]) break;
    }
    for (const char *s = from + same; *s; s++)
        if (*s == '/' && s[1]) text_add(out, "../");
    const char *rest = to + same + (to[same] == '/');
    text_add(out, "%s%s", rest, *rest ? "/" : "");
}

/* From the folder of the file to that of the results. */
static Status find_way(Text *way, const char *out, const char *results, Err *err)
{
    char        folder[CELL_PATH], *from = NULL, *to = NULL;
    const char *slash = strrchr(out, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - out) + 1 : 1,
             slash ? out : ".");
    Status bad = file_make_folders(folder, err);
    if (!bad) bad = find_real(&from, folder, err);
    if (!bad) bad = find_real(&to, results, err);
    if (!bad) relative(way, from, to);
    free(from);
    free(to);
    return bad;
}

/* --- links ---------------------------------------------------------------- */

typedef struct {
    H5           *f;
    Index        *index;
    const Recipe *recipe;
    const char   *results, *way;
    Text          damaged; /* of index->missing */
} Writer;

static bool is_whole(Writer *w, const Cell *c, StageKind kind)
{
    char path[CELL_PATH];
    H5  *f;
    Err  why;
    cell_record(path, w->results, c, kind);
    if (record_read(&f, path, c->stage[kind].id, &why)) {
        if (why.code != STATUS_MISSING) text_add(&w->damaged, "%s\n", why.text);
        text_add(&w->index->missing, "%s\n", why.text);
        return false;
    }
    h5_close(f);
    return true;
}

static Status put_link(Writer *w, const Cell *c, StageKind kind, const char *group, Err *err)
{
    char   path[CELL_PATH];
    Text   name = { 0 }, file = { 0 };
    Status bad = STATUS_OK;
    cell_record(path, w->results, c, kind);
    text_add(&name, "%s/%s", group, stage_word(kind));
    text_add(&file, "%s%s", w->way, path + strlen(w->results) + 1);
    if (!h5_has(w->f, group)) /* of cells that differ in other stages alone the group is one */
        bad = h5_put_text(w->f, group, "strategy", strategy_of(c), err) ||
              h5_put_whole(w->f, group, "seed", (int64_t)c->config.seed, err) ||
              h5_put_text(w->f, group, "config_hash", c->stage[STAGE_PRETRAIN].id, err)
                  ? err->code : STATUS_OK;
    if (!bad) bad = h5_link_outside(w->f, text_get(&name), text_get(&file), "/", err);
    w->index->linked += !bad;
    text_free(&name);
    text_free(&file);
    return bad;
}

static Status put_cell(Writer *w, const Cell *c, Err *err)
{
    Text   group = { 0 };
    Status bad = STATUS_OK;
    name_cell(&group, w->recipe, c);
    for (StageKind s = 0; s < STAGE_KINDS && !bad; s++)
        if (cell_wants(c, s) && is_whole(w, c, s)) bad = put_link(w, c, s, text_get(&group), err);
    text_free(&group);
    return bad;
}

static Status put_head(Writer *w, Err *err)
{
    char source[PROVENANCE_TEXT];
    provenance_source(source);
    if (h5_put_text(w->f, "/", "Conventions", "maskgrid-index-1.0", err) ||
        h5_put_text(w->f, "/", "title", "links to the records of a recipe", err) ||
        h5_put_text(w->f, "/", "recipe", w->recipe->name, err))
        return err->code;
    return h5_put_text(w->f, "/", "source", source, err);
}

/* What stands there may be somebody's: only an index makes room for another. */
static Status check_free(const char *out, Err *err)
{
    struct stat st;
    if (lstat(out, &st) || index_is(out)) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "%s: it is there, and no index that can be made anew; "
                   "remove it, or write elsewhere (--out)", out);
}

Status index_write(Index *index, const char *out, const Recipe *r, const char *results,
                   Err *err)
{
    Writer w = { .index = index, .recipe = r, .results = results };
    Text   way = { 0 };
    *index = (Index){ .linked = 0 };
    Status bad = find_way(&way, out, results, err);
    w.way = text_get(&way);
    if (!bad) bad = check_free(out, err);
    if (!bad) bad = h5_create(&w.f, out, err);
    if (!bad) {
        bad = put_head(&w, err);
        for (int i = 0; i < r->n_cells && !bad; i++) bad = put_cell(&w, &r->cells[i], err);
        if (!bad && !index->linked) { /* that nothing is there is said once */
            text_clear(&index->missing);
            text_add(&index->missing, "%s", text_get(&w.damaged));
            bad = recipe_no_records(r, results, err);
        }
        if (bad) h5_close(w.f);
        else bad = h5_commit(w.f, err);
    }
    text_free(&w.damaged);
    text_free(&way);
    return bad;
}
