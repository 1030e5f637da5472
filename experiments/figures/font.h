/* A small stroke font, so that pictures have labels on any machine.
 *
 * A glyph is drawn with a pen on a grid: x from 0 to the right, y upward, 2 the
 * base line, 6 the height of an x, 8 that of a capital, 0 and 1 below the line.
 */
#ifndef EXPERIMENTS_FIGURES_FONT_H
#define EXPERIMENTS_FIGURES_FONT_H

/* The strokes of an ASCII character: pairs of digits x y, '/' lifts the pen, and
 * a stroke that ends where it begins is a dot.  What is not printable ASCII looks
 * like '?'. */
const char *font_strokes(char c);

/* How far the pen moves on, to the next character's 0. */
int font_advance(char c);

#endif
