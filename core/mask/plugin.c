#define _XOPEN_SOURCE 700 /* realpath, readlink, setenv */
#include "core/mask/plugin.h"

#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/mask/replay.h"
#include "core/mask/script.h"

#include <ctype.h>
#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char SEARCH[] = "MASKGRID_PLUGIN_PATH", ENDING[] = ".so", RECORDED[] = ".h5",
                  WORD_ENDS[] = " ()|:"; /* in the text of a mask */

enum {
    WORD = 48,            /* of a plug-in's name, with its end     */
    DIGITS = 12,          /* of the hash that are part of the name */
    MOST_BYTES = 1 << 28, /* of a file                             */
    FIRST_BYTES = offsetof(MaskStrategy, fixed) + sizeof(void *) /* of the oldest build */
};

typedef struct Loaded {
    struct Loaded *next;
    StrategyEntry  entry;
    MaskStrategy   strategy;
    char           name[WORD + 1 + DIGITS]; /* "edges@1f0c9a33ab12" */
    char           hash[HASH_HEX];
    char           file[];                  /* absolute             */
} Loaded;

/* What dlopen has loaded the whole process has, and so it has this. */
static Loaded         *loaded;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* --- where --------------------------------------------------------------- */

/* The folders to look in, each with a colon behind it. */
static void search_path(Text *out)
{
    const char *own = getenv(SEARCH), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    char        program[4096];
    if (own && *own) text_add(out, "%s:", own);
    if (data && *data) text_add(out, "%s/maskgrid/plugins:", data);
    else if (home) text_add(out, "%s/.local/share/maskgrid/plugins:", home);
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    program[n < 0 ? 0 : n] = '\0';
    char *slash = strrchr(program, '/');
    if (slash) text_add(out, "%.*s/../lib/maskgrid/plugins:", (int)(slash - program), program);
}

/* The folder at *at, or NULL behind the last; *at moves to the next. */
static const char *next_folder(const char **at, Text *folder)
{
    size_t n = strcspn(*at += strspn(*at, ":"), ":");
    if (!n) return NULL;
    text_clear(folder);
    text_add_bytes(folder, *at, n);
    *at += n;
    return text_get(folder);
}

/* Processes that this one starts are told names, not paths. */
static Status announce(const char *file, Err *err)
{
    Text        path = { 0 }, folder = { 0 };
    const char *own = getenv(SEARCH), *one;
    bool        known = false;
    int         n = (int)(strrchr(file, '/') - file);
    text_add(&path, "%s%s", own ? own : "", own && *own ? ":" : "");
    for (const char *at = text_get(&path); (one = next_folder(&at, &folder));)
        known |= !strncmp(one, file, (size_t)n) && !one[n];
    text_add(&path, "%.*s", n, file);
    bool good = known || (!memchr(file, ':', (size_t)n) && !setenv(SEARCH, path.s, 1));
    text_free(&path);
    text_free(&folder);
    return good ? STATUS_OK
                : err_set(err, STATUS_CONFIG, "%s: a folder with a colon cannot be part of "
                          "%s", file, SEARCH);
}

/* --- load ---------------------------------------------------------------- */

static bool has_ending(const char *word, size_t n, const char *ending)
{
    size_t end = strlen(ending);
    return n > end && !memcmp(word + n - end, ending, end);
}

static bool is_library(const char *word, size_t n) { return has_ending(word, n, ENDING); }

/* "my-edges" of /home/ada/my_edges.so, as make spells those of strategies/; "edges.py"
 * of /home/ada/edges.py.  A name with a dot is that of a script or recording, whose file
 * may be called anything: what cannot stand in a name is a _, "my_masks.h5" of "my
 * masks.h5", so that the text of a strategy needs no quotes. */
