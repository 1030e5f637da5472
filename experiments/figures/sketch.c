#include "experiments/figures/sketch.h"

#include "core/base/text.h"
#include "core/mask/mask.h"

#include <stdlib.h>
#include <string.h>

Status grid_read(int *rows, int *cols, const char *text, Err *err)
{
    char    first[16];
    int64_t r, c;
    size_t  n = strcspn(text, "x");
    snprintf(first, sizeof first, "%.*s", n < sizeof first ? (int)n : 0, text);
    if (text[n] && text_to_int64(first, &r) && text_to_int64(text + n + 1, &c) &&
        r > 0 && r <= MASK_MAX_PATCHES && c > 0 && c <= MASK_MAX_PATCHES / r &&
        r * c > 1) {
        *rows = (int)r, *cols = (int)c;
        return STATUS_OK;
    }
    return err_set(err, STATUS_CONFIG,
                   "a grid of %s: expected rows x columns, such as 14x14, "
                   "with 2 to %d patches",
                   text, MASK_MAX_PATCHES);
}

static bool has_utf8(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) return strstr(value, "UTF-8") || strstr(value, "utf8");
    }
    return false;
}

enum { HIDDEN, VISIBLE, THROWN };

static void mark(uint8_t *is, const int *ids, int L, int K, int thrown)
{
    for (int t = 0; t < L; t++) is[ids[t]] = t < K ? VISIBLE : t < L - thrown ? HIDDEN : THROWN;
}

/* The upper or lower edges of n frames. */
static void edges(FILE *to, const char *left, const char *right, int n, int letters)
{
    for (int i = 0; i < n; i++) {
        fputs(left, to);
        for (int x = 0; x < letters; x++) fputs("─", to);
        fputs(right, to);
        fputs(i + 1 < n ? " " : "\n", to);
    }
}

/* Rows y and y + 1 of one mask as one line of text. */
static void two_rows(FILE *to, const uint8_t *is, int y, int rows, int cols)
{
    static const char *const halves[] = { " ", "▀", "▄", "█" };
    fputs("│", to);
    for (int x = 0; x < cols; x++) {
        int upper = is[y * cols + x] == VISIBLE;
        int lower = y + 1 < rows && is[(y + 1) * cols + x] == VISIBLE;
        fputs(halves[upper + 2 * lower], to);
    }
    fputs("│", to);
}

/* Row y, each patch two letters wide, which are about as wide as high. */
static void wide_row(FILE *to, const uint8_t *is, int y, int cols)
{
    static const char *const letters[] = { [HIDDEN] = "  ", [VISIBLE] = "██",
                                           [THROWN] = "··" };
    fputs("│", to);
    for (int x = 0; x < cols; x++) fputs(letters[is[y * cols + x]], to);
    fputs("│", to);
}

static void framed(FILE *to, const uint8_t *is, int n, int rows, int cols, bool wide)
{
    int letters = wide ? 2 * cols : cols;
    edges(to, "┌", "┐", n, letters);
    for (int y = 0; y < rows; y += wide ? 1 : 2)
        for (int i = 0; i < n; i++) {
            const uint8_t *one = is + i * rows * cols;
            if (wide) wide_row(to, one, y, cols);
            else two_rows(to, one, y, rows, cols);
            fputs(i + 1 < n ? " " : "\n", to);
        }
    edges(to, "└", "┘", n, letters);
}

static void plain(FILE *to, const uint8_t *is, int n, int rows, int cols)
{
    static const char letters[] = { [HIDDEN] = '.', [VISIBLE] = '#', [THROWN] = 'x' };
    for (int y = 0; y < rows; y++)
        for (int i = 0; i < n; i++) {
            for (int x = 0; x < cols; x++) putc(letters[is[(i * rows + y) * cols + x]], to);
            fputs(i + 1 < n ? "  " : "\n", to);
        }
}

void sketch_masks(FILE *to, const int *ids, int n, int rows, int cols, int K, int thrown,
                  int columns)
{
    bool     utf8 = has_utf8(), wide = utf8 && thrown > 0;
    int      L = rows * cols, beside = (columns + 1) / ((wide ? 2 * cols : cols) + 3);
    uint8_t *is = malloc((size_t)n * (size_t)L * sizeof *is);
    CHECK(is, "no memory for %d masks", n);
    for (int i = 0; i < n; i++) mark(is + i * L, ids + i * L, L, K, thrown);
    if (beside < 1) beside = 1;
    for (int i = 0; i < n; i += beside) {
        int now = n - i < beside ? n - i : beside;
        if (utf8) framed(to, is + i * L, now, rows, cols, wide);
        else plain(to, is + i * L, now, rows, cols);
        if (!utf8 && i + beside < n) putc('\n', to);
    }
    if (thrown > 0)
        fprintf(to, "%s visible, %s hidden, %s thrown: neither\n", utf8 ? "██" : "#",
                utf8 ? "blank" : ".", utf8 ? "··" : "x");
    free(is);
}

/* --- walks ------------------------------------------------------------- */

enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8 };

/* Which way patch b lies from a; 0 if they do not touch along an edge. */
static int way(int a, int b, int cols)
{
    int down = b / cols - a / cols, right = b % cols - a % cols;
    if (abs(down) + abs(right) != 1) return 0;
    return down ? (down > 0 ? DOWN : UP) : right > 0 ? RIGHT : LEFT;
}

