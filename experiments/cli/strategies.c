/* maskgrid strategies: list them, or one in full. */
#include "experiments/cli/cli.h"

#include "core/mask/replay.h"
#include "core/mask/settings.h"
#include "experiments/figures/sight.h"
#include "experiments/figures/sketch.h"
#include "strategies/registry.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct { const char *format; } Options;

static const Option options[] = {
    OPTION_CHOICE(Options, format, "table|json", "table", "how to print"),
    { 0 }
};

enum { SIDE = 14, DRAWN = 4, NAME = 14, COLUMNS = 80, MOST = 512 };
static const double RATIO = 0.75;

static void print_params(const char *title, const MaskParam *table, const MaskStrategy *s)
{
    if (!table) return;
    printf("\n%s\n", title);
    for (const MaskParam *row = table; row->key; row++) {
        char value[32];
        Text range = { 0 };
        setting_text(value, row, setting_default(row, s));
        setting_range(&range, row);
        printf("  %-10s %-8s %s\n%22s%s\n", row->key, value, row->about, "",
               text_get(&range));
        text_free(&range);
    }
}

/* What masks are drawn to show a strategy: a usual grid and ratio, or what is recorded. */
typedef struct { int rows, cols, K, N; uint64_t image[DRAWN], epoch; } Shown;

static Shown shown_of(const StrategyEntry *e)
{
    const Recording *r = replay_of(e->strategy);
    Shown            s = { SIDE, SIDE, mask_visible(SIDE * SIDE, RATIO), DRAWN, { 0, 1, 2, 3 }, 0 };
    if (!r) return s;
    s = (Shown){ .rows = r->rows, .cols = r->cols, .K = r->K, .epoch = (uint64_t)r->epoch[0] };
    for (; s.N < DRAWN && (size_t)s.N < r->images; s.N++) s.image[s.N] = (uint64_t)r->image[s.N];
    return s;
}

static void draw_masks(const Mask *m, const Sight *sight, const Shown *s)
{
    int L = s->rows * s->cols, *ids = malloc((size_t)(s->N * L) * sizeof *ids);
    CHECK(ids, "no memory for %d masks", s->N);
    if (mask_order(m)) {
        printf("\nThe walk, from the dot\n");
        sketch_walk(stdout, mask_order(m), s->rows, s->cols);
    }
    for (int n = 0; n < s->N; n++) {
        MaskView view = sight_view(sight, m, n, 1);
        mask_draw(m, ids + n * L, &view, 0, s->epoch, s->image[n], s->K);
    }
    printf("\nMasks%s%s%s\n", replay_in(m) ? " of its first epoch" : " at ratio 0.75",
           mask_needs(m) ? ", seen by " : "", mask_needs(m) ? sight->eyes : "");
    sketch_masks(stdout, ids, s->N, s->rows, s->cols, s->K, mask_thrown(m, s->K),
                 cli_columns(STDOUT_FILENO));
    free(ids);
}

static Status print_drawing(const StrategyEntry *e, Err *err)
{
    Mask *m;
    Sight sight;
    Shown s = shown_of(e);
    if (strategy_open(&m, e->name, s.rows, s.cols, err)) return err->code;
    SightPlan plan = { .needs = mask_needs(m), .rows = s.rows, .cols = s.cols, .N = s.N };
    Status    bad = sight_open(&sight, &plan, err);
    if (!bad) {
        draw_masks(m, &sight, &s);
        sight_close(&sight);
    }
    mask_close(m);
    return bad;
}

/* "3 to 4" and how many; "3" of one. */
static void print_range(const char *what, const int64_t *x, size_t n)
{
    if (n == 1) printf("%-7s 1: %lld\n", what, (long long)x[0]);
    else printf("%-7s %zu: %lld to %lld\n", what, n, (long long)x[0], (long long)x[n - 1]);
}

