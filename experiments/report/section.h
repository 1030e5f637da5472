/* Sections of a report, each in a file of its own, and what they are written with. */
#ifndef EXPERIMENTS_REPORT_SECTION_H
#define EXPERIMENTS_REPORT_SECTION_H

#include "core/data/image.h"
#include "experiments/report/report.h"

/* --- html.c ---------------------------------------------------------------- */

/* Words as HTML: escaped, control characters and what is no UTF-8 become '?'.  Of lines
 * newlines and tabs stay. */
void html_text(Text *out, const char *words);
void html_lines(Text *out, const char *lines);

/* <section id="id"><h2>title</h2>; it ends with "</section>". */
void html_section(Text *out, const char *id, const char *title);

/* <p>, escaped. */
void html_paragraph(Text *out, const char *words);

/* <img> with the picture in it, [height, width, 3]; `alt` says what it shows. */
void html_image(Text *out, const Image *m, const char *alt);

/* A drawing of gnuplot as a part of the page: its names made unlike those of others,
 * nothing behind it. */
void html_drawing(Text *out, const char *svg, int number, const char *alt);

/* --- sections --------------------------------------------------------------- */

void            section_summary(Text *out, const ReportPlan *p);
MUST_USE Status section_table(Text *out, const ReportPlan *p, Err *err);
MUST_USE Status section_figures(Text *out, const ReportPlan *p, Err *err);
MUST_USE Status section_masks(Text *out, const ReportPlan *p, Err *err);
MUST_USE Status section_reconstructions(Text *out, const ReportPlan *p, Err *err);
MUST_USE Status section_found(Text *out, const ReportPlan *p, Err *err);
void            section_provenance(Text *out, const ReportPlan *p);

#endif