static Status name_of(char name[WORD], const char *file, Err *err)
{
    const char *base = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
    size_t      n = strlen(base);
    bool        library = is_library(base, n);
    if (library) n -= strlen(ENDING);
    bool good = isalpha((unsigned char)*base) && n < WORD && (library || strchr(base, '.'));
    for (size_t i = 0; good && i < n; i++) {
        bool plain = isalnum((unsigned char)base[i]) || strchr(library ? "_" : "_-.", base[i]);
        name[i] = library && base[i] == '_' ? '-' : plain ? base[i] : '_';
        good = plain || !library;
    }
    if (!good)
        return err_set(err, STATUS_FORMAT, "plug-in %s: it must be called NAME%s, a C name of "
                       "at most %d letters, or begin with a letter and have another ending: a "
                       "script", file, ENDING, WORD - 1);
    name[n] = '\0';
    return STATUS_OK;
}

/* The other way: "my_edges", or as much of it as stands in front of an @. */
static void c_name(char out[WORD], const char *name)
{
    snprintf(out, WORD, "%.*s", (int)strcspn(name, "@"), name);
    for (char *hyphen; (hyphen = strchr(out, '-'));) *hyphen = '_';
}

/* "my_edges.so", "edges.py" */
static void file_name(char out[WORD + sizeof ENDING], const char *name)
{
    char word[WORD];
    snprintf(out, WORD, "%.*s", (int)strcspn(name, "@"), name);
    if (strchr(out, '.')) return;
    c_name(word, name);
    snprintf(out, WORD + sizeof ENDING, "%s%s", word, ENDING);
}

/* Does the file have all that it says will be mapped?  Touching what is not there is
 * a bus error, not one that dlopen returns.  What is no ELF at all, dlopen says. */
static bool is_whole(const char *bytes, size_t n)
{
    Elf64_Ehdr head;
    Elf64_Phdr part;
    if (n < sizeof head || memcmp(bytes, ELFMAG, SELFMAG)) return true;
    memcpy(&head, bytes, sizeof head);
    for (size_t i = 0; i < head.e_phnum; i++) {
        if (head.e_phoff > n || n - head.e_phoff < (i + 1) * sizeof part) return false;
        memcpy(&part, bytes + head.e_phoff + i * sizeof part, sizeof part);
        if (part.p_offset > n || part.p_filesz > n - part.p_offset) return false;
    }
    return true;
}

static Status hash_file(char hex[HASH_HEX], const char *file, Err *err)
{
    char  *bytes;
    size_t n;
    Hash   h;
    if (file_read(file, MOST_BYTES, &bytes, &n, err)) return err_in(err, "plug-in");
    hash_start(&h);
    hash_bytes(&h, bytes, n);
    hash_end(&h, hex);
    bool whole = is_whole(bytes, n);
    free(bytes);
    return whole ? STATUS_OK : err_set(err, STATUS_FORMAT, "plug-in %s: is truncated", file);
}

/* Copy the strategy of the file, and NULL for what it was built without. */
static Status open_library(MaskStrategy *to, const char *file, const char *name, Err *err)
{
    char  symbol[WORD + 8], word[WORD];
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return err_set(err, STATUS_FORMAT, "plug-in %s: cannot be loaded: %s", file, dlerror());
    c_name(word, name);
    snprintf(symbol, sizeof symbol, "mask_%s", word);
    const MaskStrategy *s = dlsym(library, symbol);
    if (!s)
        return err_set(err, STATUS_FORMAT, "plug-in %s: has no %s; the file must have the name "
                       "that MASK_STRATEGY was given", file, symbol);
    if (s->abi != MASK_ABI)
        return err_set(err, STATUS_FORMAT, "plug-in %s: was built for contract %u and this "
                       "program has %d; build it again", file, s->abi, MASK_ABI);
    if (s->bytes > sizeof *to || s->bytes < FIRST_BYTES)
        return err_set(err, STATUS_FORMAT, "plug-in %s: its strategy has %u bytes and this "
                       "program's %zu; it was built for a %s program", file, s->bytes,
                       sizeof *to, s->bytes > sizeof *to ? "newer" : "much older");
    memset(to, 0, sizeof *to);
    memcpy(to, s, s->bytes);
    to->bytes = sizeof *to;
    return STATUS_OK;
}