static void print_recording(const Recording *r)
{
    int L = r->rows * r->cols;
    printf("\ngrid    %d x %d patches\nmask    %d visible, %d hidden", r->rows, r->cols, r->K,
           L - r->K - r->T);
    printf(r->T ? ", %d thrown\n" : "\n", r->T);
    print_range("images", r->image, r->images);
    print_range("epochs", r->epoch, r->epochs);
    if (*r->strategy) printf("drawn   by %s", r->strategy);
    if (*r->strategy && r->seed >= 0) printf(", seed %lld", (long long)r->seed);
    if (*r->strategy) putchar('\n');
}

static Status print_one(const StrategyEntry *e, Err *err)
{
    const MaskStrategy *s = e->strategy;
    const Recording    *r = replay_of(s);
    Text                needs = { 0 };
    mask_needs_text(&needs, s->needs);
    printf("%s: %s\n\nsource  %s\nfamily  %s\nneeds   %s\n", e->name, s->about,
           s->source, strategy_family(e), text_get(&needs));
    text_free(&needs);
    if (e->file) printf("file    %s\nhash    %s\n", e->file, e->hash);
    if (r) print_recording(r);
    print_params("Its parameters: name, default, meaning, range", s->params, s);
    if (!r) print_params("Parameters of every strategy", mask_common, s);
    return print_drawing(e, err);
}

static json_t *recording_json(const Recording *r)
{
    return json_pack("{s:i, s:i, s:i, s:i, s:[I, I], s:[I, I], s:I, s:I, s:s, s:I}", "rows",
                     r->rows, "cols", r->cols, "visible", r->K, "thrown", r->T, "image_range",
                     (json_int_t)r->image[0], (json_int_t)r->image[r->images - 1],
                     "epoch_range", (json_int_t)r->epoch[0],
                     (json_int_t)r->epoch[r->epochs - 1], "images", (json_int_t)r->images,
                     "epochs", (json_int_t)r->epochs, "drawn_by", r->strategy, "seed",
                     (json_int_t)r->seed);
}

static json_t *params_json(const MaskParam *table, const MaskStrategy *s)
{
    json_t *list = json_array();
    for (const MaskParam *row = table; row && row->key; row++) {
        char value[32];
        setting_text(value, row, setting_default(row, s));
        json_t *p = json_pack("{s:s, s:s, s:s}", "key", row->key, "default", value,
                              "about", row->about);
        if (row->kind == MASK_CHOICE) {
            json_t *choices = json_array();
            for (int i = 0; row->choices[i]; i++)
                json_array_append_new(choices, json_string(row->choices[i]));
            json_object_set_new(p, "choices", choices);
        } else {
            json_object_set_new(p, "range", json_pack("[f, f]", row->lo, row->hi));
        }
        json_array_append_new(list, p);
    }
    return list;
}

static json_t *entry_json(const StrategyEntry *e)
{
    const MaskStrategy *s = e->strategy;
    Text                needs = { 0 };
    mask_needs_text(&needs, s->needs);
    json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:o, s:o}", "name", e->name,
                          "family", strategy_family(e), "about", s->about, "source",
                          s->source, "needs", text_get(&needs), "file", e->file, "hash",
                          e->hash, "parameters", params_json(s->params, s),
                          "parameters_of_all", params_json(mask_common, s));
    if (replay_of(s)) json_object_set_new(j, "recording", recording_json(replay_of(s)));
    text_free(&needs);
    return j;
}

