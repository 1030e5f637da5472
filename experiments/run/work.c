#include "experiments/run/work.h"

#include "core/base/file.h"
#include "core/data/seen.h"
#include "experiments/run/claim.h"
#include "experiments/run/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- how it stands ------------------------------------------------------- */

static bool has_record(const char *results, const Task *t)
{
    char path[CELL_PATH];
    cell_record(path, results, t->cell, t->kind);
    return file_exists(path);
}

static bool has_encoder(const char *results, const Cell *c)
{
    char path[CELL_PATH];
    cell_file(path, results, c, "encoder.safetensors");
    return file_exists(path);
}

static void read_failure(Work *w, const char *results)
{
    char   path[CELL_PATH], *bytes;
    size_t n;
    Err    err;
    w->why[0] = '\0';
    cell_file(path, results, w->cell, "failed.txt");
    if (file_read(path, 1 << 16, &bytes, &n, &err)) return;
    snprintf(w->why, sizeof w->why, "%.*s", (int)strcspn(bytes, "\n"), bytes);
    free(bytes);
}

/* `whole`: its records were read before, and have not changed since. */
static void look(Work *w, const char *results, bool whole)
{
    char folder[CELL_PATH];
    bool missing = false;
    for (int i = w->n - 1; i >= 0; i--) {
        Task *t = &w->tasks[i];
        t->done = whole ? has_record(results, t) : cell_done(results, t->cell, t->kind);
        t->damaged = !t->done && has_record(results, t);
        if (t->kind == STAGE_PRETRAIN && t->done && missing)
            t->done = has_encoder(results, t->cell);
        missing = missing || !t->done;
    }
    w->why[0] = '\0';
    w->state = WORK_DONE;
    if (!missing) return;
    cell_folder(folder, results, w->cell);
    w->state = WORK_MISSING;
    if (!file_exists(folder)) return;
    read_failure(w, results);
    if (claim_held(folder)) w->state = WORK_RUNNING;
    else if (w->why[0]) w->state = WORK_FAILED;
}

void work_look(Work *w, const char *results) { look(w, results, false); }

/* --- many of them -------------------------------------------------------- */

enum { BLOCK = 1000 }; /* done ones have 200 MB of records */

/* By the records that are there: what was read once need not be read again. */
static void stamp_block(Stamp *s, char hex[HASH_HEX], const Works *w, int from, int to)
{
    stamp_start(s);
    for (int i = from; i < to; i++)
        for (int k = 0; k < w->work[i].n; k++) {
            const Task *t = &w->work[i].tasks[k];
            char        path[CELL_PATH];
            FileFacts   facts;
            Err         err;
            cell_record(path, w->results, t->cell, t->kind);
            if (!file_facts(&facts, path, &err)) stamp_add(s, path, &facts);
        }
    stamp_end(s, hex);
}

/* A block whose records were all whole is known by its stamp alone. */
static void look_at_block(Works *w, int from, int to)
{
    Stamp s;
    char  stamp[HASH_HEX], known[HASH_HEX];
    stamp_block(&s, stamp, w, from, to);
    bool whole = seen_find(known, &s, stamp) && !strcmp(known, stamp), damaged = false;
    for (int i = from; i < to; i++) {
        look(&w->work[i], w->results, whole);
        for (int k = 0; k < w->work[i].n; k++)
            damaged = damaged || w->work[i].tasks[k].damaged;
    }
    if (!whole && !damaged) seen_keep(stamp, &s, stamp);
}

/* --- the list ------------------------------------------------------------ */

/* The place of a cell in the recipe is kept beside it: sorting must not lose it. */
typedef struct {
    const Cell *cell;
    int         group; /* of cells with the same pre-training, in order of appearance */
} Placed;

static int by_folder(const void *a, const void *b)
{
    const Cell *x = ((const Placed *)a)->cell, *y = ((const Placed *)b)->cell;
    int         d = strcmp(x->stage[STAGE_PRETRAIN].id, y->stage[STAGE_PRETRAIN].id);
    return d ? d : x < y ? -1 : x > y;
}

static int by_first(const void *a, const void *b)
{
    const Work *x = a, *y = b;
    return x->cell < y->cell ? -1 : x->cell > y->cell;
}

static void add_tasks(Work *w, const Cell *c)
{
    for (int s = 0; s < STAGE_KINDS; s++) {
        bool known = !c->stage[s].id[0];
        for (int i = 0; i < w->n && !known; i++)
            known = !strcmp(w->tasks[i].cell->stage[w->tasks[i].kind].id, c->stage[s].id);
        if (!known) w->tasks[w->n++] = (Task){ .cell = c, .kind = s };
    }
}

