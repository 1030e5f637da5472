/* The READMEs of recipes, records and strategies, as parts of manual pages: headings,
 * paragraphs, lists, tables (a row is an item: its first column, then the rest) and code.
 */
#ifndef EXPERIMENTS_MANUAL_MARKDOWN_H
#define EXPERIMENTS_MANUAL_MARKDOWN_H

#include "core/base/text.h"

/* Lines end with NULL.  The title is left out; what stands before the first "## Heading" is
 * the section "Description". */
void markdown_page(Text *t, const char *const *lines);

/* What stands below "## Heading", as paragraphs without it; nothing if there is none. */
void markdown_section(Text *t, const char *const *lines, const char *heading);

#endif