static Status open_file(MaskStrategy *to, const char *file, const char *name, Err *err)
{
    const char *ending = strrchr(name, '.');
    Status      bad = !ending                     ? open_library(to, file, name, err)
                      : !strcmp(ending, RECORDED) ? replay_open(to, file, err)
                                                  : script_open(to, file, err);
    return bad ? bad : plugin_check(to, file, err);
}

static Status load(const Loaded **found, const char *file, Err *err)
{
    char    name[WORD], hash[HASH_HEX];
    size_t  room = strlen(file) + 1;
    Loaded *p = loaded;
    while (p && strcmp(p->file, file)) p = p->next;
    if ((*found = p)) return STATUS_OK;
    if (name_of(name, file, err)) return err->code;
    if (file_check_regular(file, err)) return err_in(err, "plug-in");
    if (hash_file(hash, file, err)) return err->code;
    p = calloc(1, sizeof *p + room);
    CHECK(p, "no memory for a plug-in");
    if (open_file(&p->strategy, file, name, err)) {
        free(p);
        return err->code;
    }
    memcpy(p->file, file, room);
    snprintf(p->name, sizeof p->name, "%s@%.*s", name, DIGITS, hash);
    memcpy(p->hash, hash, sizeof hash);
    p->entry = (StrategyEntry){ p->name, &p->strategy, p->file, p->hash };
    p->next = loaded;
    *found = loaded = p;
    return STATUS_OK;
}

/* --- find ---------------------------------------------------------------- */

bool plugin_is_path(const char *word, size_t n)
{
    Text path = { 0 };
    if (memchr(word, '/', n) || is_library(word, n)) return true;
    if (!has_ending(word, n, RECORDED)) return false;
    text_add_bytes(&path, word, n);
    bool there = file_exists(text_get(&path));
    text_free(&path);
    return there;
}

/* Is `name`, with its hash, what was asked for, with or without one? */
static bool is_called(const char *name, const char *asked)
{
    size_t n = strlen(asked);
    return !strncmp(name, asked, n) && (!name[n] || (name[n] == '@' && !strchr(asked, '@')));
}

/* The path without links in its folders; a link that is the file itself keeps its
 * name, for it is the strategy's.  NULL if there is no such folder or file. */