void works_list(Works *w, Arena *a, const Recipe *r, const char *results)
{
    Placed *sorted = calloc((size_t)r->n_cells + 1, sizeof *sorted);
    CHECK(sorted, "no memory for %d cells", r->n_cells);
    for (int i = 0; i < r->n_cells; i++) sorted[i].cell = &r->cells[i];
    qsort(sorted, (size_t)r->n_cells, sizeof *sorted, by_folder);

    *w = (Works){ .results = results, .work = ARENA_NEW(a, Work, r->n_cells),
                  .cells = r->n_whole };
    for (int i = 0, end; i < r->n_cells; i = end) {
        const char *id = sorted[i].cell->stage[STAGE_PRETRAIN].id;
        for (end = i; end < r->n_cells; end++)
            if (strcmp(sorted[end].cell->stage[STAGE_PRETRAIN].id, id)) break;
        Work *one = &w->work[w->n++];
        *one = (Work){ .cell = sorted[i].cell };
        one->tasks = ARENA_NEW(a, Task, (end - i) * STAGE_KINDS);
        for (int k = i; k < end; k++) add_tasks(one, sorted[k].cell);
    }
    free(sorted);
    qsort(w->work, (size_t)w->n, sizeof *w->work, by_first);
    for (int i = 0; i < w->n; i += BLOCK) look_at_block(w, i, i + BLOCK < w->n ? i + BLOCK : w->n);
}

void works_pick(Works *w, bool failed, long limit)
{
    int n = 0;
    if (!failed && !limit) return;
    for (int i = 0; i < w->n && !(limit && n == limit); i++) {
        WorkState state = w->work[i].state;
        if (state == WORK_FAILED || (state == WORK_MISSING && !failed))
            w->work[n++] = w->work[i];
    }
    w->n = n;
}

/* --- when all is done ---------------------------------------------------- */

void work_tidy(const Work *w, const char *results)
{
    char folder[CELL_PATH];
    int  fd;
    Err  err;
    cell_folder(folder, results, w->cell);
    if (!journal_left(folder) || claim_take(&fd, folder, &err) || fd < 0) return;
    claim_clear(folder);
    journal_remove(folder);
    close(fd);
}

bool work_needs(const Work *w, int task) { return !w->tasks[task].done; }

const char *work_word(WorkState state)
{
    static const char *const words[] = { "missing", "running", "failed", "done" };
    return words[state];
}

/* --- failures ------------------------------------------------------------ */

static void note(const char *results, const Cell *c, const char *why)
{
    char path[CELL_PATH];
    Err  err;
    Text t = { 0 };
    cell_file(path, results, c, "failed.txt");
    text_add(&t, "%s\n", why);
    if (file_write(path, t.s, t.length, &err)) fprintf(stderr, "maskgrid: %s\n", err.text);
    text_free(&t);
}

void work_note_failure(const char *results, Work *w, const char *why)
{
    char folder[CELL_PATH];
    int  fd;
    Err  err;
    cell_folder(folder, results, w->cell);
    Status bad = claim_take(&fd, folder, &err);
    bool   taken = !bad && fd < 0;
    work_look(w, results);
    if (w->state != WORK_DONE && !taken) {
        note(results, w->cell, why);
        w->state = WORK_FAILED;
    }
    if (!bad && !taken) close(fd);
}

void work_forget_failure(const char *results, const Cell *c)
{
    char path[CELL_PATH];
    cell_file(path, results, c, "failed.txt");
    remove(path);
}

/* --- names --------------------------------------------------------------- */

void work_label(const Recipe *r, const Cell *c, Text *out)
{
    bool told_untrained = false;
    int  said = 0;
    for (int i = 0; i < r->grid.n; i++) {
        int         key = r->grid.axis[i].key;
        const char *name = schema_key(key)->name, *dot = strrchr(name, '.');
        if (!(schema_key(key)->of & (1 << STAGE_PRETRAIN | OF_DATA | OF_OTHERS))) continue;
        if (text_starts(name, "pretrain.") && cell_untrained(c)) {
            if (!told_untrained) text_add(out, "%s" UNTRAINED, said++ ? " " : "");
            told_untrained = true;
            continue;
        }
        text_add(out, "%s%s=", said++ ? " " : "", dot ? dot + 1 : name);
        schema_get(&c->config, key, out);
    }
    if (cell_untrained(c) && !told_untrained)
        text_add(out, "%s" UNTRAINED, said++ ? " " : "");
    if (!said) text_add(out, "%s", r->name);
}
