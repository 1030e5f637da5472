/* maskgrid table: the comparison of a recipe's strategies, from its records. */
#include "experiments/cli/cli.h"

#include "core/base/file.h"
#include "experiments/table/explain.h"
#include "experiments/table/made.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MOST = 16 << 20, WIDTH = 80 };

typedef struct {
    const char *format, *out, *baseline, *results, *equal, *rows, *columns, *sort, *check;
    OptionList  metric, set;
    bool        cost, published, explain;
} Options;

static const Option options[] = {
    OPTION_CHOICE(Options, format, "table|md|latex|html|csv|json", NULL,
                  "how to write it (default: as FILE ends, else table)"),
    OPTION_TEXT(Options, out, "FILE", NULL,
                "write there; at its end it says how it was made, for --check"),
    OPTION_LIST(Options, metric, 'm', "NAME",
                "only this metric, or that of a stage: knn_top1, mIoU, knn"),
    OPTION_TEXT(Options, rows, "KEYS", NULL, "what lines are: strategy,ratio"),
    OPTION_TEXT(Options, columns, "KEYS", NULL, "a column for each value of these: ratio, seed"),
    OPTION_TEXT(Options, sort, "NAME", NULL, "by this metric, the best first, or by this key"),
    OPTION_TEXT(Options, baseline, "STRATEGY", BASELINE,
                "what the others are compared with"),
    OPTION_FLAG(Options, published, "numbers of papers beside the values"),
    OPTION_FLAG(Options, cost, "with what each took: products and time, of guides too"),
    OPTION_TEXT(Options, equal, "METRIC", NULL,
                "at equal cost: train_gflop; of each strategy the epochs nearest to it"),
    OPTION_TEXT(Options, check, "FILE", NULL, "does that table still follow from its records?"),
    OPTION_FLAG(Options, explain, "how the number at ROW and COLUMN came about"),
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "set a key, as for run"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells/ is"),
    { 0 }
};

static const Command *self(void);

/* --- the table ------------------------------------------------------------- */

typedef struct {
    Recipe   *recipe;
    Results   results;
    Published published;
    Table     table;
} Made;

static Status open_recipe(Made *m, const Options *o, const char *word, Err *err)
{
    if (o->published && published_open(&m->published, NULL, err)) return err->code;
    if (!recipe_open(&m->recipe, word, o->set.item, o->set.n, err)) return STATUS_OK;
    if (o->published) published_close(&m->published);
    return err->code;
}

/* `results` is the folder, wherever it is seen from. */
static Status made_open(Made *m, const Options *o, const char *word, const char *results,
                        Err *err)
{
    if (open_recipe(m, o, word, err)) return err->code;
    if (m->recipe->notice) fprintf(stderr, "%s: %s\n", m->recipe->name, m->recipe->notice);
    const TableAsk ask = { .baseline = o->baseline, .metrics = o->metric.item,
                           .n_metrics = o->metric.n, .rows = o->rows, .columns = o->columns,
                           .sort = o->sort, .equal = o->equal, .cost = o->cost,
                           .published = o->published ? &m->published : NULL };
    if (!cli_results(&m->results, m->recipe, results, err)) {
        if (!table_open(&m->table, &m->results, &ask, err)) return STATUS_OK;
        results_close(&m->results);
    }
    recipe_close(m->recipe);
    if (o->published) published_close(&m->published);
    return err->code;
}

static void made_close(Made *m, const Options *o)
{
    table_close(&m->table);
    results_close(&m->results);
    recipe_close(m->recipe);
    if (o->published) published_close(&m->published);
}

static Status write_table(const Options *o, const char *word, const char *results,
                          const char *format, int width, Text *out, Err *err)
{
    Made m;
    if (made_open(&m, o, word, results, err)) return err->code;
    table_write(&m.table, format, width, out);
    made_close(&m, o);
    return STATUS_OK;
}

static const char *format_of(const Options *o)
{
    static const char *const endings[][2] = { { ".md", "md" }, { ".tex", "latex" },
                                              { ".html", "html" }, { ".csv", "csv" },
                                              { ".json", "json" } };
    const char *dot = o->out ? strrchr(o->out, '.') : NULL;
    if (o->format) return o->format;
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (!strcmp(dot, endings[i][0])) return endings[i][1];
    return "table";
}

/* --- how it was made -------------------------------------------------------- */

