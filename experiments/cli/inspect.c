/* maskgrid inspect: what is in a file of tensors, or in a record. */
#include "experiments/cli/cli.h"

#include "core/train/checkpoint.h"
#include "core/train/naming.h"
#include "core/train/torch.h"
#include "experiments/record/check.h"
#include "experiments/record/fields.h"
#include "experiments/record/index.h"
#include "experiments/record/model_text.h"
#include "experiments/record/outline.h"
#include "experiments/record/record.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    bool        check, schema;
    OptionList  set;
    const char *format, *results;
} Options;

static const Option options[] = {
    OPTION_CHOICE(Options, format, "table|csv|json", "table", "how to write it"),
    OPTION_FLAG(Options, check, "say which records are not what results/README.md says, and "
                "which files are damaged"),
    OPTION_FLAG(Options, schema, "print what records have, as results/README.md does"),
    OPTION_LIST(Options, set, 's', "KEY=VALUE", "of a recipe to check: set a key, as for run"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "of a recipe to check: where cells/ is"),
    { 0 }
};

typedef struct {
    const char *path;
    Safetensors f;
    char        hash[HASH_HEX];
    const char *naming; /* "mae"; "none" of them is recognised        */
    Text        model;  /* what it would be, or why it cannot be told */
    size_t      numbers, bytes;
} Look;

static void shape_text(const SafeTensor *x, Text *out)
{
    text_add(out, "[");
    for (int i = 0; i < x->rank; i++) text_add(out, "%s%zu", i ? ", " : "", x->dim[i]);
    text_add(out, "]");
}

static size_t bytes_of(const SafeTensor *x) { return x->count * safetensors_bytes(x->dtype); }

/* --- the formats --------------------------------------------------------- */

static void add_table(const Look *k, Text *out)
{
    int widest = 6, shapes = 5;
    for (size_t i = 0; i < k->f.n; i++) {
        Text shape = { 0 };
        shape_text(&k->f.tensors[i], &shape);
        if (text_width(k->f.tensors[i].name) > widest) widest = text_width(k->f.tensors[i].name);
        if (text_width(shape.s) > shapes) shapes = text_width(shape.s);
        text_free(&shape);
    }
    text_add(out, "%s\nnames: %s\n%shash: %s\n%zu tensors, %zu numbers, %.3f MB\n", k->path,
             k->naming, text_get(&k->model), k->hash, k->f.n, k->numbers, (double)k->bytes / 1e6);
    for (size_t i = 0; i < k->f.n_metas; i++) {
        text_add(out, "metadata ");
        text_add_tame(out, k->f.metas[i].key);
        text_add(out, ": ");
        text_add_tame(out, k->f.metas[i].value);
        text_add(out, "\n");
    }
    text_add(out, "\n%-*s  %-7s  %-*s  %s\n", widest, "tensor", "dtype", shapes, "shape", "bytes");
    for (size_t i = 0; i < k->f.n; i++) {
        Text name = { 0 }, shape = { 0 };
        text_add_tame(&name, k->f.tensors[i].name);
        shape_text(&k->f.tensors[i], &shape);
        text_add(out, "%-*s  %-7s  %-*s  %zu\n", widest, text_get(&name), k->f.tensors[i].dtype,
                 shapes, shape.s, bytes_of(&k->f.tensors[i]));
        text_free(&name);
        text_free(&shape);
    }
}

/* In quotes, as CSV and JSON have them; CSV, which cannot write them otherwise, without
 * control characters. */
static void add_quoted(const char *given, bool json, Text *out)
{
    Text tame = { 0 };
    if (!json) text_add_tame(&tame, given);
    const char *s = json ? given : text_get(&tame);
    text_add(out, "\"");
    for (; *s; s++) {
        if (json && ((unsigned char)*s < ' ' || *s == 127)) text_add(out, "\\u%04x", *s);
        else if (*s == '"') text_add(out, json ? "\\\"" : "\"\"");
        else if (json && *s == '\\') text_add(out, "\\\\");
        else text_add_bytes(out, s, 1);
    }
    text_add(out, "\"");
    text_free(&tame);
}

