#include "experiments/chaos/harm.h"

#include "core/base/file.h"
#include "experiments/chaos/damage.h"

#include <stdlib.h>
#include <string.h>

enum { LOG_MOST = 1 << 26 };

void harm_open(Harm *h, Arena *a, const Works *w)
{
    *h = (Harm){ .works = w, .times = ARENA_NEW(a, int *, w->n) };
    for (int i = 0; i < w->n; i++) {
        const int n = w->work[i].n;
        h->times[i] = memset(ARENA_NEW(a, int, n), 0, (size_t)n * sizeof **h->times);
    }
}

/* Lines of the log that say that this state was not used. */
static int noticed(const Harm *h, const Task *t)
{
    char   log[CELL_PATH], state[CELL_PATH], *text;
    size_t length;
    int    n = 0;
    Err    err;
    cell_file(log, h->works->results, t->cell, "log.txt");
    cell_state(state, h->works->results, t->cell, t->kind, STATE_NEWEST);
    if (file_read(log, LOG_MOST, &text, &length, &err)) return 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        n += strstr(line, state) &&
             (strstr(line, "is taken") || strstr(line, "begins again"));
    free(text);
    return n;
}

static void harm(Harm *h, int *times, const char *path, Rng *rng)
{
    DamageKind kind = damage_file(path, rng);
    h->cut += kind == DAMAGE_CUT;
    h->flipped += kind == DAMAGE_FLIP;
    *times += kind != DAMAGE_NONE;
}

void harm_one(Harm *h, Rng *rng)
{
    for (int i = 0; i < h->works->n; i++)
        for (int k = 0; k < h->works->work[i].n; k++) {
            const Task *t = &h->works->work[i].tasks[k];
            char        path[CELL_PATH];
            cell_state(path, h->works->results, t->cell, t->kind, STATE_NEWEST);
            if (!file_exists(path) || noticed(h, t) < h->times[i][k]) continue;
            harm(h, &h->times[i][k], path, rng);
            return;
        }
}

int harm_noticed(const Harm *h)
{
    int all = 0;
    for (int i = 0; i < h->works->n; i++)
        for (int k = 0; k < h->works->work[i].n; k++) {
            int n = noticed(h, &h->works->work[i].tasks[k]);
            all += n < h->times[i][k] ? n : h->times[i][k];
        }
    return all;
}