static char *absolute(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    Text        folder = { 0 }, file = { 0 };
    text_add(&folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    char *real = realpath(text_get(&folder), NULL);
    if (real) text_add(&file, "%s/%s", real[1] ? real : "", base);
    free(real);
    text_free(&folder);
    if (access(text_get(&file), F_OK)) text_free(&file);
    return file.s;
}

static Status by_path(const Loaded **found, const char *path, Err *err)
{
    char *file = absolute(path);
    if (!file) return err_set(err, STATUS_MISSING, "plug-in %s: %s", path, strerror(errno));
    Status bad = load(found, file, err);
    if (!bad) bad = announce(file, err);
    free(file);
    return bad;
}

typedef struct {
    const char   *asked;         /* "edges", "edges@1f0c9a33ab12"                      */
    const Loaded *found, *other; /* of another content than asked for: it is passed by, */
    Err          *err;           /* and named if no better one comes                   */
} Search;

static Status try_file(Search *s, const char *path)
{
    char  *file = absolute(path);
    Status bad = file ? load(&s->other, file, s->err) : STATUS_OK;
    if (file && !bad && is_called(s->other->name, s->asked)) s->found = s->other;
    free(file);
    return bad;
}

/* Files of the folder that are called otherwise, but have the name `base`. */
static Status try_others(Search *s, const char *folder, const char *base)
{
    DIR   *d = strchr(base, '.') ? opendir(folder) : NULL;
    Status bad = STATUS_OK;
    for (struct dirent *e; d && !s->found && !bad && (e = readdir(d));) {
        char name[WORD];
        Text path = { 0 };
        Err  ignored;
        if (!strcmp(e->d_name, base) || name_of(name, e->d_name, &ignored) ||
            strcmp(name, base))
            continue;
        text_add(&path, "%s/%s", folder, e->d_name);
        bad = try_file(s, text_get(&path));
        text_free(&path);
    }
    if (d) closedir(d);
    return bad;
}

static Status by_name(const Loaded **found, const char *asked, Err *err)
{
    Text        path = { 0 }, folder = { 0 }, file = { 0 };
    const char *one;
    Search      s = { .asked = asked, .err = err };
    Status      bad = STATUS_OK;
    char        base[WORD + sizeof ENDING];
    file_name(base, asked);
    for (const Loaded *p = loaded; p && !s.found; p = p->next)
        if (is_called(p->name, asked)) s.found = p;
    search_path(&path);
    for (const char *at = text_get(&path);
         !s.found && !bad && (one = next_folder(&at, &folder));) {
        text_clear(&file);
        text_add(&file, "%s/%s", one, base);
        bad = try_file(&s, text_get(&file));
        if (!bad && !s.found && strchr(asked, '@')) bad = try_others(&s, one, base);
    }
    if (!bad && !s.found && s.other)
        bad = err_set(err, STATUS_MISSING, "no plug-in %s: %s is %s", asked, s.other->file,
                      s.other->name);
    if (!bad && !s.found && strchr(asked, '@'))
        bad = err_set(err, STATUS_MISSING, "no plug-in %s in %s", asked, text_get(&path));
    *found = s.found;
    text_free(&path);
    text_free(&folder);
    text_free(&file);
    return bad;
}

Status plugin_find(const StrategyEntry **found, const char *word, size_t n, Err *err)
{
    Text          asked = { 0 };
    const Loaded *p = NULL;
    Status        bad;
    text_add_bytes(&asked, word, n);
    pthread_mutex_lock(&lock);
    bad = plugin_is_path(word, n) ? by_path(&p, text_get(&asked), err)
                                  : by_name(&p, text_get(&asked), err);
    pthread_mutex_unlock(&lock);
    text_free(&asked);
    *found = p ? &p->entry : NULL;
    return bad;
}

/* The plug-in whose name, with its hash, is the word that begins there, or NULL. */
static const Loaded *named_at(const char *word)
{
    size_t n = strcspn(word, WORD_ENDS);
    for (const Loaded *p = loaded; p; p = p->next)
        if (strlen(p->name) == n && !memcmp(p->name, word, n)) return p;
    return NULL;
}

void plugin_hashes(Text *out, const char *spec)
{
    pthread_mutex_lock(&lock);
    for (size_t n; *(spec += strspn(spec, WORD_ENDS)); spec += n) {
        const Loaded *p = named_at(spec);
        n = strcspn(spec, WORD_ENDS);
        if (p && !strstr(text_get(out), p->hash))
            text_add(out, "%s%.*s%s", out->length ? " " : "", (int)n - DIGITS, p->name,
                     p->hash);
    }
    pthread_mutex_unlock(&lock);
}

void plugin_names(Text *out)
{
    Text        path = { 0 }, folder = { 0 };
    const char *one;
    search_path(&path);
    for (const char *at = text_get(&path); (one = next_folder(&at, &folder));) {
        DIR *d = opendir(one);
        for (struct dirent *e; d && (e = readdir(d));) {
            char name[WORD], line[WORD + 2];
            Err  ignored;
            if (!is_library(e->d_name, strlen(e->d_name)) ||
                name_of(name, e->d_name, &ignored))
                continue;
            snprintf(line, sizeof line, "%s\n", name);
            const char *seen = strstr(text_get(out), line);
            if (!seen || (seen != out->s && seen[-1] != '\n')) text_add(out, "%s", line);
        }
        if (d) closedir(d);
    }
    text_free(&path);
    text_free(&folder);
}
