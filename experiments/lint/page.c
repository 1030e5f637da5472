#include "experiments/lint/page.h"

#include "core/base/text.h"
#include "experiments/lint/known.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 80 };

static void paragraph(FILE *to, const char *text)
{
    Text t = { 0 };
    text_wrap(&t, text, COLUMNS - 2);
    for (const char *p = text_get(&t); *p; p = strchr(p, '\n') + 1)
        fprintf(to, "  %.*s\n", (int)strcspn(p, "\n"), p);
    text_free(&t);
}

/* --- laws ------------------------------------------------------------------- */

static void print_law(FILE *to, const Found *f, int i)
{
    static const char *const words[] = { "-", "kept", "BROKEN" };
    const Verdict *v = &f->verdict[i];
    if (i == LAW_KNOWN && v->kept == UNTRIED) return;
    fprintf(to, "  %-8s %-8s %s\n", laws[i].name, words[v->kept], laws[i].about);
    if (!v->text[0]) return;
    Text t = { 0 };
    text_wrap(&t, v->text, COLUMNS - 19);
    for (const char *p = text_get(&t); *p; p = strchr(p, '\n') + 1)
        fprintf(to, "                   %.*s\n", (int)strcspn(p, "\n"), p);
    text_free(&t);
}

/* --- measures --------------------------------------------------------------- */

static void number(FILE *to, const char *what, const char *value, const char *means)
{
    fprintf(to, "  %-15s %-15s %s\n", what, value, means);
}

static void format_p(char *out, size_t room, double p)
{
    if (isnan(p)) snprintf(out, room, "-");
    else if (p < 1e-12) snprintf(out, room, "< 1e-12");
    else if (p < 0.001) snprintf(out, room, "%.0e", p);
    else snprintf(out, room, "%.3f", p);
}

/* Is it one of many strategies that chance alone makes look biased? */
static bool uneven(double p) { return p < 1e-5; }

static void print_visibility(FILE *to, const Found *f)
{
    const Measures *m = &f->measures;
    char value[40], p[20], means[80];
    snprintf(value, sizeof value, "%.3f .. %.3f", m->least, m->most);
    format_p(p, sizeof p, m->even);
    if (isnan(m->even)) snprintf(means, sizeof means, "share of masks, per patch");
    else snprintf(means, sizeof means, "share of masks, per patch; %s, p %s",
                  uneven(m->even) ? "uneven" : "even", p);
    number(to, "visible", value, means);
    snprintf(value, sizeof value, "%.2f", m->centre);
    number(to, "centre", value, "visibility of the middle, over that of all");
}

static void print_shape(FILE *to, const Found *f)
{
    const Measures *m = &f->measures;
    const Known    *k = known_find(f->spec, m);
    char            value[40], means[80] = "pairs of visible patches with a common edge";
    snprintf(value, sizeof value, "%.1f +- %.1f", m->neighbours, m->neighbours_sd);
    if (k && !isnan(k->neighbours)) {
        int n = snprintf(means, sizeof means, "pairs of visible patches; known %.1f",
                         k->neighbours);
        if (!isnan(k->neighbours_sd))
            snprintf(means + n, sizeof means - (size_t)n, " +- %.1f", k->neighbours_sd);
    }
    number(to, "neighbours", value, means);
    snprintf(value, sizeof value, "%.1f +- %.1f", m->parts, m->parts_sd);
    snprintf(means, sizeof means, "connected visible regions");
    if (k && !isnan(k->parts))
        snprintf(means, sizeof means, "connected visible regions; known %.1f", k->parts);
    number(to, "parts", value, means);
    snprintf(value, sizeof value, "%.2f", m->nearest);
    number(to, "nearest", value, "patches, from hidden to the nearest visible");
}

