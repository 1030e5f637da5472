#include "experiments/record/check_inside.h"

#include "core/base/hash.h"
#include "experiments/record/place.h"
#include "experiments/record/provenance.h"
#include "experiments/record/record.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- attributes ------------------------------------------------------------ */

static bool is_attribute(Check *c, const Attribute *row)
{
    int64_t whole;
    double  number;
    Err     none;
    switch (row->type) {
    case ATTRIBUTE_TEXT: return check_text(c, row->object, row->key);
    case ATTRIBUTE_WHOLE: return !h5_get_whole(c->f, row->object, row->key, &whole, &none);
    case ATTRIBUTE_NUMBER: return !h5_get_number(c->f, row->object, row->key, &number, &none);
    }
    return false;
}

static bool has_key(Check *c, const Attribute *row)
{
    const char *const *names;
    Err                none;
    if (h5_attributes(c->f, row->object, &c->arena, &names, &none)) return false;
    for (; *names; names++)
        if (!strcmp(*names, row->key)) return true;
    return false;
}

static void check_attributes(Check *c)
{
    static const char *const types[] = { "a text", "an integer", "a float" };
    const char *const       *names;
    Err                      none;
    for (const Attribute *row = record_attributes; row->key; row++) {
        const char *object = strcmp(row->object, "/") ? row->object : "";
        bool        must = row->since <= c->schema && row->need != FIELD_MAY &&
                    (row->need == FIELD_MUST || h5_has(c->f, row->object));
        if (!field_of(row->of, c->stage) || is_attribute(c, row)) continue;
        if (has_key(c, row))
            check_departs(c, object, "attribute %s is not %s", row->key, types[row->type]);
        else if (must)
            check_departs(c, object, "no attribute %s, expected %s", row->key, types[row->type]);
    }
    if (h5_attributes(c->f, "/", &c->arena, &names, &none)) return;
    for (; *names; names++)
        if (!attribute_find(c->stage, "/", *names))
            check_departs(c, "", "attribute %.100s is not in the schema of %s", *names, c->stage);
}

/* When and by how many it was made. */
static void check_made(Check *c)
{
    static const char *const keys[] = { "created", "started" };
    int64_t                  threads;
    Err                      none;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *time = check_text(c, "/", keys[i]);
        if (time && !provenance_is_time(time))
            check_departs(c, "", "%s %.40s, expected as 2026-01-31T23:59:59Z", keys[i], time);
    }
    if (!h5_get_whole(c->f, "provenance", "threads", &threads, &none) && threads < 1)
        check_departs(c, "provenance", "threads %" PRId64 ", expected 1 or more", threads);
}

/* --- the configuration ------------------------------------------------------ */

/* The line at *at, "key: value", in `a`; NULL: there is none.  *at goes on to the next. */
static const char *next_line(const char **at, const char **value, Arena *a)
{
    while (**at) {
        const size_t n = strcspn(*at, "\n");
        char        *line = ARENA_NEW(a, char, n + 1);
        memcpy(line, *at, n);
        line[n] = '\0';
        *at += n + ((*at)[n] == '\n');
        char *colon = strstr(line, ": ");
        if (!colon || colon == line) continue;
        *colon = '\0';
        *value = colon + 2;
        return line;
    }
    return NULL;
}

static void check_line(Check *c, const char *key, const char *value)
{
    int64_t     seed;
    double      ratio, expected;
    char        number[32];
    const char *strategy = NULL;
    Err         none;
    if (!strcmp(key, "pretrain.strategy")) strategy = check_text(c, "/", "strategy");
    if (strategy && strcmp(strategy, value))
        check_departs(c, "", "strategy %.100s, expected %.100s, as configured", strategy, value);
    if (!strcmp(key, "seed") && !h5_get_whole(c->f, "/", "seed", &seed, &none)) {
        snprintf(number, sizeof number, "%" PRIu64, (uint64_t)seed);
        if (strcmp(number, value))
            check_departs(c, "", "seed %s, expected %.40s, as configured", number, value);
    }
    if (!strcmp(key, "pretrain.ratio") && text_to_double(value, &expected) &&
        !h5_get_number(c->f, "/", "ratio", &ratio, &none) && !(fabs(ratio - expected) <= 1e-9))
        check_departs(c, "", "ratio %g, expected %.40s, as configured", ratio, value);
}

void check_config(Check *c, const char *config)
{
    const char *key, *value;
    Err         none;
    if (!config && h5_get_long_text(c->f, "config", &c->arena, &config, &none)) return;
    while ((key = next_line(&config, &value, &c->arena))) check_line(c, key, value);
}

/* What a configuration has no line of. */
static void check_invented(Check *c, const char *config)
{
    const char *const *names;
    Err                none;
    if (h5_attributes(c->f, "settings", &c->arena, &names, &none)) return;
    for (; *names; names++) {
        const char *at = config, *key, *value;
        while ((key = next_line(&at, &value, &c->arena)) && strcmp(key, *names)) {}
        if (!key)
            check_departs(c, "settings", "%.100s, expected none: it is not configured", *names);
    }
}

