/* What this machine has for us: processors and memory, of which control groups (containers,
 * Slurm, systemd; versions 1 and 2) may grant only a part.
 *
 * `root` is put in front of every path of the system: "" but in tests.
 */
#ifndef EXPERIMENTS_RUN_MACHINE_H
#define EXPERIMENTS_RUN_MACHINE_H

#include <sys/types.h>

typedef struct {
    int    cores;  /* at least 1                                                       */
    double total;  /* bytes of memory that we may use; infinite if nobody says         */
    double unused; /* ... and that nobody uses now, but for what can be dropped; likewise */
} Machine;

Machine machine_look(const char *root);

/* How often the kernel has killed for lack of memory: in our control group where that can
 * be read, else anywhere on the machine; -1 if the system does not say. */
long machine_kills(const char *root);

/* Bytes that a process holds now; 0 if there is none. */
double machine_held(const char *root, pid_t pid);

/* Bytes free for us on the file system of the nearest folder above `path` that there is;
 * infinite if nobody says. */
double machine_disk(const char *path);

/* Seconds until a small new file there is safe on the disk, the least of several tries; 0 if
 * none can be written.  Leaves nothing. */
double machine_sync(const char *path);

#endif
