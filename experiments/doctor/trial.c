/* What only trying tells of a file system: does it rename and lock, what time has it? */
#define _DEFAULT_SOURCE /* mkdtemp, flock */
#include "experiments/doctor/environment.h"

#include "core/base/file.h"
#include "core/base/h5.h"
#include "core/base/temporary.h"
#include "experiments/run/claim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FOLDER_ROOM = 4100, PATH_ROOM = 4200 };

static double seconds(struct timespec t) { return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec; }

/* A file aside, synced, and put in the place of another. */
static bool try_writing(Section *s, const char *folder, double *ahead_s)
{
    char            path[PATH_ROOM];
    struct timespec before, after;
    struct stat     st;
    Err             err;
    snprintf(path, sizeof path, "%s/file", folder);
    bool bad = file_write(path, "1", 1, &err);
    clock_gettime(CLOCK_REALTIME, &before);
    bad = bad || file_write(path, "2", 1, &err);
    clock_gettime(CLOCK_REALTIME, &after);
    if (bad) {
        section_note(s, NOTE_FAIL, "writing", "put results elsewhere with --results", "%s",
                     err.text);
        return false;
    }
    section_note(s, NOTE_OK, "writing", NULL, "written, synced and renamed in %.1f ms",
                 1e3 * (seconds(after) - seconds(before)));
    if (stat(path, &st)) return true;
    double when = seconds(st.st_mtim);
    if (when < seconds(before)) *ahead_s = when - seconds(before);
    if (when > seconds(after)) *ahead_s = when - seconds(after);
    return true;
}

/* A claim that is held cannot be taken again. */
static void try_claim(Section *s, const char *folder)
{
    static const char advice[] = "never start two runs on this folder at a time, or put results "
                                 "elsewhere with --results";
    int fd, again = -1;
    Err err;
    if (claim_take(&fd, folder, &err)) {
        section_note(s, NOTE_FAIL, "locks", advice, "%s", err.text);
        return;
    }
    bool other = claim_take(&again, folder, &err) || again >= 0;
    if (fd >= 0) close(fd);
    if (again >= 0) close(again);
    if (fd < 0 || other)
        section_note(s, NOTE_FAIL, "locks", advice, "a lock does not keep others out");
    else
        section_note(s, NOTE_OK, "locks", NULL, "one run at a time has a cell");
}

static void try_h5(Section *s, const char *folder)
{
    char path[PATH_ROOM];
    bool locks;
    Err  err;
    snprintf(path, sizeof path, "%s/file.h5", folder);
    if (h5_try_locks(path, &locks, &err))
        section_note(s, NOTE_WARN, "HDF5 locks", "set HDF5_USE_FILE_LOCKING=FALSE for h5py and "
                     "h5dump; maskgrid itself needs none", "HDF5 is refused locks here");
    else
        section_note(s, NOTE_OK, "HDF5 locks", NULL, "%s", locks ? "held while a file is open"
                                                                 : "turned off");
}

void try_folder(Section *s, const char *folder, double *ahead_s)
{
    char trial[FOLDER_ROOM];
    *ahead_s = 0;
    snprintf(trial, sizeof trial, "%.4000s/.doctor-XXXXXX", folder);
    if (!mkdtemp(trial)) {
        section_note(s, NOTE_FAIL, "writing", "put results elsewhere with --results, or change "
                     "whose the folder is", "%s: %s", folder, strerror(errno));
        return;
    }
    if (try_writing(s, trial, ahead_s)) {
        try_claim(s, trial);
        try_h5(s, trial);
    }
    temporary_close(trial);
}
