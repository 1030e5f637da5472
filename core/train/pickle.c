#include "core/train/pickle.h"

#include <stdbool.h>
#include <string.h>

typedef struct {
    Arena             *arena;
    const char        *path;
    const char *const *known;
    const unsigned char *bytes;
    size_t             n, at;
    Pickle           **stack, **memo;
    size_t             depth, room, memo_room, memo_n;
    size_t            *marks; /* depths of the stack */
    size_t             n_marks, marks_room;
    Err               *err;
} Machine;

static Status refuse(Machine *m, const char *why)
{
    return err_set(m->err, STATUS_FORMAT, "%s: pickle: %s at byte %zu", m->path, why, m->at);
}

/* --- growing ------------------------------------------------------------- */

static void *grown(Arena *a, void *list, size_t n, size_t *room, size_t size)
{
    if (n < *room) return list;
    *room = *room ? 2 * *room : 8;
    void *more = arena_take(a, *room * size);
    if (n) memcpy(more, list, n * size);
    return more;
}

static Pickle *node(Machine *m, PickleKind kind)
{
    Pickle *p = ARENA_NEW(m->arena, Pickle, 1);
    *p = (Pickle){ .kind = kind };
    return p;
}

static Status push(Machine *m, Pickle *p)
{
    m->stack = grown(m->arena, m->stack, m->depth, &m->room, sizeof *m->stack);
    m->stack[m->depth++] = p;
    return STATUS_OK;
}

static void add_item(Machine *m, Pickle *to, Pickle *p)
{
    to->items = grown(m->arena, to->items, to->n, &to->room, sizeof *to->items);
    to->items[to->n++] = p;
}

/* Nothing below the last mark can be taken. */
static Pickle *pop(Machine *m)
{
    size_t floor = m->n_marks ? m->marks[m->n_marks - 1] : 0;
    if (m->depth > floor) return m->stack[--m->depth];
    refuse(m, "nothing on the stack");
    return NULL;
}

static Pickle *top(Machine *m)
{
    Pickle *p = pop(m);
    if (p) m->depth++;
    return p;
}

/* --- bytes --------------------------------------------------------------- */

static const unsigned char *take(Machine *m, size_t n)
{
    if (n > m->n - m->at) {
        refuse(m, "truncated");
        return NULL;
    }
    m->at += n;
    return m->bytes + m->at - n;
}

/* A whole number of n <= 8 bytes, the least first. */
static bool take_whole(Machine *m, size_t n, bool with_sign, int64_t *x)
{
    const unsigned char *p = take(m, n);
    uint64_t             sum = 0;
    if (!p) return false;
    for (size_t i = 0; i < n; i++) sum |= (uint64_t)p[i] << 8 * i;
    if (with_sign && n && n < 8 && p[n - 1] & 0x80) sum |= UINT64_MAX << 8 * n;
    *x = (int64_t)sum;
    return true;
}

static char *copy(Machine *m, const unsigned char *p, size_t n)
{
    char *text = ARENA_NEW(m->arena, char, n + 1);
    if (n) memcpy(text, p, n);
    text[n] = '\0';
    return text;
}

/* Up to the next newline, without it. */
static const char *take_line(Machine *m)
{
    const unsigned char *p = m->bytes + m->at;
    const unsigned char *end = m->at < m->n ? memchr(p, '\n', m->n - m->at) : NULL;
    if (!end) {
        refuse(m, "truncated");
        return NULL;
    }
    m->at += (size_t)(end - p) + 1;
    return copy(m, p, (size_t)(end - p));
}

/* --- numbers and texts --------------------------------------------------- */

static Status push_whole(Machine *m, size_t bytes, bool with_sign)
{
    Pickle *p = node(m, PICKLE_INT);
    return take_whole(m, bytes, with_sign, &p->whole) ? push(m, p) : m->err->code;
}

static Status push_long(Machine *m)
{
    int64_t bytes;
    if (!take_whole(m, 1, false, &bytes)) return m->err->code;
    if (bytes > 8) return refuse(m, "a whole number of more than 64 bits");
    return push_whole(m, (size_t)bytes, true);
}

/* The only number whose first byte is the greatest. */
static Status push_float(Machine *m)
{
    const unsigned char *p = take(m, 8);
    uint64_t             bits = 0;
    if (!p) return m->err->code;
    for (int i = 0; i < 8; i++) bits = bits << 8 | p[i];
    Pickle *x = node(m, PICKLE_FLOAT);
    memcpy(&x->number, &bits, sizeof bits);
    return push(m, x);
}

static Status push_bool(Machine *m, bool yes)
{
    Pickle *p = node(m, PICKLE_BOOL);
    p->whole = yes;
    return push(m, p);
}

