/* Manual pages in roff, in the few requests that every `man` knows.
 *
 *     Text page = { 0 };
 *     roff_begin(&page, "maskgrid-plan", 1, "check a recipe");
 *     roff_section(&page, "Options");
 *     roff_item(&page, "`--jobs` *N*", "cells at a time");
 *
 * Texts have the marks of Markdown: `words` are bold, *words* are in italics.  All else is
 * printed as it stands, whatever roff would make of it.
 */
#ifndef EXPERIMENTS_MANUAL_ROFF_H
#define EXPERIMENTS_MANUAL_ROFF_H

#include "core/base/text.h"

/* Its heading and NAME. */
void roff_begin(Text *t, const char *name, int section, const char *about);

void roff_section(Text *t, const char *title); /* in capitals */
void roff_part(Text *t, const char *title);    /* of a section */
void roff_paragraph(Text *t, const char *text);
void roff_item(Text *t, const char *tag, const char *text); /* indented below its tag */
void roff_bullet(Text *t, const char *text);
void roff_code(Text *t, const char *lines); /* as it stands; lines too long are broken */

#endif
