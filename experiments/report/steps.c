#include "experiments/report/steps.h"

#include "experiments/report/section.h"

#include <string.h>

static bool value_of(const Results *r, int setting, int row, double *x)
{
    return !r->rows[row].untrained && text_to_double(r->rows[row].settings[setting], x);
}

static void add_value(Steps *s, double x)
{
    int k = 0;
    while (k < s->n && s->value[k] < x) k++;
    if (s->n == STEPS_MOST || (k < s->n && s->value[k] == x)) return;
    memmove(s->value + k + 1, s->value + k, (size_t)(s->n - k) * sizeof *s->value);
    s->value[k] = x;
    s->n++;
}

static void list_values(Steps *s, int setting)
{
    double x;
    s->setting = setting;
    s->n = 0;
    for (int row = 0; row < s->r->n_rows; row++)
        if (value_of(s->r, setting, row, &x)) add_value(s, x);
}

void steps_find(Steps *s, const Results *r)
{
    static const char *const first[] = { "pretrain.ratio", "pretrain.epochs", NULL };
    *s = (Steps){ .r = r, .setting = -1, .n = 1 };
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < r->n_settings; k++) {
            if (first[i] && strcmp(schema_key(r->settings[k])->name, first[i])) continue;
            list_values(s, k);
            if (s->n > 1) {
                results_key(r, k, s->key);
                return;
            }
        }
    s->setting = -1;
    s->n = 1;
}

bool steps_has(const Steps *s, int step, int row)
{
    double x;
    if (s->r->rows[row].untrained) return false;
    if (s->setting < 0) return true;
    if (!value_of(s->r, s->setting, row, &x)) return step == s->n - 1;
    return x == s->value[step] || (step == s->n - 1 && x > s->value[step]);
}

void steps_label(const Steps *s, int row, Text *out)
{
    const ResultRow *of = &s->r->rows[row];
    char             key[64];
    text_add(out, "%s", of->strategy);
    for (int k = 0; k < s->r->n_settings; k++) {
        if (k == s->setting || !*of->settings[k]) continue;
        results_key(s->r, k, key);
        text_add(out, ", %s %s", key, of->settings[k]);
    }
}

void steps_open(Text *out, const Steps *s, const char *name)
{
    text_add(out, "<div class=\"steps\" data-steps=\"%d\">\n", s->n);
    for (int i = 0; i < s->n && s->n > 1; i++) {
        text_add(out, "<input type=\"radio\" name=\"%s\" id=\"%s-%d\"%s>", name, name, i,
                 i ? "" : " checked");
        text_add(out, "<label for=\"%s-%d\">", name, i);
        html_text(out, s->key);
        text_add(out, " %g</label>\n", s->value[i]);
    }
}

void steps_close(Text *out) { text_add(out, "</div>\n"); }
