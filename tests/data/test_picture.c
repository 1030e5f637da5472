#include "core/data/augment.h"
#include "core/data/picture.h"
#include "tests/data/cursor.h"
#include "tests/scratch.h"

#include <criterion/criterion.h>

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static Scratch scratch;
static void    open_scratch(void) { scratch_open(&scratch); }
static void    close_scratch(void) { scratch_close(&scratch); }
TestSuite(picture, .init = open_scratch, .fini = close_scratch);

/* The golden file, whose format tests/golden/pictures.py tells. */
enum { MOST = 32 };

typedef struct {
    char        name[17];
    const char *file;
    int         bytes, height, width;
    const char *rgb, *gray;
} Golden;

typedef struct {
    Cursor views; /* what comes behind the pictures */
    int    n;
    Golden picture[MOST];
} Goldens;

static void open_goldens(Goldens *g)
{
    Cursor *c = &g->views;
    cursor_open(c, "tests/golden/pictures.golden");
    g->n = take_int(c);
    cr_assert(g->n > 0 && g->n <= MOST);
    for (int i = 0; i < g->n; i++) {
        Golden *p = &g->picture[i];
        memcpy(p->name, take_bytes(c, 16), 16), p->name[16] = '\0';
        p->bytes = take_int(c);
        p->file = take_bytes(c, (size_t)p->bytes);
        p->height = take_int(c), p->width = take_int(c);
        size_t n = (size_t)p->height * (size_t)p->width;
        p->rgb = take_bytes(c, 3 * n);
        p->gray = take_bytes(c, n);
    }
}

static const Golden *golden(const Goldens *g, const char *name)
{
    for (int i = 0; i < g->n; i++)
        if (!strcmp(g->picture[i].name, name)) return &g->picture[i];
    cr_assert_fail("no golden %s", name);
    return NULL;
}

/* A copy of the JPEG of a golden, to be damaged. */
static char *copy_of(const Golden *p)
{
    char *copy = malloc((size_t)p->bytes);
    memcpy(copy, p->file, (size_t)p->bytes);
    return copy;
}

/* Where the frame header of a JPEG begins: FF C0 or FF C2. */
static char *frame(char *file, int n)
{
    for (int i = 0; i + 1 < n; i++)
        if ((uint8_t)file[i] == 0xff && ((uint8_t)file[i + 1] & 0xfd) == 0xc0) return file + i;
    cr_assert_fail("no frame");
    return NULL;
}

static void compare(const Golden *p, int channels, const char *want)
{
    Image m = { 0 };
    Err   err;
    int   height, width;
    cr_assert(!picture_decode(&m, channels, p->file, (size_t)p->bytes, p->name, &err), "%s",
              err.text);
    cr_assert(m.height == p->height && m.width == p->width && m.channels == channels);
    int off = 0;
    for (int i = 0; i < p->height * p->width * channels; i++)
        off += m.pixels[i] != (uint8_t)want[i];
    cr_expect(off == 0, "%s in %d channels: %d values differ from Pillow's", p->name, channels,
              off);
    cr_expect(!picture_size(&height, &width, p->file, (size_t)p->bytes, p->name, &err), "%s",
              err.text);
    cr_expect(height == p->height && width == p->width);
    image_free(&m);
}

Test(picture, equals_pillow_bit_for_bit)
{
    Goldens g;
    open_goldens(&g);
    for (int i = 0; i < g.n; i++) {
        compare(&g.picture[i], 3, g.picture[i].rgb);
        compare(&g.picture[i], 1, g.picture[i].gray);
    }
    cursor_close(&g.views);
}

Test(picture, whole_one_is_seen_as_torchvision_shows_it)
{
    Goldens g;
    open_goldens(&g);
    Cursor *at = &g.views;
    for (int n = take_int(at); n > 0; n--) {
        const Golden *p = &g.picture[take_int(at)];
        int           size = take_int(at), values = 3 * size * size, off = 0;
        const char   *want = take_bytes(at, (size_t)values);
        uint8_t      *got = malloc((size_t)values);
        Image         m = { 0 }, room = { 0 };
        Err           err;
        cr_assert(!picture_decode(&m, 3, p->file, (size_t)p->bytes, p->name, &err));
        Crop c = centre_apply(&m, size, got, &room);
        for (int i = 0; i < values; i++) off += got[i] != (uint8_t)want[i];
        cr_expect(off == 0, "%s to %d: %d of %d values differ", p->name, size, off, values);
        cr_expect(c.top >= 0 && c.left >= 0 && c.top + c.height <= m.height &&
                  c.left + c.width <= m.width && c.height == c.width && !c.flip);
        image_free(&m);
        image_free(&room);
        free(got);
    }
    cursor_close(&g.views);
}

static void expect_refused(const void *bytes, size_t n, const char *why)
{
    Image m = { 0 };
    Err   err = { 0 };
    cr_expect_eq(picture_decode(&m, 3, bytes, n, "x.jpg", &err), STATUS_FORMAT, "%s", why);
    cr_expect(!strncmp(err.text, "x.jpg: ", 7) && strstr(err.text, why), "%s, not %s", err.text,
              why);
    image_free(&m);
}