static void add_csv(const Look *k, Text *out)
{
    text_add(out, "tensor,dtype,shape,bytes\n");
    for (size_t i = 0; i < k->f.n; i++) {
        add_quoted(k->f.tensors[i].name, false, out);
        text_add(out, ",%s,\"", k->f.tensors[i].dtype);
        shape_text(&k->f.tensors[i], out);
        text_add(out, "\",%zu\n", bytes_of(&k->f.tensors[i]));
    }
}

static void add_json(const Look *k, Text *out)
{
    text_add(out, "{\"file\": ");
    add_quoted(k->path, true, out);
    text_add(out, ", \"hash\": \"%s\", \"names\": \"%s\", \"model\": ", k->hash, k->naming);
    add_quoted(text_get(&k->model), true, out);
    text_add(out, ",\n \"metadata\": {");
    for (size_t i = 0; i < k->f.n_metas; i++) {
        text_add(out, i ? ", " : "");
        add_quoted(k->f.metas[i].key, true, out);
        text_add(out, ": ");
        add_quoted(k->f.metas[i].value, true, out);
    }
    text_add(out, "},\n \"tensors\": [");
    for (size_t i = 0; i < k->f.n; i++) {
        text_add(out, "%s\n  {\"name\": ", i ? "," : "");
        add_quoted(k->f.tensors[i].name, true, out);
        text_add(out, ", \"dtype\": \"%s\", \"shape\": ", k->f.tensors[i].dtype);
        shape_text(&k->f.tensors[i], out);
        text_add(out, ", \"bytes\": %zu}", bytes_of(&k->f.tensors[i]));
    }
    text_add(out, "\n]}\n");
}

/* --- looking ------------------------------------------------------------- */

/* A file of other tensors is none the worse for it. */
static void recognise(Look *k)
{
    Naming    n;
    MaeConfig c;
    Err       why;
    k->naming = "none";
    if (naming_find(&n, &k->f, &why)) {
        text_add(&k->model, "model: none that is known here\n");
        return;
    }
    k->naming = naming_word(&n, &k->f);
    if (*n.encoder) {
        text_add(&k->model, "before the names: ");
        text_add_tame(&k->model, n.encoder);
        text_add(&k->model, "\n");
    }
    if (checkpoint_config(&c, k->path, NULL, &why)) text_add(&k->model, "model: %s\n", why.text);
    else model_text(&c, &k->model);
}

/* --- records ------------------------------------------------------------- */

static void add_record_csv(const Metric *m, int n, Text *out)
{
    text_add(out, "metric,value,units,long_name\n");
    for (int i = 0; i < n; i++)
        text_add(out, "%s,%.17g,%s,\"%s\"\n", m[i].name, m[i].x, m[i].units, m[i].long_name);
}

static Status inspect_record(const char *path, const char *format, Err *err)
{
    H5         *f;
    Arena       a;
    Metric     *m;
    const char *config;
    int         n;
    Text        out = { 0 };
    if (strcmp(format, "table") && strcmp(format, "csv"))
        return err_set(err, STATUS_CONFIG, "%s: a record is written as table or csv", path);
    if (record_read(&f, path, NULL, err)) return err->code;
    arena_open(&a, "record", NULL, NULL);
    Status bad = record_metrics(f, &a, &m, &n, err);
    if (!bad && !strcmp(format, "csv")) add_record_csv(m, n, &out);
    else if (!bad) {
        text_add(&out, "%s\n", path);
        bad = record_outline(&out, f, err);
        if (!bad) bad = h5_get_long_text(f, "config", &a, &config, err);
        if (!bad) text_add(&out, "\n%s", config);
    }
    if (!bad) fputs(text_get(&out), stdout);
    text_free(&out);
    arena_close(&a);
    h5_close(f);
    return bad;
}

