#include "core/data/rle.h"

#include "core/base/status.h"

#include <string.h>

bool rle_fits(int64_t height, int64_t width)
{
    return height >= 1 && height <= RLE_SIDE && width >= 1 && width <= RLE_SIDE &&
           height * width <= RLE_PIXELS;
}

bool rle_check(const uint32_t *count, size_t n, int height, int width)
{
    uint64_t sum = 0, all = (uint64_t)height * (uint64_t)width;
    for (size_t i = 0; i < n; i++) {
        sum += count[i];
        if (sum > all) return false;
    }
    return sum == all;
}

/* --- compressed texts ---------------------------------------------------- */

enum { GROUP_BITS = 5, MORE = 0x20, SIGN = 0x10, FIRST_LETTER = 48 };

/* From the fourth on a count is stored as its difference to the last but one: signed, in
 * groups of 5 bits from the lowest, MORE set in all but the last, each a letter. */
bool rle_parse(Rle *m, Arena *a, const char *text, size_t n, int height, int width)
{
    enum { GROUPS_MOST = 8 }; /* 40 bits: every count of RLE_PIXELS, and no overflow */
    uint32_t *count = ARENA_NEW(a, uint32_t, n);
    size_t    runs = 0;
    for (size_t at = 0; at < n; runs++) {
        int64_t  x = 0;
        unsigned bits;
        int      groups = 0;
        do {
            if (at == n || groups == GROUPS_MOST) return false;
            bits = (unsigned)(unsigned char)text[at++] - FIRST_LETTER;
            if (bits >= 2 * MORE) return false;
            x |= (int64_t)(bits & (MORE - 1)) << (GROUP_BITS * groups++);
        } while (bits & MORE);
        if (bits & SIGN) x -= (int64_t)1 << (GROUP_BITS * groups);
        if (runs > 2) x += count[runs - 2];
        if (x < 0 || x > RLE_PIXELS) return false;
        count[runs] = (uint32_t)x;
    }
    *m = (Rle){ height, width, runs, count };
    return rle_check(count, runs, height, width);
}

void rle_print(Text *out, const Rle *m)
{
    for (size_t i = 0; i < m->n; i++) {
        int64_t x = m->count[i];
        if (i > 2) x -= m->count[i - 2];
        for (bool more = true; more;) {
            int64_t bits = x & (MORE - 1);
            x = (x - bits) / MORE;
            more = x != (bits & SIGN ? -1 : 0);
            char letter = (char)(FIRST_LETTER + bits + (more ? MORE : 0));
            text_add_bytes(out, &letter, 1);
        }
    }
}

/* --- pixels -------------------------------------------------------------- */

void rle_from_pixels(Rle *m, Arena *a, const uint8_t *pixel, int height, int width)
{
    size_t    runs = 0, most = (size_t)height * (size_t)width + 1;
    uint32_t *count = ARENA_NEW(a, uint32_t, most);
    uint32_t  run = 0;
    bool      inside = false;
    for (int x = 0; x < width; x++)
        for (int y = 0; y < height; y++, run++)
            if ((pixel[(size_t)y * (size_t)width + (size_t)x] != 0) != inside) {
                count[runs++] = run;
                run = 0, inside = !inside;
            }
    count[runs++] = run;
    *m = (Rle){ height, width, runs, count };
}

void rle_to_pixels(uint8_t *pixel, const Rle *m)
{
    size_t at = 0;
    for (size_t i = 0; i < m->n; i++)
        for (uint32_t k = 0; k < m->count[i]; k++, at++) {
            size_t x = at / (size_t)m->height, y = at % (size_t)m->height;
            pixel[y * (size_t)m->width + x] = i & 1;
        }
}

/* Where a column of pixels begins: in run `run`, `into` pixels after its start. */
typedef struct {
    size_t   run;
    uint32_t into;
} ColumnStart;

static ColumnStart *find_columns(Arena *a, const Rle *m)
{
    ColumnStart *start = ARENA_NEW(a, ColumnStart, m->width);
    size_t       run = 0;
    uint32_t     into = 0;
    for (int x = 0; x < m->width; x++) {
        while (run + 1 < m->n && into >= m->count[run]) into -= m->count[run++];
        start[x] = (ColumnStart){ run, into };
        into += (uint32_t)m->height;
    }
    return start;
}

