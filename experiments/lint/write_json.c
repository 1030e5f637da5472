#include "experiments/lint/known.h"
#include "experiments/lint/scalar.h"
#include "experiments/lint/write.h"

#include <jansson.h>

#include <math.h>
#include <stdlib.h>

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *numbers(const double *x, int n)
{
    json_t *all = json_array();
    for (int i = 0; i < n; i++) json_array_append_new(all, number(x[i]));
    return all;
}

static json_t *of_laws(const Found *f)
{
    static const char *const words[] = { "untried", "kept", "broken" };
    json_t *all = json_object();
    for (int i = 0; i < LAWS; i++) {
        json_t *one = json_pack("{s:s}", "state", words[f->verdict[i].kept]);
        if (f->verdict[i].text[0]) /* which quotes whatever the strategy said */
            json_object_set_new(one, "why", json_string_nocheck(f->verdict[i].text));
        json_object_set_new(all, laws[i].name, one);
    }
    return all;
}

static json_t *of_one(const Found *f)
{
    const Measures *m = &f->measures;
    json_t *o = json_pack("{s:s, s:o, s:b, s:b}", "strategy", f->spec, "laws", of_laws(f),
                          "kept", !lint_broken(f), "fixed", f->fixed);
    if (f->plugins[0]) json_object_set_new(o, "plugins", json_string(f->plugins));
    if (!f->measured) return o;
    json_object_update_new(o, json_pack("{s:i, s:i, s:i, s:i}", "rows", m->rows, "cols",
                                        m->cols, "visible", m->K, "draws", m->draws));
    for (const Scalar *s = scalars; s->name; s++)
        json_object_set_new(o, s->name, number(scalar_of(s, f)));
    const Known *k = known_find(f->spec, m);
    json_object_set_new(o, "known_neighbours", number(k ? k->neighbours : NAN));
    json_object_set_new(o, "known_parts", number(k ? k->parts : NAN));
    json_object_set_new(o, "visible_share", numbers(m->share, m->rows * m->cols));
    json_object_set_new(o, "spectrum", numbers(m->spectrum, m->side / 2));
    return o;
}

void write_json(Text *out, Found *const *found, int n)
{
    json_t *all = json_array();
    for (int i = 0; i < n; i++) json_array_append_new(all, of_one(found[i]));
    char *text = json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    CHECK(text, "no memory for JSON");
    text_add(out, "%s\n", text);
    free(text);
    json_decref(all);
}