static Status inspect_index(const char *path, const char *format, Err *err)
{
    Text out = { 0 };
    if (strcmp(format, "table"))
        return err_set(err, STATUS_CONFIG, "%s: an index is written as table", path);
    text_add(&out, "%s\n", path);
    Status bad = index_outline(&out, path, err);
    if (!bad) fputs(text_get(&out), stdout);
    text_free(&out);
    return bad;
}

static bool is_record(const char *path)
{
    size_t n = strlen(path);
    return n > 3 && !strcmp(path + n - 3, ".h5");
}

static Status inspect(const char *path, const char *format, Err *err)
{
    char file[CHECKPOINT_PATH];
    Look k = { .path = path };
    Text out = { 0 };
    if (is_record(path))
        return index_is(path) ? inspect_index(path, format, err)
                              : inspect_record(path, format, err);
    if (checkpoint_file(file, path, err) || tensors_open(&k.f, file, err)) return err->code;
    Status bad = checkpoint_hash(k.hash, path, err);
    for (size_t i = 0; i < k.f.n; i++) {
        k.numbers += k.f.tensors[i].count;
        k.bytes += bytes_of(&k.f.tensors[i]);
    }
    if (!bad) {
        recognise(&k);
        if (!strcmp(format, "csv")) add_csv(&k, &out);
        else if (!strcmp(format, "json")) add_json(&k, &out);
        else add_table(&k, &out);
        fputs(text_get(&out), stdout);
    }
    text_free(&out);
    text_free(&k.model);
    safetensors_close(&k.f);
    return bad;
}

/* --- checking ------------------------------------------------------------ */

static Status check_recipe(Checked *c, const char *word, const Options *o, Err *err)
{
    Recipe *r;
    if (recipe_open(&r, word, o->set.item, o->set.n, err)) return err->code;
    check_cells(c, r, o->results);
    recipe_close(r);
    return STATUS_OK;
}

static int check(const Options *o, char *const *arguments, int n)
{
    Checked c = { .files = 0 };
    Status  bad = STATUS_OK;
    Err     err;
    for (int i = 0; i < n && !bad; i++) {
        if (is_record(arguments[i])) check_record(&c, arguments[i]);
        else bad = check_recipe(&c, arguments[i], o, &err);
        fputs(text_get(&c.where), stdout);
        text_clear(&c.where);
    }
    text_free(&c.where);
    if (!bad && !c.files)
        bad = err_set(&err, STATUS_MISSING, "no record to check; maskgrid run makes them");
    if (bad) return cli_fail(&err);
    printf("%d of %d files are what they should be\n", c.files - c.bad, c.files);
    return c.bad ? EXIT_CHECK_FAILED : EXIT_DONE;
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Err            err;
    if (o->schema) {
        Text out = { 0 };
        fields_describe(&out);
        fputs(text_get(&out), stdout);
        text_free(&out);
        return EXIT_DONE;
    }
    if (!n) {
        err_set(&err, STATUS_CONFIG, "inspect needs a file; see maskgrid inspect --help");
        return cli_fail(&err);
    }
    if (o->check) return check(o, arguments, n);
    for (int i = 0; i < n; i++)
        if (inspect(arguments[i], o->format, &err)) return cli_fail(&err);
    return EXIT_DONE;
}

COMMAND(inspect) = {
    .place = 96,
    .arguments = "[FILE ...] | RECIPE ...",
    .least = 0,
    .most = 100000,
    .about = "what is in a checkpoint or record; whether records are what they should be",
    .details = "FILE is a safetensors file, PyTorch's .pth or .pt, or a folder of Hugging "
               "Face's, of which nothing is run; or a record, .h5, or an index of them. With "
               "--check each is a record, or a recipe, of which all records, models and "
               "configurations that there are in its cells are looked at: a line for every array "
               "and attribute that is not as the schema says, and for every file that is damaged, "
               "half written, no record, or of another cell or stage than it lies with; the exit "
               "code is 4 if there are such.",
    .examples = "  maskgrid inspect mae_pretrain_vit_base.pth\n"
                "  maskgrid inspect encoder.safetensors --format json\n"
                "  maskgrid inspect --check table1\n",
    .options = options,
    .size = sizeof(Options),
    .run = run,
};