Test(picture, refuses_what_it_does_not_read_and_says_what_it_is)
{
    Goldens g;
    open_goldens(&g);
    const Golden *p = golden(&g, "420");
    expect_refused("", 0, "an empty file");
    expect_refused("GIF89a and more", 15, "a GIF, expected a JPEG or a PNG");
    expect_refused("RIFF....WEBPVP8 ", 16, "a WebP, expected a JPEG or a PNG");
    expect_refused("<html>not found</html>", 22, "no picture");

    char *copy = copy_of(p), *at = frame(copy, p->bytes);
    at[4] = 12;
    expect_refused(copy, (size_t)p->bytes, "x.jpg: JPEG: 12 bits a value, expected 8");
    at[4] = 8;
    memcpy(at + 5, "\xff\xdc\xff\xdc", 4); /* 65500 x 65500, in as many bytes */
    expect_refused(copy, (size_t)p->bytes, "at most 67108864 pixels");
    free(copy);
    copy = realloc(copy_of(p), (size_t)p->bytes + 2); /* Pillow 9.4: broken data stream */
    memcpy(copy + p->bytes - 2, "\xff\xc4\0\0", 4);
    expect_refused(copy, (size_t)p->bytes + 2, "x.jpg: JPEG: Bogus marker length");
    free(copy);
    cursor_close(&g.views);
}

/* Cut anywhere: never a crash, and never half a picture taken for a whole one. */
Test(picture, truncated_is_refused_wherever_it_is_cut)
{
    Goldens g;
    open_goldens(&g);
    for (int i = 0; i < g.n; i++) {
        const Golden *p = &g.picture[i];
        bool          jpeg = (uint8_t)p->file[0] == 0xff;
        for (int n = 0; n < p->bytes - (jpeg ? 2 : 16); n += 1 + n / 16) {
            Image m = { 0 };
            Err   err;
            int   height, width;
            char *exact = malloc((size_t)n + 1); /* so that the sanitizer sees a step beyond */
            memcpy(exact, p->file, (size_t)n);
            exact = realloc(exact, n ? (size_t)n : 1);
            cr_expect_eq(picture_decode(&m, 3, exact, (size_t)n, p->name, &err), STATUS_FORMAT,
                         "%s: %d of %d bytes", p->name, n, p->bytes);
            cr_expect_eq(picture_size(&height, &width, exact, (size_t)n, p->name, &err),
                         STATUS_FORMAT, "size of %s: %d of %d bytes", p->name, n, p->bytes);
            free(exact);
            image_free(&m);
        }
    }
    cursor_close(&g.views);
}

/* Each byte wrong in turn: decoded or refused by name. */
Test(picture, damaged_never_crashes)
{
    Goldens g;
    open_goldens(&g);
    for (int i = 0; i < g.n; i++) {
        const Golden *p = &g.picture[i];
        char         *copy = copy_of(p);
        for (int at = 0; at < p->bytes; at += 1 + at / 100) {
            Image m = { 0 };
            Err   err;
            copy[at] ^= (char)0xff;
            if (picture_decode(&m, 3, copy, (size_t)p->bytes, "x.jpg", &err))
                cr_expect(strstr(err.text, "x.jpg: "), "%s", err.text);
            copy[at] ^= (char)0xff;
            image_free(&m);
        }
        free(copy);
    }
    cursor_close(&g.views);
}

/* Whole, cut short and damaged: nothing stays behind.  (Under the sanitizer mallinfo2 tells
 * nothing.) */
Test(picture, decoding_leaves_no_memory_behind)
{
    Goldens g;
    Image   m = { 0 };
    Err     err;
    size_t  after_first = 0;
    open_goldens(&g);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < g.n; i++) {
            const Golden *p = &g.picture[i];
            char         *copy = copy_of(p);
            const size_t  n = (size_t)p->bytes;
            cr_expect(!picture_decode(&m, 3, copy, n, p->name, &err), "%s", err.text);
            cr_expect(picture_decode(&m, 3, copy, n / 2, p->name, &err) == STATUS_FORMAT);
            memset(copy + n / 2, 0x55, n / 4);
            if (!picture_decode(&m, 3, copy, n, p->name, &err)) m.pixels[0] = 0;
            free(copy);
        }
        const size_t now = mallinfo2().uordblks;
        if (!round) after_first = now;
        cr_expect(now <= after_first, "round %d: %zu bytes, %zu after the first", round, now,
                  after_first);
    }
    image_free(&m);
    cursor_close(&g.views);
}

Test(picture, what_it_is_the_bytes_tell_and_not_the_name)
{
    Goldens g;
    open_goldens(&g);
    const Golden *p = golden(&g, "basi6a08");
    Image         m = { 0 };
    Err           err;
    const char   *path = scratch_file(&scratch, "png.jpg", p->file, (size_t)p->bytes);
    cr_expect(!picture_read(&m, 0, path, &err), "%s", err.text);
    cr_expect(m.channels == 3 && m.height == 32);
    cr_expect_eq(picture_read(&m, 0, scratch_path(&scratch, "none.jpg"), &err), STATUS_MISSING);
    image_free(&m);
    cursor_close(&g.views);
}
