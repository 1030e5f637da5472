/* The manual, made from the tables that the program itself works by: a page for each
 * command, and maskgrid(1), maskgrid-recipe(5), maskgrid-record(5), maskgrid-strategies(7).
 *
 *     ManualPage page;
 *     for (int i = 0; manual_page(&page, i); i++) manual_write(&text, &page);
 */
#ifndef EXPERIMENTS_MANUAL_MANUAL_H
#define EXPERIMENTS_MANUAL_MANUAL_H

#include "core/base/text.h"
#include "experiments/cli/cli.h"

typedef struct {
    char        name[64]; /* "maskgrid-plan"                 */
    int         section;  /* 1 commands, 5 files, 7 concepts */
    char        about[160];
    void      (*write)(Text *t); /* what follows NAME; NULL: of a command */
    Command     command;
} ManualPage;

bool manual_page(ManualPage *p, int i); /* false behind the last */

/* Its name as users type it: "plan", "recipe", "maskgrid". */
const char *manual_bare(const ManualPage *p);

/* The page that the user means by "plan", "recipe" or "maskgrid-plan"; of two that have the
 * same name the one of the lower section.  STATUS_CONFIG names the nearest one. */
MUST_USE Status manual_find(ManualPage *p, const char *word, Err *err);

void manual_write(Text *t, const ManualPage *p); /* in roff */

/* What follows NAME, of pages that are not of a command. */
void manual_program(Text *t);
void manual_recipe(Text *t);
void manual_record(Text *t);
void manual_strategies(Text *t);

#endif
