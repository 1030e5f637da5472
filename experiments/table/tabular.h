/* Words and numbers in rows and columns: for a terminal, for Markdown, for LaTeX.
 *
 *     Tabular t;
 *     tabular_open(&t, 2, 2, 1);
 *     text_add(tabular_cell(&t, 0, 0), "class");
 *     ...
 *     tabular_markdown(&t, &out);
 *     tabular_close(&t);
 */
#ifndef EXPERIMENTS_TABLE_TABULAR_H
#define EXPERIMENTS_TABLE_TABULAR_H

#include "core/base/text.h"

typedef struct {
    int   rows, cols; /* row 0: the heads                                              */
    int   words;      /* columns from the left that are words; the others are numbers */
    Text *cell;       /* [rows, cols]                                                  */
} Tabular;

void  tabular_open(Tabular *t, int rows, int cols, int words);
Text *tabular_cell(const Tabular *t, int row, int col);
void  tabular_close(Tabular *t);

void tabular_text(const Tabular *t, Text *out);
void tabular_markdown(const Tabular *t, Text *out);
void tabular_latex(const Tabular *t, Text *out); /* for \usepackage{booktabs} */

void tabular_escape(const char *s, Text *out); /* words for LaTeX */

#endif