/* The runs of what is gathered, and how many; count NULL: only how many. */
static size_t gather(uint32_t *count, const Rle *from, const ColumnStart *start, const int *row,
                     int height, const int *column, int width)
{
    size_t   runs = 0;
    uint32_t length = 0;
    bool     inside = false;
    for (int x = 0; x < width; x++) {
        ColumnStart c = start[column[x]];
        for (int y = 0, at = 0; y < height; y++, length++) {
            c.into += (uint32_t)(row[y] - at), at = row[y];
            while (c.run + 1 < from->n && c.into >= from->count[c.run])
                c.into -= from->count[c.run++];
            if ((c.run & 1) == inside) continue;
            if (count) count[runs] = length;
            runs++, length = 0, inside = !inside;
        }
    }
    if (count) count[runs] = length;
    return runs + 1;
}

void rle_gather(Rle *m, Arena *a, const Rle *from, const int *row, int height,
                const int *column, int width)
{
    const ColumnStart *start = find_columns(a, from);
    size_t             n = gather(NULL, from, start, row, height, column, width);
    uint32_t          *count = ARENA_NEW(a, uint32_t, n);
    gather(count, from, start, row, height, column, width);
    *m = (Rle){ height, width, n, count };
}

/* --- union --------------------------------------------------------------- */

/* Walk the runs of both at once; each turn ends where one of them changes. */
static void merge_two(Rle *m, Arena *a, const Rle *p, const Rle *q)
{
    uint32_t *count = ARENA_NEW(a, uint32_t, p->n + q->n + 1);
    uint32_t  left_p = p->n ? p->count[0] : 0, left_q = q->n ? q->count[0] : 0, run = 0;
    size_t    i = 0, j = 0, runs = 0;
    bool      inside = false;
    while (i < p->n && j < q->n) {
        uint32_t step = left_p < left_q ? left_p : left_q;
        run += step, left_p -= step, left_q -= step;
        if (!left_p && ++i < p->n) left_p = p->count[i];
        if (!left_q && ++j < q->n) left_q = q->count[j];
        bool then = (i & 1) || (j & 1), end = i == p->n || j == q->n;
        if (then == inside && !end) continue;
        count[runs++] = run;
        run = 0, inside = then;
    }
    *m = (Rle){ p->height, p->width, runs, count };
}

void rle_merge(Rle *m, Arena *a, const Rle *part, size_t n)
{
    CHECK(n >= 1, "the union of no masks");
    *m = part[0];
    for (size_t i = 1; i < n; i++) {
        CHECK(part[i].height == m->height && part[i].width == m->width,
              "masks of %d x %d and %d x %d", m->height, m->width, part[i].height,
              part[i].width);
        merge_two(m, a, m, &part[i]);
    }
}

/* --- measures ------------------------------------------------------------ */

uint64_t rle_area(const Rle *m)
{
    uint64_t sum = 0;
    for (size_t i = 1; i < m->n; i += 2) sum += m->count[i];
    return sum;
}

void rle_box(double box[4], const Rle *m)
{
    uint32_t h = (uint32_t)m->height, at = 0;
    uint32_t left = UINT32_MAX, right = 0, top = UINT32_MAX, bottom = 0;
    for (size_t i = 0; i < m->n; at += m->count[i++]) {
        if (!(i & 1) || !m->count[i]) continue;
        uint32_t last = at + m->count[i] - 1;
        uint32_t first_y = at % h, last_y = last % h;
        if (at / h < last / h) first_y = 0, last_y = h - 1; /* it goes on in the next column */
        if (at / h < left) left = at / h;
        if (last / h > right) right = last / h;
        if (first_y < top) top = first_y;
        if (last_y > bottom) bottom = last_y;
    }
    memset(box, 0, 4 * sizeof *box);
    if (left == UINT32_MAX) return;
    box[0] = left, box[1] = top, box[2] = right - left + 1, box[3] = bottom - top + 1;
}

/* Only pixels of ones that overlap count, so whole runs of zeros are walked over. */
static uint64_t overlap(const Rle *p, const Rle *q)
{
    uint64_t both = 0;
    uint32_t end_p = 0, end_q = 0, at = 0;
    size_t   i = 0, j = 0;
    if (p->n) end_p = p->count[0];
    if (q->n) end_q = q->count[0];
    while (i < p->n && j < q->n) {
        uint32_t next = end_p < end_q ? end_p : end_q;
        if (i & j & 1) both += next - at;
        at = next;
        if (end_p == next && ++i < p->n) end_p += p->count[i];
        if (end_q == next && ++j < q->n) end_q += q->count[j];
    }
    return both;
}

double rle_iou(const Rle *found, const Rle *truth, bool crowd)
{
    CHECK(found->height == truth->height && found->width == truth->width,
          "masks of %d x %d and %d x %d", found->height, found->width, truth->height,
          truth->width);
    uint64_t both = overlap(found, truth);
    if (!both) return 0;
    uint64_t of_found = rle_area(found);
    return (double)both / (double)(crowd ? of_found : of_found + rle_area(truth) - both);
}
