#define _POSIX_C_SOURCE 200809L /* getcwd */
#include "experiments/run/slurm_script.h"

#include "core/base/file.h"
#include "experiments/recipe/find.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Estimates are right within a factor of 1.5, and of this machine, not of the cluster's.
 * A task whose time is up goes on later, one that takes more memory fails. */
static const double SLACK_TIME = 2, SLACK_MEMORY = 1.25;
static const double SCHEDULER = 128e6; /* bytes of `maskgrid run` beside its cell */

enum {
    SAVE_S = 120,  /* before its time is up a task is told to save */
    RESTARTS = 50,
    ARRAY = 1001,  /* tasks that Slurm takes, unless it is told otherwise */
    MINUTES = 10,  /* a task is given whole tens of them           */
    MEGABYTES = 100
};

void slurm_folder(char out[CELL_PATH], const char *results, const Recipe *r)
{
    int n = snprintf(out, CELL_PATH, "%s/%s/slurm", results, r->name);
    CHECK(n > 0 && n < CELL_PATH, "path too long: %.200s", results);
}

#define BODY "slurm/cells.sh"

/* --- words --------------------------------------------------------------- */

/* One word for sbatch, which reads the head by rules of its own. */
static void add_option(Text *t, const char *option, const char *word)
{
    text_add(t, "#SBATCH --%s=\"", option);
    for (; *word; word++) text_add(t, strchr("\"\\", *word) ? "\\%c" : "%c", *word);
    text_add(t, "\"\n");
}

/* A path in which Slurm would see more than a path: a backslash anywhere turns its
 * patterns off. */
static Status check_path(const char *path, const char *strange, Err *err)
{
    if (!path[strcspn(path, strange)]) return STATUS_OK;
    return err_set(err, STATUS_CONFIG, "%.160s: Slurm cannot write to a path with a %s in it",
                   path, strpbrk(path, "\n") ? "line break" : "% or a backslash");
}

/* --- the head ------------------------------------------------------------ */

static int left_of(const Works *w)
{
    int n = 0;
    for (int i = 0; i < w->n; i++) n += w->work[i].state != WORK_DONE;
    return n;
}

static long whole(double x, long step) { return step * (long)ceil(x / (double)step); }

static void add_options(Text *t, const SlurmScript *s, int tasks, const Recipe *r,
                        const char *there, const char *notes)
{
    char log[CELL_PATH + 16];
    long minutes = whole(SLACK_TIME * s->seconds / 60, MINUTES);
    long megabytes = whole((SLACK_MEMORY * s->bytes + SCHEDULER) / 1e6, MEGABYTES);
    text_add(t, "#SBATCH --job-name=%s\n#SBATCH --array=0-%d", r->name, tasks - 1);
    if (s->at_once) text_add(t, "%%%d", s->at_once);
    text_add(t, "\n#SBATCH --time=%ld\n#SBATCH --mem=%ldM\n#SBATCH --ntasks=1\n"
             "#SBATCH --cpus-per-task=%d\n#SBATCH --requeue\n#SBATCH --open-mode=append\n"
             "#SBATCH --signal=B:USR1@%d\n", minutes > MINUTES ? minutes : MINUTES, megabytes,
             s->threads, SAVE_S);
    add_option(t, "chdir", there);
    snprintf(log, sizeof log, "%s/%%A_%%a.log", notes);
    add_option(t, "output", log);
}

static void add_words(Text *t, const SlurmScript *s, const char *results)
{
    text_add(t, "words=(--results ");
    text_add_word(t, results);
    for (int i = 0; i < s->n_settings; i++) {
        text_add(t, " -s ");
        text_add_word(t, s->settings[i]);
    }
    text_add(t, " -- ");
    text_add_word(t, s->recipe);
    text_add(t, ")\n");
}

static void add_value(Text *t, const char *name, const char *value)
{
    text_add(t, "%s=", name);
    text_add_word(t, value);
    text_add(t, "\n");
}

static void add_cells(Text *t, const Works *w, const Recipe *r)
{
    text_add(t, "cells=(\n");
    for (int i = 0; i < w->n; i++) {
        Text label = { 0 };
        if (w->work[i].state == WORK_DONE) continue;
        work_label(r, w->work[i].cell, &label);
        text_add(t, "    %.16s # ", w->work[i].cell->stage[STAGE_PRETRAIN].id);
        text_add_tame(t, text_get(&label));
        text_add(t, "\n");
        text_free(&label);
    }
    text_add(t, ")\n");
}

static void add_head(Text *t, const Works *w, const Recipe *r, const SlurmScript *s,
                     const char *there, const char *notes)
{
    char program[CELL_PATH];
    int  tasks = left_of(w);
    program_path(program, sizeof program);
    text_add(t, "#!/bin/bash\n"
             "# %s: %d cell%s, one a task, then the table.\n#\n"
             "#   bash FILE [SBATCH OPTION...]  submits all: bash FILE --partition=long\n"
             "%s#\n"
             "# A task that is stopped by its time queues again and goes on where it was.\n"
             "# Written by `maskgrid plan --slurm`, which says the same of cells left.\n#\n",
             r->name, tasks, text_s(tasks), tasks > ARRAY ? "" :
             "#   sbatch FILE                   submits the cells without the table\n");
    add_options(t, s, tasks, r, there, notes);
    text_add(t, "\nname=%s\n", r->name);
    add_value(t, "there", there);
    add_value(t, "maskgrid", program);
    add_words(t, s, w->results);
    notes = strcpy(program, notes);
    *strrchr(program, '/') = '\0';
    add_value(t, "folder", program);
    text_add(t, s->at_once ? "at_once=%d\n" : "at_once=\n", s->at_once);
    text_add(t, "restarts=%d\n", RESTARTS);
    add_cells(t, w, r);
    text_add(t, "\n");
}

Status slurm_script(Text *out, const Works *w, const Recipe *r, const SlurmScript *s, Err *err)
{
    char   there[CELL_PATH], notes[CELL_PATH], body[CELL_PATH], *bytes;
    size_t n;
    if (!w->n) return err_set(err, STATUS_CONFIG, "%s: no such cell is left to run", r->name);
    if (!left_of(w))
        return err_set(err, STATUS_CONFIG, "%s: all cells are done; Slurm would have nothing "
                       "to do", r->name);
    if (!getcwd(there, sizeof there))
        return err_set(err, STATUS_IO, "this folder has no path");
    slurm_folder(notes, w->results, r);
    if (check_path(there, "\n", err) || check_path(notes, "%\\\n", err)) return err->code;
    if (program_file(body, sizeof body, "share/maskgrid/" BODY, "scripts/" BODY, err) ||
        file_read(body, 1 << 16, &bytes, &n, err))
        return err->code;
    add_head(out, w, r, s, there, notes);
    text_add_bytes(out, bytes, n);
    free(bytes);
    return STATUS_OK;
}
