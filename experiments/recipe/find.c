#define _POSIX_C_SOURCE 200809L /* readlink, opendir */
#include "experiments/recipe/find.h"

#include "core/base/file.h"
#include "core/base/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_PLACES = 3, PATH_ROOM = 4096 };

void program_path(char *out, size_t room)
{
    ssize_t n = readlink("/proc/self/exe", out, room - 1);
    out[n < 0 ? 0 : n] = '\0';
}

static void program_folder(char out[PATH_ROOM / 2])
{
    program_path(out, PATH_ROOM / 2);
    char *slash = strrchr(out, '/');
    if (slash) *slash = '\0';
}

Status program_file(char *out, size_t room, const char *installed, const char *built, Err *err)
{
    char program[PATH_ROOM / 2];
    program_folder(program);
    for (int i = 0; i < 2; i++) {
        snprintf(out, room, "%s/%s/%s", program, i ? "../.." : "..", i ? built : installed);
        if (file_exists(out)) return STATUS_OK;
    }
    return err_set(err, STATUS_MISSING, "no ../%s beside %.160s; is the program installed with "
                   "its files?", installed, program);
}

static void list_places(char places[N_PLACES][PATH_ROOM])
{
    char program[PATH_ROOM / 2];
    program_folder(program);
    snprintf(places[0], PATH_ROOM, "experiments/recipes");
    snprintf(places[1], PATH_ROOM, "%s/../share/maskgrid/recipes", program);
    snprintf(places[2], PATH_ROOM, "%s/../../experiments/recipes", program); /* build/float */
}

static char *join(Arena *a, const char *folder, const char *name, const char *ending)
{
    size_t n = strlen(folder) + strlen(name) + strlen(ending) + 2;
    char  *to = arena_take(a, n);
    snprintf(to, n, "%s/%s%s", folder, name, ending);
    return to;
}

static void add_names(Arena *a, const char *folder, const char **names, int *n)
{
    DIR *d = opendir(folder);
    if (!d) return;
    for (struct dirent *e; (e = readdir(d)) && *n < RECIPE_NAMES - 1;) {
        size_t length = strlen(e->d_name);
        if (length < 6 || strcmp(e->d_name + length - 5, ".yaml")) continue;
        char *name = arena_take(a, length);
        snprintf(name, length - 4, "%s", e->d_name);
        names[(*n)++] = name;
    }
    closedir(d);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int recipe_names(const char *names[RECIPE_NAMES], Arena *a)
{
    char places[N_PLACES][PATH_ROOM];
    int  n = 0, kept = 0;
    list_places(places);
    for (int i = 0; i < N_PLACES; i++) add_names(a, places[i], names, &n);
    qsort(names, (size_t)n, sizeof *names, by_name);
    for (int i = 0; i < n; i++)
        if (!kept || strcmp(names[kept - 1], names[i])) names[kept++] = names[i];
    names[kept] = NULL;
    return kept;
}

Status recipe_find(const char **path, Arena *a, const char *word, Err *err)
{
    size_t n = strlen(word);
    *path = word;
    if (strchr(word, '/') || (n > 5 && !strcmp(word + n - 5, ".yaml"))) {
        if (file_exists(word)) return STATUS_OK;
        return err_set(err, STATUS_CONFIG, "no recipe %s", word);
    }
    char        places[N_PLACES][PATH_ROOM];
    const char *names[RECIPE_NAMES];
    list_places(places);
    for (int i = 0; i < N_PLACES; i++) {
        *path = join(a, places[i], word, ".yaml");
        if (file_exists(*path)) return STATUS_OK;
    }
    recipe_names(names, a);
    const char *near = text_nearest(word, names);
    return near ? err_set(err, STATUS_CONFIG, "no recipe %s; did you mean %s?", word, near)
                : err_set(err, STATUS_CONFIG, "no recipe %s in %s, nor with the program", word,
                          places[0]);
}