static void print_json(json_t *j)
{
    json_dumpf(j, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(j);
}

static void print_beside(const char *name, const char *text)
{
    char indented[NAME + 24];
    snprintf(indented, sizeof indented, "  %s", name);
    cli_beside(NAME + 3, indented, text);
}

static void print_entry(const StrategyEntry *e)
{
    const MaskStrategy *s = e->strategy;
    print_beside(e->name, s->about);
    print_beside("", s->source);
    if (e->file) print_beside("", e->file);
    if (!s->needs) return;
    Text needs = { 0 };
    text_add(&needs, "needs ");
    mask_needs_text(&needs, s->needs);
    print_beside("", text_get(&needs));
    text_free(&needs);
}

/* The strategies of the program, then the plug-ins that are found by name; one that
 * cannot be loaded is named on stderr.  Returns how many. */
static int gather(const StrategyEntry *all[MOST])
{
    int  n = 0;
    Text names = { 0 };
    for (const StrategyEntry *e = strategies; e->name && n < MOST; e++) all[n++] = e;
    plugin_names(&names);
    for (const char *at = text_get(&names), *end; (end = strchr(at, '\n')); at = end + 1) {
        Err err;
        if (n == MOST) break;
        if (plugin_find(&all[n], at, (size_t)(end - at), &err))
            fprintf(stderr, "maskgrid: %s\n", err.text);
        else if (all[n])
            n++;
    }
    text_free(&names);
    return n;
}

/* Not strategies by themselves: any that looks takes them, as control=NAME. */
static void print_controls(void)
{
    static const char *const controls[][2] = {
        { "shuffled", "what belongs to another image of the batch is looked at" },
        { "untrained", "the encoder that looks stays as it was initialised" },
        { "inverted", "the lowest scores are hidden instead of the highest" },
        { "ignored", "all is computed and charged; masks are those of random" },
    };
    printf("controls\n");
    print_beside("", "of any strategy that looks, as in sma:control=shuffled; what a gain of a "
                     "guided strategy is compared with");
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
        print_beside(controls[i][0], controls[i][1]);
        print_beside("", "this suite");
    }
    putchar('\n');
}

static void print_list(void)
{
    const StrategyEntry *all[MOST];
    int                  n = gather(all);
    for (const char *const *family = strategy_families; *family; family++) {
        bool first = true;
        for (int i = 0; i < n; i++) {
            if (strategy_family(all[i]) != *family) continue;
            if (first) printf("%s\n", *family);
            first = false;
            print_entry(all[i]);
        }
        if (!first) putchar('\n');
    }
    print_controls();
    Text take = { 0 }, lines = { 0 };
    text_add(&take, "All of them take:");
    for (const MaskParam *row = mask_common; row->key; row++)
        text_add(&take, " %s", row->key);
    text_wrap(&lines, text_get(&take), COLUMNS);
    printf("%s`maskgrid strategies NAME` shows one in full.\n", text_get(&lines));
    text_free(&take);
    text_free(&lines);
}

static void print_list_json(void)
{
    const StrategyEntry *all[MOST];
    json_t              *list = json_array();
    for (int i = 0, n = gather(all); i < n; i++)
        json_array_append_new(list, entry_json(all[i]));
    print_json(list);
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options       *o = opt;
    const StrategyEntry *e = NULL;
    Err                  err;
    bool                 json = !strcmp(o->format, "json");
    if (n && strategy_find(&e, arguments[0], &err)) return cli_fail(&err);
    if (json && e) {
        print_json(entry_json(e));
    } else if (json) {
        print_list_json();
    } else if (e) {
        if (print_one(e, &err)) return cli_fail(&err);
    } else {
        print_list();
    }
    return EXIT_DONE;
}

COMMAND(strategies) = {
    .place = 10,
    .arguments = "[STRATEGY]",
    .most = 1,
    .about = "list the masking strategies, or show one in full",
    .details = "Wherever a strategy is asked for it may be made of others: "
               "'0.7 random + 0.3 spiral' tosses a coin for each image, and weights, "
               "if there are any, sum to 1; "
               "'random until 0.25 then sma' changes after a quarter of training; "
               "'hilbert | spiral' shows half of each; 'random ratio 0.5..0.9' hides more "
               "and more. | binds closest, then +, then until; parentheses help, and "
               "ratio ends the whole. A plug-in or a file of recorded masks is named by its "
               "path; in an expression a path with blanks stands in quotes: "
               "'\"./my masks.h5\" until 0.5 then random'.",
    .examples = "  maskgrid strategies\n  maskgrid strategies hilbert\n"
                "  maskgrid strategies ./masks.h5\n"
                "  maskgrid masks '0.7 random + 0.3 spiral:select=window'\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