static Status push_text(Machine *m, size_t length_bytes)
{
    int64_t n;
    if (!take_whole(m, length_bytes, false, &n)) return m->err->code;
    const unsigned char *bytes = take(m, (size_t)n);
    if (!bytes) return m->err->code;
    Pickle *p = node(m, PICKLE_TEXT);
    p->n = (size_t)n;
    p->text = copy(m, bytes, p->n);
    return push(m, p);
}

/* --- the memo ------------------------------------------------------------ */

/* Picklers count from 0: a number larger than the place in the file is a trap. */
static Status remember(Machine *m, int64_t i)
{
    Pickle *p = top(m);
    if (!p) return m->err->code;
    if (i < 0 || (size_t)i > m->at) return refuse(m, "an absurd place in the memo");
    while (m->memo_n <= (size_t)i) {
        m->memo = grown(m->arena, m->memo, m->memo_n, &m->memo_room, sizeof *m->memo);
        m->memo[m->memo_n++] = NULL;
    }
    m->memo[i] = p;
    return STATUS_OK;
}

static Status put_memo(Machine *m, size_t bytes)
{
    int64_t i;
    return take_whole(m, bytes, false, &i) ? remember(m, i) : m->err->code;
}

static Status get_memo(Machine *m, size_t bytes)
{
    int64_t i;
    if (!take_whole(m, bytes, false, &i)) return m->err->code;
    if (i < 0 || (size_t)i >= m->memo_n || !m->memo[i])
        return refuse(m, "an empty place in the memo");
    return push(m, m->memo[i]);
}

/* --- containers ---------------------------------------------------------- */

static Status mark(Machine *m)
{
    m->marks = grown(m->arena, m->marks, m->n_marks, &m->marks_room, sizeof *m->marks);
    m->marks[m->n_marks++] = m->depth;
    return STATUS_OK;
}

/* Everything above the last mark, which is gone then. */
static bool take_marked(Machine *m, Pickle ***items, size_t *n)
{
    if (!m->n_marks) {
        refuse(m, "no mark on the stack");
        return false;
    }
    size_t from = m->marks[--m->n_marks];
    *items = m->stack ? m->stack + from : NULL, *n = m->depth - from;
    m->depth = from;
    return true;
}

static Status push_tuple(Machine *m, size_t n)
{
    Pickle *p = node(m, PICKLE_TUPLE), *last[3];
    for (size_t i = n; i-- > 0;)
        if (!(last[i] = pop(m))) return m->err->code;
    for (size_t i = 0; i < n; i++) add_item(m, p, last[i]);
    return push(m, p);
}

static Status push_marked_tuple(Machine *m)
{
    Pickle **items, *p = node(m, PICKLE_TUPLE);
    size_t   n;
    if (!take_marked(m, &items, &n)) return m->err->code;
    for (size_t i = 0; i < n; i++) add_item(m, p, items[i]);
    return push(m, p);
}

/* What lies above the mark goes into the list or dictionary below it. */
static Status extend(Machine *m, bool dict)
{
    Pickle **items;
    size_t   n;
    if (!take_marked(m, &items, &n)) return m->err->code;
    Pickle *to = top(m);
    if (!to) return m->err->code;
    bool fits = dict ? to->kind == PICKLE_DICT || to->kind == PICKLE_CALL
                     : to->kind == PICKLE_LIST;
    if (!fits || (dict && n % 2)) return refuse(m, "items for what has none");
    for (size_t i = 0; i < n; i++) add_item(m, to, items[i]);
    return STATUS_OK;
}

static Status extend_by(Machine *m, size_t n, bool dict)
{
    if (m->depth < n) return refuse(m, "nothing on the stack");
    m->depth -= n;
    if (mark(m)) return m->err->code;
    m->depth += n;
    return extend(m, dict);
}

/* --- functions and objects ----------------------------------------------- */

static bool is_known(const Machine *m, const char *name)
{
    for (const char *const *k = m->known; *k; k++) {
        size_t n = strlen(*k);
        bool   all = n > 2 && (*k)[n - 1] == '*';
        if (all ? !strncmp(*k, name, n - 1) && !strchr(name + n - 1, '.') : !strcmp(*k, name))
            return true;
    }
    return false;
}

static Status push_global(Machine *m, const char *module, const char *name)
{
    size_t  n = strlen(module), k = strlen(name);
    char   *text = ARENA_NEW(m->arena, char, n + k + 2);
    Pickle *p = node(m, PICKLE_GLOBAL);
    memcpy(text, module, n);
    text[n] = '.';
    memcpy(text + n + 1, name, k + 1);
    p->text = text;
    if (is_known(m, text)) return push(m, p);
    return err_set(m->err, STATUS_FORMAT, "%s: pickle: asks for %.200s, which is none of the few "
                   "things that tensors need; nothing was run.  If you trust the file, load it "
                   "with PyTorch and save the weights alone: torch.save(checkpoint['model'], "
                   "'weights.pth')", m->path, text);
}

