/* maskgrid manual: its pages, for `man`. */
#include "experiments/cli/cli.h"

#include "core/base/file.h"
#include "experiments/manual/manual.h"

#include <stdio.h>
#include <string.h>

typedef struct { const char *out; } Options;

static const Option options[] = {
    OPTION_TEXT(Options, out, "FOLDER", NULL, "write all pages there, in man1, man5 and man7"),
    { 0 }
};

static void list_pages(void)
{
    enum { LEFT = 26 };
    ManualPage p;
    for (int i = 0; manual_page(&p, i); i++) {
        char name[sizeof p.name + 16];
        snprintf(name, sizeof name, "%s(%d)", p.name, p.section);
        cli_beside(LEFT, name, p.about);
    }
}

static Status write_page(const ManualPage *p, const char *folder, Err *err)
{
    char path[CELL_PATH];
    Text text = { 0 };
    int  n = snprintf(path, sizeof path, "%s/man%d", folder, p->section);
    if (file_make_folders(path, err)) return err->code;
    snprintf(path + n, sizeof path - (size_t)n, "/%s.%d", p->name, p->section);
    manual_write(&text, p);
    Status bad = file_write(path, text_get(&text), text.length, err);
    text_free(&text);
    return bad;
}

static Status write_all(const char *folder, Err *err)
{
    ManualPage p;
    for (int i = 0; manual_page(&p, i); i++)
        if (write_page(&p, folder, err)) return err->code;
    return STATUS_OK;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    ManualPage     p;
    Text           text = { 0 };
    Err            err;
    if (n && manual_find(&p, arguments[0], &err)) return cli_fail(&err);
    if (o->out) {
        if (n ? write_page(&p, o->out, &err) : write_all(o->out, &err)) return cli_fail(&err);
    } else if (n) {
        manual_write(&text, &p);
        fputs(text_get(&text), stdout);
        text_free(&text);
    } else {
        list_pages();
    }
    return EXIT_DONE;
}

COMMAND(manual) = {
    .place = 195, .arguments = "[PAGE]", .least = 0, .most = 1,
    .about = "the pages of the manual: list them, or one for `man`",
    .details = "Pages are printed as `man` reads them.  They are made from the tables that "
               "the program works by, and `make install` puts them where `man maskgrid` "
               "finds them.",
    .examples = "  maskgrid manual\n"
                "  maskgrid manual recipe | man -l -\n"
                "  maskgrid manual --out share/man\n",
    .options = options, .size = sizeof(Options), .run = run,
};