static void print_cost(FILE *to, const Measures *m)
{
    char value[40];
    snprintf(value, sizeof value, "%.0f of %d", m->new_epochs * m->epochs, m->epochs);
    number(to, "new in epochs", value, "different masks of one image");
    snprintf(value, sizeof value, "%.0f of %d", m->new_images * m->images, m->images);
    number(to, "new in images", value, "different masks of one epoch");
    snprintf(value, sizeof value, "%.3g", m->per_s);
    number(to, "masks a second", value, "on one thread");
    if (!isnan(m->requests)) {
        snprintf(value, sizeof value, "%.3g", m->requests);
        number(to, "allocations", value, "a mask");
    }
}

/* Bars, one a bin: 10 letters are the power of random masks. */
static void print_spectrum(FILE *to, const Measures *m)
{
    static const char bar[] = "########################################";
    fprintf(to, "\nspectrum: cycles a patch, power over that of random masks\n");
    for (int b = 0; b < m->side / 2; b++) {
        double x = m->spectrum[b];
        int    n = isnan(x) ? 0 : x > 4 ? 40 : (int)(10 * x + 0.5);
        fprintf(to, "  %8.3f %8.2f  %.*s%s\n", (b + 1.0) / m->side, x, n, bar,
                x > 4 ? "+" : "");
    }
}

void page_print(FILE *to, const Found *f)
{
    const Measures *m = &f->measures;
    fprintf(to, "%s\n", f->spec);
    if (f->about[0]) paragraph(to, f->about);
    if (f->source[0]) paragraph(to, f->source);
    fprintf(to, "\nlaws%s\n",
            f->recorded ? ", on the grid, count, images and epochs that are recorded" : "");
    for (int i = 0; i < LAWS; i++) print_law(to, f, i);
    if (!f->measured) return;
    fprintf(to, "\nmeasures, %d masks of %d x %d patches, %d visible%s\n", m->draws,
            m->rows, m->cols, m->K, f->needs ? ", on invented images" : "");
    print_shape(to, f);
    print_visibility(to, f);
    print_cost(to, m);
    print_spectrum(to, m);
}

/* --- a line ----------------------------------------------------------------- */

void page_heading(FILE *to)
{
    fprintf(to, "%-20s %-8s %13s %6s %6s %6s %8s %7s\n", "strategy", "laws", "neighbours",
            "known", "parts", "centre", "even, p", "masks/s");
}

static void short_rate(char *out, size_t room, double x)
{
    if (x >= 1e6) snprintf(out, room, "%.1fM", x / 1e6);
    else if (x >= 1e4) snprintf(out, room, "%.0fk", x / 1e3);
    else snprintf(out, room, "%.0f", x);
}

void page_line(FILE *to, const Found *f)
{
    const Measures *m = &f->measures;
    const Known    *k = known_find(f->spec, m);
    char shape[24] = "-", is[12] = "-", p[12] = "-", rate[12] = "-", laws_word[12] = "kept";
    if (strlen(f->spec) > 20) fprintf(to, "%s\n%20s", f->spec, "");
    else fprintf(to, "%-20s", f->spec);
    for (int i = LAWS; i--;)
        if (f->verdict[i].kept == BROKEN)
            snprintf(laws_word, sizeof laws_word, "%.8s", laws[i].name);
    if (f->measured) {
        snprintf(shape, sizeof shape, "%.1f +- %.1f", m->neighbours, m->neighbours_sd);
        if (k && !isnan(k->neighbours)) snprintf(is, sizeof is, "%.1f", k->neighbours);
        format_p(p, sizeof p, m->even);
        short_rate(rate, sizeof rate, m->per_s);
    }
    fprintf(to, " %-8s %13s %6s", laws_word, shape, is);
    if (f->measured) fprintf(to, " %6.1f %6.2f", m->parts, m->centre);
    else fprintf(to, " %6s %6s", "-", "-");
    fprintf(to, " %8s %7s\n", p, rate);
    for (int i = 0; i < LAWS; i++)
        if (f->verdict[i].kept == BROKEN) {
            Text t = { 0 };
            text_add(&t, "BROKEN %s: %s", laws[i].name, f->verdict[i].text);
            paragraph(to, text_get(&t));
            text_free(&t);
        }
}