void sketch_walk(FILE *to, const int *walk, int rows, int cols)
{
    static const char *const lines[16] = { "·", "╵", "╷", "│", "╴", "┘", "┐", "┤",
                                           "╶", "└", "┌", "├", "─", "┴", "┬", "┼" };
    int  L = rows * cols;
    int *ways = calloc((size_t)L, sizeof *ways);
    int *place = calloc((size_t)L, sizeof *place);
    CHECK(ways && place, "no memory for a walk of %d", L);
    for (int t = 0; t < L; t++) {
        place[walk[t]] = t;
        if (t) ways[walk[t]] |= way(walk[t], walk[t - 1], cols);
        if (t + 1 < L) ways[walk[t]] |= way(walk[t], walk[t + 1], cols);
    }
    bool utf8 = has_utf8();
    for (int i = 0; i < L; i++) {
        bool last = i % cols == cols - 1;
        if (utf8) {
            fputs(place[i] == 0 ? "●" : lines[ways[i]], to);
            fputs(last ? "\n" : ways[i] & RIGHT ? "─" : " ", to);
        } else {
            fprintf(to, "%2d%s", place[i] % 100, last ? "\n" : " ");
        }
    }
    free(ways);
    free(place);
}

/* --- on a canvas ------------------------------------------------------- */

static const double VEIL = 0.82;

static int gap(int cell) { return cell >= 6 ? cell / 12 + 1 : 0; }

/* Round the visible ones, which may have the colour of what is beside them. */
static void frame(Canvas *c, int x, int y, int side, int pen)
{
    canvas_box(c, x, y, side, pen, INK);
    canvas_box(c, x, y + side - pen, side, pen, INK);
    canvas_box(c, x, y + pen, pen, side - 2 * pen, INK);
    canvas_box(c, x + side - pen, y + pen, pen, side - 2 * pen, INK);
}

void sketch_patches(Canvas *c, int x, int y, int cell, const int *ids, int rows, int cols,
                    int K, const Image *picture)
{
    int g = gap(cell), inside = cell - g;
    if (picture) canvas_image(c, x, y, cols * cell, rows * cell, picture);
    for (int t = rows * cols - 1; t >= 0; t--) {
        int left = x + ids[t] % cols * cell, top = y + ids[t] / cols * cell;
        if (t >= K) canvas_veil(c, left, top, inside, inside, PALE, picture ? VEIL : 1);
        else if (!picture) canvas_box(c, left, top, inside, inside, INK);
    }
    for (int i = 1; i <= cols && picture; i++)
        canvas_box(c, x + i * cell - g, y, g, rows * cell, WHITE);
    for (int i = 1; i <= rows && picture; i++)
        canvas_box(c, x, y + i * cell - g, cols * cell, g, WHITE);
    for (int t = 0; t < K && picture && cell >= 6; t++)
        frame(c, x + ids[t] % cols * cell, y + ids[t] / cols * cell, inside, g);
}

void sketch_thrown(Canvas *c, int x, int y, int cell, const int *ids, int rows, int cols,
                   int n)
{
    int inside = cell - gap(cell), side = inside / 3;
    for (int t = rows * cols - n; t < rows * cols; t++) {
        int left = x + ids[t] % cols * cell, top = y + ids[t] / cols * cell;
        canvas_box(c, left, top, inside, inside, WHITE);
        canvas_box(c, left + (inside - side) / 2, top + (inside - side) / 2, side, side, GRAY);
    }
}

int sketch_legend(Canvas *c, int x, int y, int size, bool thrown)
{
    static const struct { const char *word; uint32_t colour; } keys[] = {
        { "visible", INK }, { "hidden", PALE }, { "thrown: neither", WHITE }
    };
    int at = x;
    for (int i = 0; i < (thrown ? 3 : 2); i++) {
        if (c) canvas_box(c, at, y, size, size, keys[i].colour);
        if (c && i == 2) sketch_thrown(c, at, y, size, (int[]){ 0 }, 1, 1, 1);
        at += size + 8;
        if (c) canvas_text(c, at, y, size, GRAY, keys[i].word);
        at += canvas_text_width(size, keys[i].word) + 2 * size;
    }
    return at - 2 * size - x;
}

void sketch_path(Canvas *c, int x, int y, int cell, const int *walk, int rows, int cols)
{
    double pen = cell / 12.0 > 0.5 ? cell / 12.0 : 0.5, from[2], to[2];
    int    L = rows * cols;
    for (int t = 0, first = 0; t < L; t++) {
        /* Straight parts at once: where two lines meet, their soft edges add up. */
        bool inside = t && t + 1 < L;
        int  was = inside ? way(walk[t - 1], walk[t], cols) : 0;
        bool straight = was && was == way(walk[t], walk[t + 1], cols);
        if (straight) continue;
        from[0] = x + (walk[first] % cols + 0.5) * cell;
        from[1] = y + (walk[first] / cols + 0.5) * cell;
        to[0] = x + (walk[t] % cols + 0.5) * cell;
        to[1] = y + (walk[t] / cols + 0.5) * cell;
        canvas_line(c, from, to, t ? pen : 3 * pen, INK);
        first = t;
    }
}

uint32_t sketch_shade(double share) { return colour_between(0xf3f4f6, INK, share); }

void sketch_shares(Canvas *c, int x, int y, int cell, const double *share, int rows,
                   int cols)
{
    int g = gap(cell);
    for (int i = 0; i < rows * cols; i++)
        canvas_box(c, x + i % cols * cell, y + i / cols * cell, cell - g, cell - g,
                   sketch_shade(share[i]));
}
