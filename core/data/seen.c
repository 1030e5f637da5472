#define _POSIX_C_SOURCE 200809L /* st_mtim */
#include "core/data/seen.h"

#include "core/base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
    WORTH = 1 << 26, /* bytes; less is read in a tenth of a second */
    MOMENT_S = 3,    /* the coarsest clock of a file system ticks every two */
    PATH_ROOM = 4096
};

Status file_facts(FileFacts *f, const char *path, Err *err)
{
    struct stat st;
    if (stat(path, &st))
        return err_set(err, errno == ENOENT || errno == ENOTDIR ? STATUS_MISSING : STATUS_IO,
                       "%s: %s", path, strerror(errno));
    *f = (FileFacts){ (int64_t)st.st_ino, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                      st.st_ctim.tv_sec, st.st_ctim.tv_nsec };
    return STATUS_OK;
}

void stamp_start(Stamp *s)
{
    *s = (Stamp){ .begun = (int64_t)time(NULL) };
    hash_start(&s->hash);
}

void stamp_add(Stamp *s, const char *name, const FileFacts *f)
{
    hash_text(&s->hash, name);
    hash_bytes(&s->hash, f, sizeof *f);
    s->bytes += f->size;
    if (f->written_s > s->newest) s->newest = f->written_s;
    if (f->changed_s > s->newest) s->newest = f->changed_s;
}

void stamp_end(Stamp *s, char hex[HASH_HEX]) { hash_end(&s->hash, hex); }

/* The file of a stamp, or its folder alone; false where there is no place for it. */
static bool place(char path[PATH_ROOM], const char *stamp)
{
    const char *own = getenv("MASKGRID_CACHE"), *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME"), *root = own, *inside = "";
    if (!root || !*root) root = cache, inside = "/maskgrid";
    if (!root || !*root) root = home, inside = "/.cache/maskgrid";
    if (!root || !*root) return false;
    int n = snprintf(path, PATH_ROOM, "%s%s%s%s", root, inside, *stamp ? "/" : "", stamp);
    return n > 0 && n < PATH_ROOM - 64; /* a name to write aside is longer */
}

bool seen_find(char identity[HASH_HEX], const Stamp *s, const char stamp[HASH_HEX])
{
    char   path[PATH_ROOM], *text;
    size_t n;
    Err    err;
    if (s->bytes < WORTH || !place(path, stamp) || file_read(path, HASH_HEX, &text, &n, &err))
        return false;
    bool good = n == HASH_HEX && text[n - 1] == '\n' &&
                strspn(text, "0123456789abcdef") == HASH_HEX - 1;
    if (good) memcpy(identity, text, HASH_HEX - 1), identity[HASH_HEX - 1] = '\0';
    free(text);
    return good;
}

void seen_keep(const char identity[HASH_HEX], const Stamp *s, const char stamp[HASH_HEX])
{
    char path[PATH_ROOM], line[HASH_HEX + 1];
    Err  err;
    if (s->bytes < WORTH || s->newest + MOMENT_S > s->begun) return;
    if (!place(path, "") || file_make_folders(path, &err) || !place(path, stamp)) return;
    snprintf(line, sizeof line, "%s\n", identity);
    if (file_write(path, line, strlen(line), &err)) return;
}