static Status push_named(Machine *m)
{
    const char *module = take_line(m), *name = module ? take_line(m) : NULL;
    return name ? push_global(m, module, name) : m->err->code;
}

static Status push_stacked(Machine *m)
{
    Pickle *name = pop(m), *module = name ? pop(m) : NULL;
    if (!module) return m->err->code;
    if (name->kind != PICKLE_TEXT || module->kind != PICKLE_TEXT)
        return refuse(m, "a function whose name is no text");
    return push_global(m, module->text, name->text);
}

static Status push_call(Machine *m)
{
    Pickle *arguments = pop(m), *callee = arguments ? pop(m) : NULL;
    if (!callee) return m->err->code;
    if (callee->kind != PICKLE_GLOBAL || arguments->kind != PICKLE_TUPLE)
        return refuse(m, "a call of what is no function");
    Pickle *p = node(m, PICKLE_CALL);
    p->callee = callee->text, p->arguments = arguments;
    return push(m, p);
}

static Status push_outside(Machine *m)
{
    Pickle *id = pop(m), *p = node(m, PICKLE_OUTSIDE);
    if (!id) return m->err->code;
    p->arguments = id;
    return push(m, p);
}

/* The state of an object: nothing is made of it. */
static Status build(Machine *m)
{
    Pickle *state = pop(m), *of = state ? top(m) : NULL;
    if (!of) return m->err->code;
    return of->kind == PICKLE_CALL ? STATUS_OK : refuse(m, "a state for what is no object");
}

/* --- the machine --------------------------------------------------------- */

static Status step(Machine *m, int op)
{
    switch (op) {
    case 0x80: return take(m, 1) ? STATUS_OK : m->err->code; /* protocol */
    case 0x95: return take(m, 8) ? STATUS_OK : m->err->code; /* frame    */
    case 'N': return push(m, node(m, PICKLE_NONE));
    case 0x88: return push_bool(m, true);
    case 0x89: return push_bool(m, false);
    case 'K': return push_whole(m, 1, false);
    case 'M': return push_whole(m, 2, false);
    case 'J': return push_whole(m, 4, true);
    case 0x8a: return push_long(m);
    case 'G': return push_float(m);
    case 'U': case 'C': case 0x8c: return push_text(m, 1);
    case 'T': case 'B': case 'X': return push_text(m, 4);
    case 0x8d: case 0x8e: return push_text(m, 8);
    case 'q': return put_memo(m, 1);
    case 'r': return put_memo(m, 4);
    case 0x94: return remember(m, (int64_t)m->memo_n);
    case 'h': return get_memo(m, 1);
    case 'j': return get_memo(m, 4);
    case '(': return mark(m);
    case '0': return pop(m) ? STATUS_OK : m->err->code;
    case '2': return top(m) ? push(m, top(m)) : m->err->code;
    case ')': return push_tuple(m, 0);
    case 0x85: return push_tuple(m, 1);
    case 0x86: return push_tuple(m, 2);
    case 0x87: return push_tuple(m, 3);
    case 't': case 0x91: return push_marked_tuple(m);
    case ']': case 0x8f: return push(m, node(m, PICKLE_LIST));
    case '}': return push(m, node(m, PICKLE_DICT));
    case 'a': return extend_by(m, 1, false);
    case 'e': case 0x90: return extend(m, false);
    case 's': return extend_by(m, 2, true);
    case 'u': return extend(m, true);
    case 'c': return push_named(m);
    case 0x93: return push_stacked(m);
    case 'R': case 0x81: return push_call(m);
    case 'Q': return push_outside(m);
    case 'b': return build(m);
    }
    m->at--;
    return err_set(m->err, STATUS_FORMAT, "%s: pickle: opcode 0x%02x at byte %zu, which no file "
                   "of tensors needs", m->path, (unsigned)op, m->at);
}

Status pickle_read(Pickle **root, Arena *a, const char *bytes, size_t n, size_t *used,
                   const char *const *known, const char *path, Err *err)
{
    Machine m = { .arena = a, .path = path, .known = known, .n = n, .err = err,
                  .bytes = (const unsigned char *)bytes };
    for (;;) {
        const unsigned char *op = take(&m, 1);
        if (!op) return err->code;
        if (*op == '.') break;
        if (step(&m, *op)) return err->code;
    }
    *root = pop(&m);
    *used = m.at;
    return *root ? STATUS_OK : err->code;
}

const Pickle *pickle_at(const Pickle *dict, const char *key)
{
    if (!dict || (dict->kind != PICKLE_DICT && dict->kind != PICKLE_CALL)) return NULL;
    for (size_t i = 0; i + 1 < dict->n; i += 2)
        if (dict->items[i]->kind == PICKLE_TEXT && !strcmp(dict->items[i]->text, key))
            return dict->items[i + 1];
    return NULL;
}
