#include "experiments/run/work.h"

#include "core/base/file.h"
#include "experiments/run/claim.h"
#include "experiments/run/journal.h"
#include "experiments/run/readers.h"
#include "experiments/run/whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- how it stands ------------------------------------------------------- */

static bool has_record(const char *results, const Task *t)
{
    char path[CELL_PATH];
    cell_record(path, results, t->cell, t->kind);
    return file_lies_at(path);
}

static bool has_encoder(const char *results, const Cell *c)
{
    char path[CELL_PATH];
    cell_model(path, results, c, MODEL_ENCODER);
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

/* Which of its records are whole is known. */
static void conclude(Work *w, const char *results)
{
    char        folder[CELL_PATH];
    struct stat st;
    bool        missing = false;
    for (int i = w->n - 1; i >= 0; i--) {
        Task *t = &w->tasks[i];
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
    if (stat(folder, &st)) return;
    if (S_ISDIR(st.st_mode)) read_failure(w, results);
    else snprintf(w->why, sizeof w->why, "%.200s is in the way: no folder", folder);
    if (claim_held(folder)) w->state = WORK_RUNNING;
    else if (w->why[0]) w->state = WORK_FAILED;
}

void work_look(Work *w, const char *results)
{
    for (int i = 0; i < w->n; i++) {
        Task *t = &w->tasks[i];
        t->done = cell_done(results, t->cell, t->kind);
    }
    conclude(w, results);
}

/* --- many of them -------------------------------------------------------- */

/* Reads those that are not known to be whole. */
static void read_records(Works *w, Whole *known, Task **unread, RecordStamp *stamps)
{
    double bytes = 0;
    size_t n = 0;
    for (int i = 0; i < w->n; i++)
        for (int k = 0; k < w->work[i].n; k++) {
            Task *t = &w->work[i].tasks[k];
            if (!whole_stamp(&stamps[n], w->results, t->cell, t->kind)) continue;
            t->done = whole_knows(known, &stamps[n]);
            if (t->done) continue;
            bytes += (double)stamps[n].bytes;
            unread[n++] = t;
        }
    readers_run(unread, n, bytes, w->results);
    for (size_t i = 0; i < n; i++)
        if (unread[i]->done) whole_add(known, &stamps[i], false);
}

static void look_at_all(Works *w)
{
    Whole  known;
    size_t most = 1;
    for (int i = 0; i < w->n; i++) most += (size_t)w->work[i].n;
    Task       **unread = calloc(most, sizeof *unread);
    RecordStamp *stamps = calloc(most, sizeof *stamps);
    CHECK(unread && stamps, "no memory for %zu records", most);
    whole_open(&known, w->results);
    whole_load(&known);
    read_records(w, &known, unread, stamps);
    whole_close(&known);
    free(unread);
    free(stamps);
    for (int i = 0; i < w->n; i++) conclude(&w->work[i], w->results);
}

void work_note_whole(const Work *w, const char *results)
{
    Whole       known;
    RecordStamp s;
    whole_open(&known, results);
    for (int i = 0; i < w->n; i++) {
        const Task *t = &w->tasks[i];
        if (whole_stamp(&s, results, t->cell, t->kind) && cell_done(results, t->cell, t->kind))
            whole_add(&known, &s, true);
    }
    whole_close(&known);
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
    look_at_all(w);
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
    char folder[CELL_PATH], failed[CELL_PATH];
    int  fd;
    Err  err;
    cell_folder(folder, results, w->cell);
    cell_file(failed, results, w->cell, "failed.txt");
    if (!journal_left(folder) && !file_exists(failed)) return;
    if (claim_take(&fd, folder, &err) || fd < 0) return;
    work_forget_failure(results, w->cell);
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
    char path[CELL_PATH], folder[CELL_PATH];
    Err  err;
    Text t = { 0 };
    cell_file(path, results, c, "failed.txt");
    text_add(&t, "%s\n", why);
    cell_folder(folder, results, c);
    if (file_write(path, t.s, t.length, &err) && file_exists(folder))
        fprintf(stderr, "maskgrid: %s\n", err.text); /* else that is what has failed */
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