static void add_option(const char *name, const char *value, Text *command)
{
    if (!value) return;
    made_word(name, command);
    made_word(value, command);
}

/* All that decides what the table is; paths as they are given. */
static void command_of(const Options *o, const char *word, const char *results,
                       const char *format, Text *command)
{
    made_word(word, command);
    add_option("--format", format, command);
    for (int i = 0; i < o->metric.n; i++) add_option("--metric", o->metric.item[i], command);
    add_option("--rows", o->rows, command);
    add_option("--columns", o->columns, command);
    add_option("--sort", o->sort, command);
    if (strcmp(o->baseline, BASELINE)) add_option("--baseline", o->baseline, command);
    add_option("--equal", o->equal, command);
    if (o->cost) made_word("--cost", command);
    if (o->published) made_word("--published", command);
    for (int i = 0; i < o->set.n; i++) add_option("--set", o->set.item[i], command);
    add_option("--results", results, command);
}

static bool is_path(const char *word)
{
    size_t n = strlen(word);
    return strchr(word, '/') || (n > 5 && !strcmp(word + n - 5, ".yaml"));
}

static Status add_origin(const Options *o, const char *word, const char *format, Text *out,
                         Err *err)
{
    char recipe[MADE_PATH], results[MADE_PATH];
    Text command = { 0 };
    if (made_relative(results, o->results, o->out, err) ||
        (is_path(word) && made_relative(recipe, word, o->out, err)))
        return err->code;
    command_of(o, is_path(word) ? recipe : word, results, format, &command);
    Status bad = made_comment(text_get(&command), format, out, err);
    text_free(&command);
    return bad;
}

static Status show(const Options *o, const char *word, Err *err)
{
    const char *format = format_of(o);
    const bool  says = o->out && strcmp(format, "csv") && strcmp(format, "json");
    Text        text = { 0 };
    Status      bad = write_table(o, word, o->results, format,
                                  o->out ? WIDTH : cli_columns(STDOUT_FILENO), &text, err);
    if (!bad && says) bad = add_origin(o, word, format, &text, err);
    if (!bad && o->out) bad = file_write(o->out, text.s, text.length, err);
    else if (!bad) fputs(text_get(&text), stdout);
    text_free(&text);
    return bad;
}

/* --- is it still so? ---------------------------------------------------------- */

/* What the file says of how it was made; *recipe stays in `bytes`. */
static Status read_origin(const char *file, char *bytes, Options *made, const char **recipe,
                          Err *err)
{
    char *word[MADE_WORDS], *arguments[MADE_WORDS];
    int   n, n_arguments;
    *made = (Options){ 0 };
    if (made_words(bytes, word, &n, err) ||
        cli_parse(self(), made, arguments, &n_arguments, n, word, err))
        return err_in(err, "%s", file);
    if (n_arguments != 1 || !made->format || made->out || made->check || made->explain)
        return err_set(err, STATUS_FORMAT, "%s: not the command of one table", file);
    *recipe = arguments[0];
    return STATUS_OK;
}

static Status make_again(const char *file, char *bytes, Text *is, Err *err)
{
    Options     made;
    const char *recipe = NULL;
    char        path[MADE_PATH], results[MADE_PATH];
    Text        command = { 0 };
    if (read_origin(file, bytes, &made, &recipe, err) ||
        made_absolute(results, made.results, file, err) ||
        (is_path(recipe) && made_absolute(path, recipe, file, err)) ||
        write_table(&made, is_path(recipe) ? path : recipe, results, made.format, WIDTH, is, err))
        return err->code;
    command_of(&made, recipe, made.results, made.format, &command);
    Status bad = made_comment(text_get(&command), made.format, is, err);
    text_free(&command);
    return bad;
}

