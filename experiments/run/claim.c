#define _DEFAULT_SOURCE /* flock, gethostname */
#include "experiments/run/claim.h"

#include "core/base/file.h"
#include "core/base/h5.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_ROOM = 4200, TRIES = 5 };

static void lock_path(char path[PATH_ROOM], const char *folder)
{
    snprintf(path, PATH_ROOM, "%s/lock", folder);
}

/* For whoever looks at the folder; nothing reads it. */
static void sign(int fd)
{
    char host[256] = "", text[320];
    gethostname(host, sizeof host - 1);
    int n = snprintf(text, sizeof text, "process %ld on %s\n", (long)getpid(), host);
    if (ftruncate(fd, 0) || write(fd, text, (size_t)n) != n) errno = 0;
}

/* Nothing is changed for a descriptor that has the lock already. */
static Status lock(int *fd, const char *path, Err *err)
{
    /* Somebody who only looks (claim_held) holds it for a moment. */
    for (int i = 0; i < TRIES; i++) {
        if (!flock(*fd, LOCK_EX | LOCK_NB)) {
            sign(*fd);
            return STATUS_OK;
        }
        if (errno != EWOULDBLOCK && errno != EINTR) {
            err_set(err, STATUS_IO, "%s: cannot be locked here: %s", path, strerror(errno));
            close(*fd);
            return err->code;
        }
        nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
    }
    close(*fd);
    *fd = -1;
    return STATUS_OK;
}

Status claim_take(int *fd, const char *folder, Err *err)
{
    char path[PATH_ROOM];
    lock_path(path, folder);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*fd < 0) return err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
    return lock(fd, path, err);
}

Status claim_accept(int *fd, const char *folder, Err *err)
{
    char        path[PATH_ROOM];
    struct stat ours, file;
    lock_path(path, folder);
    if (fstat(*fd, &ours) || stat(path, &file) || ours.st_dev != file.st_dev ||
        ours.st_ino != file.st_ino)
        return err_set(err, STATUS_IO, "%s: is not what was handed over as descriptor %d", path,
                       *fd);
    fcntl(*fd, F_SETFD, FD_CLOEXEC);
    return lock(fd, path, err);
}

/* Is it a state, by its name (cell_state), of a stage that is done? */
static bool is_spent(const char *folder, const char *name)
{
    static const char *const endings[] = { ".state.safetensors", ".previous.safetensors" };
    char                     record[PATH_ROOM];
    Err                      err;
    for (int i = 0; i < 2; i++) {
        const char *end = strstr(name, endings[i]);
        if (!end || strcmp(end, endings[i])) continue;
        snprintf(record, sizeof record, "%s/%.*s.h5", folder, (int)(end - name), name);
        return !h5_verify(record, &err);
    }
    return false;
}

static void drop_spent(const char *folder)
{
    DIR *d = opendir(folder);
    if (!d) return;
    for (struct dirent *e; (e = readdir(d));)
        if (is_spent(folder, e->d_name)) unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
}

void claim_clear(const char *folder)
{
    drop_spent(folder);
    file_drop_asides(folder, ".safetensors");
    file_drop_asides(folder, ".h5");
    file_drop_asides(folder, ".yaml");
    file_drop_asides(folder, "failed.txt");
}

bool claim_held(const char *folder)
{
    char path[PATH_ROOM];
    lock_path(path, folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
    close(fd);
    return held;
}
