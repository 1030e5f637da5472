#define _POSIX_C_SOURCE 200809L /* popen */
/* Tables, dimension scales and names, and what stands under them. */
#include "core/base/h5.h"
#include "tests/ok.h"
#include "tests/room.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(h5_table, .init = open_room, .fini = close_room);

static const char *tabled(void)
{
    static const double      loss[] = { 2.5, 1.5 }, step[] = { 10, 20 };
    static const uint8_t     best[] = { 0, 1 };
    static const char *const name[] = { "first", "a" };
    const char              *path = scratch_path(&scratch, "table.h5");
    H5                      *f;
    OK(h5_create(&f, path, &err));
    OK(h5_put_table(f, "a/table", (const H5Column[]){
        { .name = "loss", .kind = NUMBER_DOUBLE, .x = loss }, { .name = "name", .texts = name },
        { .name = "best", .kind = NUMBER_BOOL, .x = best } }, 3, 2, "two rows", &err));
    OK(h5_put(f, &(H5Set){ .name = "a/loss", .kind = NUMBER_DOUBLE, .rank = 1, .dim = { 2 } },
              loss, &err));
    OK(h5_put(f, &(H5Set){ .name = "a/step", .kind = NUMBER_DOUBLE, .rank = 1, .dim = { 2 } },
              step, &err));
    OK(h5_attach(f, "a/loss", 0, "a/step", &err));
    OK(h5_attach(f, "a/loss", 0, "a/step", &err)); /* once more is nothing */
    OK(h5_link(f, "b/again", "a", &err));
    cr_expect(h5_attach(f, "a/loss", 0, "a/nothing", &err) == STATUS_IO);
    OK(h5_commit(f, &err));
    return path;
}

Test(h5_table, tells_what_stands_under_a_name)
{
    const char *const *keys;
    H5                *f;
    H5Look             look;
    OK(h5_open(&f, tabled(), &err));
    OK(h5_look(f, "a/table", &look, &err));
    cr_expect(look.what == H5_TABLE && look.rank == 1 && look.dim[0] == 2);
    OK(h5_look(f, "b/again/loss", &look, &err));
    cr_expect(look.what == H5_NUMBERS && look.kind == NUMBER_DOUBLE && look.dim[0] == 2);
    OK(h5_look(f, "a", &look, &err));
    cr_expect(look.what == H5_GROUP);
    cr_expect(h5_look(f, "a/nothing", &look, &err) == STATUS_FORMAT);
    cr_expect(h5_is_attached(f, "a/loss", 0, "a/step"));
    cr_expect(!h5_is_attached(f, "a/loss", 1, "a/step"));
    cr_expect(!h5_is_attached(f, "a/step", 0, "a/loss"));
    cr_expect(!h5_is_attached(f, "a/loss", 0, "a/nothing") && !h5_is_attached(f, "a", 0, "a/step"));
    OK(h5_attributes(f, "a/table", &arena, &keys, &err));
    cr_expect(keys[0] && !strcmp(keys[0], "long_name") && !keys[1]);
    h5_close(f);
}

/* As others see it: rows of 8 + 5 + 1 bytes. */
Test(h5_table, h5dump_reads_tables)
{
    char command[600], line[400];
    bool compound = false, text = false, truth = false;
    snprintf(command, sizeof command, "h5dump -d /a/table %s", tabled());
    FILE *p = popen(command, "r");
    cr_assert(p != NULL);
    while (fgets(line, sizeof line, p)) {
        compound |= strstr(line, "H5T_COMPOUND") != NULL;
        text |= strstr(line, "\"first\"") != NULL;
        truth |= strstr(line, "TRUE") != NULL;
    }
    cr_expect(pclose(p) == 0 && compound && text && truth, "%d %d %d", compound, text, truth);
}

/* --- columns ---------------------------------------------------------------- */

Test(h5_table, reads_columns)
{
    static const char *const any[] = { "" };
    const char *const *names;
    H5                *f;
    size_t             rows;
    H5Column           loss = { .name = "loss", .kind = NUMBER_DOUBLE };
    H5Column           name = { .name = "name", .texts = any };
    H5Column           best = { .name = "best", .kind = NUMBER_BOOL };
    OK(h5_open(&f, tabled(), &err));
    OK(h5_columns(f, "a/table", &arena, &names, &err));
    cr_expect(!strcmp(names[0], "loss") && !strcmp(names[1], "name") && !strcmp(names[2], "best"));
    cr_expect(!names[3]);
    OK(h5_get_column(f, "a/table", &loss, &arena, &rows, &err));
    const double *x = loss.x;
    cr_expect(rows == 2 && x[0] == 2.5 && x[1] == 1.5);
    OK(h5_get_column(f, "a/table", &name, &arena, &rows, &err));
    cr_expect(rows == 2 && !strcmp(name.texts[0], "first") && !strcmp(name.texts[1], "a"));
    OK(h5_get_column(f, "a/table", &best, &arena, &rows, &err));
    cr_expect(rows == 2 && !((const uint8_t *)best.x)[0] && ((const uint8_t *)best.x)[1]);
    h5_close(f);
}

Test(h5_table, reads_no_column_that_is_another)
{
    static const char *const any[] = { "" };
    const char *const *names;
    H5                *f;
    size_t             rows;
    H5Column           others[] = { { .name = "rate", .kind = NUMBER_DOUBLE },
                                    { .name = "loss", .kind = NUMBER_INT32 },
                                    { .name = "loss", .texts = any },
                                    { .name = "name", .kind = NUMBER_DOUBLE } };
    OK(h5_open(&f, tabled(), &err));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_expect(h5_get_column(f, "a/table", &others[i], &arena, &rows, &err) == STATUS_FORMAT);
    cr_expect(h5_get_column(f, "a/loss", &others[0], &arena, &rows, &err) == STATUS_FORMAT);
    cr_expect(h5_columns(f, "a/loss", &arena, &names, &err) == STATUS_FORMAT);
    cr_expect(h5_columns(f, "a/nothing", &arena, &names, &err) == STATUS_FORMAT);
    h5_close(f);
}
