#include "experiments/recipe/yaml.h"

#include <yaml.h>

#include <stdbool.h>
#include <string.h>

typedef struct {
    yaml_parser_t parser;
    Arena        *arena;
    const char   *file;
} Reader;

static char *copy(Arena *a, const char *s, size_t n)
{
    char *to = arena_take(a, n + 1);
    memcpy(to, s, n);
    to[n] = '\0';
    return to;
}

/* Problems of the reader (encoding, control characters) have no mark but an
 * offset in bytes, which says less than the line reached. */
static Status refuse(Reader *r, Err *err)
{
    const yaml_parser_t *p = &r->parser;
    size_t line = p->problem_mark.line ? p->problem_mark.line : p->mark.line;
    return err_set(err, STATUS_CONFIG, "%s:%zu: not YAML: %s%s%s", r->file, line + 1,
                   p->problem ? p->problem : "unreadable", p->context ? " " : "",
                   p->context ? p->context : "");
}

static int line_of(const yaml_event_t *e) { return (int)e->start_mark.line + 1; }

/* The next event, without what recipes may not have. */
static Status next(Reader *r, yaml_event_t *e, Err *err)
{
    if (!yaml_parser_parse(&r->parser, e)) return refuse(r, err);
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (e->type) {
    case YAML_ALIAS_EVENT: anchor = e->data.alias.anchor; break;
    case YAML_SCALAR_EVENT: anchor = e->data.scalar.anchor, tag = e->data.scalar.tag; break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = e->data.sequence_start.anchor, tag = e->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = e->data.mapping_start.anchor, tag = e->data.mapping_start.tag;
        break;
    default: break;
    }
    if (!anchor && !tag) return STATUS_OK;
    err_set(err, STATUS_CONFIG, "%s:%d: %s is not for recipes: write the value out", r->file,
            line_of(e), anchor ? "an anchor or alias (& or *)" : "a tag (!)");
    yaml_event_delete(e);
    return err->code;
}

static Status value(Reader *r, Yaml *to, yaml_event_t *e, int depth, Err *err);

/* The children of a list or map that has just begun, up to its end. */
static Status children(Reader *r, Yaml *to, yaml_event_type_t end, int depth, Err *err)
{
    Yaml **tail = &to->first;
    int    n = 0;
    for (;;) {
        yaml_event_t e;
        const char  *key = NULL;
        if (next(r, &e, err)) return err->code;
        int line = line_of(&e), column = (int)e.start_mark.column + 1;
        if (e.type == end) {
            yaml_event_delete(&e);
            return STATUS_OK;
        }
        if (to->kind == YAML_IS_MAP) {
            bool is_text = e.type == YAML_SCALAR_EVENT;
            if (is_text)
                key = copy(r->arena, (char *)e.data.scalar.value, e.data.scalar.length);
            yaml_event_delete(&e);
            if (!is_text || !*key || ++n > YAML_MOST_KEYS)
                return err_set(err, STATUS_CONFIG, "%s:%d: %s", r->file, line,
                               n > YAML_MOST_KEYS ? "too many keys in one map"
                                                  : "a key must be one word");
            for (const Yaml *y = to->first; y; y = y->next)
                if (!strcmp(y->key, key))
                    return err_set(err, STATUS_CONFIG,
                                   "%s:%d: %s is given again; first at line %d", r->file,
                                   line, key, y->line);
            if (next(r, &e, err)) return err->code;
        }
        Yaml *child = ARENA_NEW(r->arena, Yaml, 1);
        *child = (Yaml){ .line = line, .column = column, .key = key };
        Status bad = value(r, child, &e, depth, err);
        yaml_event_delete(&e);
        if (bad) return bad;
        *tail = child;
        tail = &child->next;
    }
}

static bool has_control(const unsigned char *s, size_t n)
{
    size_t i = 0;
    while (i < n && (s[i] >= ' ' || s[i] == '\n' || s[i] == '\t') && s[i] != 127) i++;
    return i < n;
}

/* The value that begins with event e. */
static Status value(Reader *r, Yaml *to, yaml_event_t *e, int depth, Err *err)
{
    if (depth > YAML_MOST_DEPTH)
        return err_set(err, STATUS_CONFIG, "%s:%d: nested deeper than %d levels", r->file,
                       line_of(e), YAML_MOST_DEPTH);
    switch (e->type) {
    case YAML_SCALAR_EVENT:
        if (has_control(e->data.scalar.value, e->data.scalar.length))
            return err_set(err, STATUS_CONFIG, "%s:%d: a control character", r->file, line_of(e));
        to->kind = YAML_IS_TEXT;
        to->text = copy(r->arena, (char *)e->data.scalar.value, e->data.scalar.length);
        return STATUS_OK;
    case YAML_SEQUENCE_START_EVENT:
        to->kind = YAML_IS_LIST;
        return children(r, to, YAML_SEQUENCE_END_EVENT, depth + 1, err);
    case YAML_MAPPING_START_EVENT:
        to->kind = YAML_IS_MAP;
        return children(r, to, YAML_MAPPING_END_EVENT, depth + 1, err);
    default: return err_set(err, STATUS_CONFIG, "%s:%d: no value", r->file, line_of(e));
    }
}

static Status document(Reader *r, Yaml **root, Err *err)
{
    yaml_event_t e;
    int          documents = 0;
    for (;;) {
        if (next(r, &e, err)) return err->code;
        Status bad = STATUS_OK;
        int    line = line_of(&e);
        bool   over = e.type == YAML_STREAM_END_EVENT;
        if (e.type == YAML_DOCUMENT_START_EVENT) {
            if (documents++)
                bad = err_set(err, STATUS_CONFIG, "%s:%d: a second document (---)", r->file,
                              line);
        } else if (!over && e.type != YAML_STREAM_START_EVENT &&
                   e.type != YAML_DOCUMENT_END_EVENT) {
            *root = ARENA_NEW(r->arena, Yaml, 1);
            **root = (Yaml){ .line = line, .column = (int)e.start_mark.column + 1 };
            bad = value(r, *root, &e, 0, err);
        }
        yaml_event_delete(&e);
        if (bad) return bad;
        if (over) break;
    }
    return documents ? STATUS_OK : err_set(err, STATUS_CONFIG, "%s: empty", r->file);
}

Status yaml_tree(Yaml **root, Arena *a, const char *file, const char *bytes, size_t n,
                 Err *err)
{
    if (n > YAML_MOST_BYTES)
        return err_set(err, STATUS_CONFIG, "%s: longer than %d bytes", file, YAML_MOST_BYTES);
    Reader r = { .arena = a, .file = file };
    CHECK(yaml_parser_initialize(&r.parser), "no memory for a YAML parser");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes, n);
    Status bad = document(&r, root, err);
    yaml_parser_delete(&r.parser);
    return bad;
}