/* The configuration once more, to search in. */
static void check_settings(Check *c)
{
    const char *config, *key, *value;
    Err         none;
    if (h5_get_long_text(c->f, "config", &c->arena, &config, &none)) return;
    check_invented(c, config);
    while ((key = next_line(&config, &value, &c->arena))) {
        const char *is = check_text(c, "settings", key);
        if (!is || strcmp(is, value))
            check_departs(c, "settings", "%.100s %.100s, expected %.100s, as configured", key,
                          is ? is : "missing", value);
    }
}

/* An evaluation's own configuration names the training that it builds on; the record of that
 * lies beside it. */
static void check_training(Check *c)
{
    char        path[CELL_PATH];
    const char *slash = strrchr(c->path, '/'), *on = check_text(c, "/", "builds_on"), *config;
    H5         *f;
    Err         none;
    if (!on || !slash) return;
    snprintf(path, sizeof path, "%.*s/pretrain.h5", (int)(slash - c->path), c->path);
    if (record_read(&f, path, on, &none)) return;
    if (!h5_get_long_text(f, "config", &c->arena, &config, &none)) check_config(c, config);
    h5_close(f);
}

/* --- what hangs together ---------------------------------------------------- */

static void check_identity(Check *c)
{
    const char *config, *is = check_text(c, "/", "config_hash");
    Hash        h;
    char        id[HASH_HEX];
    Err         err;
    if (!is || h5_get_long_text(c->f, "config", &c->arena, &config, &err)) return;
    hash_start(&h);
    hash_text(&h, config);
    hash_end(&h, id);
    if (strcmp(id, is))
        check_departs(c, "config", "its hash is %s, but config_hash is %.40s", id, is);
}

/* What is missing was said before. */
static void check_place(Check *c)
{
    Place p;
    Err   err;
    bool  hash = check_text(c, "/", "config_hash"), on = check_text(c, "/", "builds_on");
    if (!hash || !place_of(&p, c->path)) return;
    if (!on && p.kind != STAGE_PRETRAIN && !strcmp(c->stage, stage_word(p.kind))) return;
    if (!place_check(&p, c->f, c->path, &err)) return;
    text_add(c->where, "%s\n", err.text);
    c->departures++;
}

static void check_grid(Check *c)
{
    int64_t rows, cols, patches, visible;
    double  ratio;
    Err     none;
    if (h5_get_whole(c->f, "/", "rows", &rows, &none) ||
        h5_get_whole(c->f, "/", "cols", &cols, &none) ||
        h5_get_whole(c->f, "/", "patches", &patches, &none) ||
        h5_get_whole(c->f, "/", "visible", &visible, &none) ||
        h5_get_number(c->f, "/", "realised_ratio", &ratio, &none))
        return;
    if (rows < 1 || cols < 1 || rows > INT32_MAX || cols > INT32_MAX || patches != rows * cols)
        check_departs(c, "", "%" PRId64 " patches of %" PRId64 " x %" PRId64, patches, rows, cols);
    else if (visible < 1 || visible > patches ||
             !(fabs(ratio - (1 - (double)visible / (double)patches)) <= 1e-9))
        check_departs(c, "", "realised_ratio %g of %" PRId64 " visible of %" PRId64 " patches",
                      ratio, visible, patches);
}

/* The first metric that tables are to show, or the next. */
static void check_primary(Check *c)
{
    const char *word = check_text(c, "metrics", "primary");
    char        name[PATH_MOST];
    for (size_t n; word && *word; word += n + strspn(word + n, " ")) {
        n = strcspn(word, " ");
        snprintf(name, sizeof name, "metrics/%.*s", (int)(n < 200 ? n : 200), word);
        if (!h5_has(c->f, name)) check_departs(c, "metrics", "primary /%s is not there", name);
    }
}

/* A viewer begins at the root, and follows `default` until there is a signal. */
static void check_plot(Check *c)
{
    char        group[PATH_MOST] = "", next[PATH_MOST], signal[PATH_MOST];
    const char *to, *name;
    if (c->schema < 2) return;
    for (int depth = 0; (to = check_text(c, *group ? group : "/", "default")); depth++) {
        snprintf(next, sizeof next, "%.200s%s%.200s", group, *group ? "/" : "", to);
        if (depth == 2 || !h5_has(c->f, next)) {
            check_departs(c, group, "default %.100s leads nowhere", to);
            return;
        }
        snprintf(group, sizeof group, "%s", next);
    }
    if (!*group) return;
    name = check_text(c, group, "signal");
    snprintf(signal, sizeof signal, "%.200s/%.200s", group, name ? name : "");
    if (!name || !h5_has(c->f, signal)) check_departs(c, group, "no signal for viewers to draw");
}

void check_head(Check *c)
{
    check_attributes(c);
    check_made(c);
    check_config(c, NULL);
    check_settings(c);
    check_training(c);
    check_identity(c);
    check_place(c);
    check_grid(c);
    check_primary(c);
    check_plot(c);
}
