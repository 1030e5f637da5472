#include "experiments/run/journal.h"

#include "core/base/file.h"
#include "core/base/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { PATH_ROOM = 4200, LINE_ROOM = 512, MOST_THREADS = 1024 };

static void journal_path(char path[PATH_ROOM], const char *folder)
{
    snprintf(path, PATH_ROOM, "%s/journal.jsonl", folder);
}

Status journal_open(FILE **f, const char *folder, Err *err)
{
    char path[PATH_ROOM];
    journal_path(path, folder);
    *f = fopen(path, "a");
    if (!*f) return err_set(err, STATUS_IO, "%s: %s", path, strerror(errno));
    return STATUS_OK;
}

/* JSON has no NaN. */
static void number(Text *t, const char *key, double x)
{
    if (isfinite(x)) text_add(t, ", \"%s\": %.6g", key, x);
    else text_add(t, ", \"%s\": null", key);
}

void journal_write(FILE *f, const JournalLine *line)
{
    Text t = { 0 };
    text_add(&t, "{\"stage\": \"%s\", \"step\": %ld, \"steps\": %ld", line->stage, line->step,
             line->steps);
    number(&t, "loss", line->loss);
    number(&t, "lr", line->lr);
    number(&t, "images_per_s", line->images_per_s);
    number(&t, "elapsed_s", line->elapsed_s);
    text_add(&t, ", \"threads\": %d}\n", line->threads);
    fputs(text_get(&t), f);
    fflush(f);
    text_free(&t);
}

/* What follows "key": in the line, up to the comma or brace; false if absent. */
static bool field(char value[64], const char *line, const char *key)
{
    char name[40];
    snprintf(name, sizeof name, "\"%s\": ", key);
    const char *at = strstr(line, name);
    if (!at) return false;
    at += strlen(name);
    if (*at == '"') at++;
    snprintf(value, 64, "%.*s", (int)strcspn(at, ",}\""), at);
    return true;
}

static double number_of(const char *line, const char *key)
{
    char   value[64];
    double x;
    return field(value, line, key) && text_to_double(value, &x) ? x : (double)NAN;
}

static bool parse(JournalLine *line, const char *text)
{
    char   stage[64];
    double step = number_of(text, "step"), steps = number_of(text, "steps");
    double threads = number_of(text, "threads");
    if (!field(stage, text, "stage") || !(step >= 0 && steps >= step && steps < 1e15))
        return false;
    *line = (JournalLine){
        .step = (long)step, .steps = (long)steps, .loss = number_of(text, "loss"),
        .lr = number_of(text, "lr"), .images_per_s = number_of(text, "images_per_s"),
        .elapsed_s = number_of(text, "elapsed_s"),
        .threads = threads >= 1 && threads <= MOST_THREADS ? (int)threads : 0,
    };
    snprintf(line->stage, sizeof line->stage, "%.39s", stage);
    return true;
}

void journal_read(const char *folder, JournalEach *each, void *self)
{
    char        path[PATH_ROOM], text[LINE_ROOM];
    JournalLine line;
    journal_path(path, folder);
    FILE *f = fopen(path, "r");
    if (!f) return;
    while (fgets(text, sizeof text, f))
        if (strchr(text, '\n') && parse(&line, text)) each(self, &line);
    fclose(f);
}

bool journal_last(JournalLine *line, const char *folder)
{
    char  path[PATH_ROOM], tail[2 * LINE_ROOM + 1];
    journal_path(path, folder);
    FILE *f = fopen(path, "r");
    if (!f) return false;
    if (fseek(f, -2 * LINE_ROOM, SEEK_END)) rewind(f);
    size_t n = fread(tail, 1, 2 * LINE_ROOM, f);
    fclose(f);
    while (n && tail[n - 1] != '\n') n--; /* a line that is still being written */
    if (!n) return false;
    tail[n - 1] = '\0';
    const char *last = strrchr(tail, '\n');
    return parse(line, last ? last + 1 : tail);
}

bool journal_left(const char *folder)
{
    char path[PATH_ROOM];
    journal_path(path, folder);
    return file_exists(path);
}

void journal_remove(const char *folder)
{
    char path[PATH_ROOM];
    journal_path(path, folder);
    remove(path);
}
