#define _POSIX_C_SOURCE 200809L /* opendir, sysconf */
#include "experiments/lint/tree.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEEPEST = 12 };

/* "pid (name) S ...", with the times in fields 14 and 15; a name may hold anything. */
static void add_thread(Tree *t, const char *folder)
{
    char          path[400], line[1024];
    char          state;
    unsigned long user, system;
    snprintf(path, sizeof path, "%s/stat", folder);
    FILE *f = fopen(path, "r");
    if (!f) return;
    line[fread(line, 1, sizeof line - 1, f)] = '\0';
    fclose(f);
    const char *name_end = strrchr(line, ')');
    if (!name_end || sscanf(name_end + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu",
                            &state, &user, &system) != 3)
        return;
    t->worked_s += (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    t->wants |= state == 'R';
}

static void add_process(Tree *t, long pid, int depth);

static void add_children(Tree *t, const char *folder, int depth)
{
    char path[400];
    long child;
    snprintf(path, sizeof path, "%s/children", folder);
    FILE *f = fopen(path, "r");
    if (!f) return;
    while (fscanf(f, "%ld", &child) == 1) add_process(t, child, depth + 1);
    fclose(f);
}

static void add_process(Tree *t, long pid, int depth)
{
    char           folder[64], thread[360];
    struct dirent *entry;
    snprintf(folder, sizeof folder, "/proc/%ld/task", pid);
    DIR *tasks = depth < DEEPEST ? opendir(folder) : NULL;
    if (!tasks) return;
    while ((entry = readdir(tasks))) {
        if (entry->d_name[0] == '.') continue;
        snprintf(thread, sizeof thread, "%s/%s", folder, entry->d_name);
        add_thread(t, thread);
        add_children(t, thread, depth);
    }
    closedir(tasks);
}

Tree tree_look(pid_t root)
{
    Tree t = { 0 };
    add_process(&t, root, 0);
    return t;
}
