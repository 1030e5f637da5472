#include "core/base/base64.h"
#include "experiments/figures/png.h"
#include "experiments/report/section.h"
#include "experiments/table/tabular.h"

#include <stdlib.h>
#include <string.h>

static void add_escaped(Text *out, const char *words, bool lines)
{
    Text tame = { 0 };
    text_add(&tame, "%s", words);
    text_tame(tame.s, lines);
    tabular_escape_html(tame.s, out);
    text_free(&tame);
}

void html_text(Text *out, const char *words) { add_escaped(out, words, false); }
void html_lines(Text *out, const char *lines) { add_escaped(out, lines, true); }

void html_section(Text *out, const char *id, const char *title)
{
    text_add(out, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n", id, id);
    text_add(out, "<h2 id=\"%s-title\">", id);
    html_text(out, title);
    text_add(out, "</h2>\n");
}

void html_paragraph(Text *out, const char *words)
{
    text_add(out, "<p>");
    html_text(out, words);
    text_add(out, "</p>\n");
}

/* --- pictures ----------------------------------------------------------------- */

void html_image(Text *out, const Image *m, const char *alt)
{
    uint8_t *png;
    size_t   n;
    png_encode(&png, &n, m->pixels, m->width, m->height);
    text_add(out, "<img width=\"%d\" height=\"%d\" alt=\"", m->width, m->height);
    html_text(out, alt);
    text_add(out, "\" src=\"data:image/png;base64,");
    base64_add(out, png, n);
    text_add(out, "\">");
    free(png);
}

/* --- drawings ------------------------------------------------------------------- */

/* Where a word of gnuplot's begins that names something, and what is put behind it. */
static const char *const naming[] = { "id=\"", "id='", "href='#", "href=\"#", "url(#" };
enum { NAMINGS = sizeof naming / sizeof *naming };

static size_t naming_at(const char *s)
{
    for (int i = 0; i < NAMINGS; i++)
        if (text_starts(s, naming[i])) return strlen(naming[i]);
    return 0;
}

/* A curve without a name goes by the words of its script, which browsers show below the
 * pointer: how long they are, 0 elsewhere. */
static size_t script_at(const char *s)
{
    static const char begin[] = "<title>tsv ", end[] = "</title>";
    const char       *last = text_starts(s, begin) ? strstr(s, end) : NULL;
    return last ? (size_t)(last - s) + strlen(end) : 0;
}

void html_drawing(Text *out, const char *svg, int number, const char *alt)
{
    static const char behind[] = "fill=\"#ffffff\"/>", desc[] = "</desc>";
    const char       *size = strstr(svg, "viewBox="), *s = strstr(svg, desc);
    if (!size || !s) return; /* nothing that gnuplot wrote */
    text_add(out, "<svg role=\"img\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" ");
    text_add_bytes(out, size, strcspn(size, "\n>"));
    text_add(out, " aria-label=\"");
    html_text(out, alt);
    text_add(out, "\">");
    bool first = true;
    for (s += strlen(desc); *s;) {
        size_t n = naming_at(s), unsaid = script_at(s);
        if (unsaid) s += unsaid;
        else if (first && text_starts(s, behind)) {
            text_add(out, "fill=\"none\"/>");
            s += strlen(behind);
            first = false;
        } else if (n) {
            text_add_bytes(out, s, n);
            text_add(out, "d%d-", number);
            s += n;
        } else {
            n = strcspn(s + 1, "fihu<") + 1;
            text_add_bytes(out, s, n);
            s += n;
        }
    }
}
