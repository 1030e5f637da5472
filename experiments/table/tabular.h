/* Words and numbers in rows and columns: for a terminal, Markdown, LaTeX and HTML.
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

#include <stdbool.h>

typedef struct {
    int   rows, cols; /* row 0: the heads                                               */
    int   words;      /* columns from the left that are words; the others are numbers  */
    int   width;      /* tabular_text: columns of the terminal; 0: as many as it takes */
    Text *cell;       /* [rows, cols]                                                   */
    bool *bold;       /* [rows, cols]                                                   */
    bool *goes_on;    /* [cols] about the same as the column before: not parted from it */
} Tabular;

void  tabular_open(Tabular *t, int rows, int cols, int words);
Text *tabular_cell(const Tabular *t, int row, int col);
void  tabular_bold(Tabular *t, int row, int col);
void  tabular_goes_on(Tabular *t, int col);
void  tabular_close(Tabular *t);

/* What is bold has a * behind it.  Where `width` is not enough, long words go on below
 * and columns are put under each other, each time with the words before them. */
void tabular_text(const Tabular *t, Text *out);
void tabular_markdown(const Tabular *t, Text *out);
void tabular_latex(const Tabular *t, Text *out); /* for \usepackage{booktabs} */
void tabular_html(const Tabular *t, Text *out);  /* <table> */

/* Lines, each of which ends, as paragraphs of Markdown. */
void tabular_paragraphs(const char *lines, Text *out);

void tabular_escape(const char *s, Text *out);      /* words for LaTeX */
void tabular_escape_html(const char *s, Text *out);

#endif