static int check(const char *file)
{
    char  *was, *bytes;
    size_t n;
    Text   is = { 0 }, differs = { 0 };
    Err    err;
    if (file_read(file, FILE_MOST, &was, &n, &err)) return cli_fail(&err);
    if (!made_says(was)) { /* a question that cannot be asked, not a table that is stale */
        free(was);
        err_set(&err, STATUS_CONFIG, "%s does not say how it was made; maskgrid table RECIPE --out "
                "FILE writes that at its end, but not in csv and json", file);
        return cli_fail(&err);
    }
    bytes = malloc(n + 1);
    CHECK(bytes, "no memory for %zu bytes", n);
    memcpy(bytes, was, n + 1);
    int code = EXIT_DONE;
    if (make_again(file, bytes, &is, &err)) {
        code = cli_fail(&err);
        if (err.code == STATUS_CONFIG || err.code == STATUS_FORMAT) code = EXIT_CHECK_FAILED;
    } else if (made_compare(was, text_get(&is), &differs)) {
        printf("%s does not follow from its records (- as it is there, + from them):\n%s", file,
               text_get(&differs));
        code = EXIT_CHECK_FAILED;
    } else printf("%s follows from its records\n", file);
    free(bytes);
    free(was);
    text_free(&is);
    text_free(&differs);
    return code;
}

/* --- the command --------------------------------------------------------------- */

/* What goes with --check or --explain, so that nothing that is asked for is passed over. */
static Status refuse_ignored(const Options *o, Err *err)
{
    const bool layout = o->metric.n || o->rows || o->columns || o->sort || o->cost ||
                        o->published || o->equal || o->set.n || strcmp(o->baseline, BASELINE) ||
                        strcmp(o->results, "results");
    if (o->check && (layout || o->out || o->explain || o->format))
        return err_set(err, STATUS_CONFIG, "--check FILE goes alone: the table is made as FILE "
                       "says at its end, and nothing is written");
    if (o->explain && o->format)
        return err_set(err, STATUS_CONFIG, "--explain knows no --format: what it says is text");
    return STATUS_OK;
}

static Status explain(const Options *o, char *const *arguments, Err *err)
{
    Made m;
    Text text = { 0 };
    if (made_open(&m, o, arguments[0], o->results, err)) return err->code;
    Status bad = table_explain(&m.table, arguments[1], arguments[2],
                               o->out ? WIDTH : cli_columns(STDOUT_FILENO), &text, err);
    if (!bad && o->out) bad = file_write(o->out, text.s, text.length, err);
    else if (!bad) fputs(text_get(&text), stdout);
    text_free(&text);
    made_close(&m, o);
    return bad;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Err            err;
    Status         bad;
    if (refuse_ignored(o, &err)) return cli_fail(&err);
    if (n != (o->check ? 0 : o->explain ? 3 : 1))
        bad = err_set(&err, STATUS_CONFIG, "table takes RECIPE, or RECIPE --explain ROW COLUMN, "
                      "or --check FILE alone; see maskgrid table --help");
    else if (o->check) return check(o->check);
    else bad = o->explain ? explain(o, arguments, &err) : show(o, arguments[0], &err);
    return bad ? cli_fail(&err) : EXIT_DONE;
}

COMMAND(table) = {
    .name = "table",
    .place = 80,
    .about = "the comparison table: mean, deviation, seeds, difference to random",
    .arguments = "[RECIPE] [ROW COLUMN]",
    .least = 0,
    .most = 3,
    .details = "Reads records only and runs nothing.  Cells that were not run, failed\n"
               "or cannot be read are named; a row never disappears.  Whatever the grid\n"
               "varies can be rows or columns; what is named in neither is rows.  What the\n"
               "paired test does not tell from the best of its column is bold, or has a *.\n\n"
               "--check FILE makes a table again that --out wrote, from what it says at its\n"
               "end, and exits with 4 and the lines that differ if it does not come out the\n"
               "same.  Its folder of results and its recipe are found from where it lies;\n"
               "csv and json cannot say how they were made; of a file that does not say it\n"
               "exits with 2.  --check goes alone.  --explain writes to --out, too.\n\n"
               "What guides masks costs: --cost shows it.  For a table at equal cost train\n"
               "for several lengths; --equal keeps of each strategy the one whose cost is\n"
               "nearest to that of the baseline's longest training.",
    .examples = "  maskgrid table demo\n"
                "  maskgrid table demo --out table.tex\n"
                "  maskgrid table ratios --columns ratio --metric knn --sort knn\n"
                "  maskgrid table table1-full --published\n"
                "  maskgrid table table1 --explain spiral knn\n"
                "  maskgrid table table1 --out results/table1/table.md\n"
                "  maskgrid table --check results/table1/table.md\n"
                "  maskgrid run guided -s grid.pretrain.epochs=2..8\n"
                "  maskgrid table guided -s grid.pretrain.epochs=2..8 --equal train_gflop\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};

static const Command *self(void) { return &command_table; }
