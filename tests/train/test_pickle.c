#include "core/train/pickle.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <string.h>

static const char *const known[] = { "collections.OrderedDict", "torch.*", NULL };

static Status read(Pickle **root, Arena *a, const char *bytes, size_t n, size_t *used, Err *err)
{
    arena_open(a, "test", NULL, NULL);
    return pickle_read(root, a, bytes, n, used, known, "p", err);
}

/* --- what is refused ----------------------------------------------------- */

#define CASE(what, bytes, named) { what, bytes, sizeof bytes - 1, named }

static const struct {
    const char *what, *bytes;
    size_t      n;
    const char *named;
} hostile[] = {
    CASE("nothing", "", "truncated"),
    CASE("no end", "\x80\x02N", "truncated"),
    CASE("an empty stack", ".", "nothing on the stack"),
    CASE("a system call", "cos\nsystem\nU\x02lsR.", "asks for os.system"),
    CASE("a system call, named later", "\x8c\x02os\x8c\x06system\x93.", "asks for os.system"),
    CASE("a builtin", "c__builtin__\neval\n.", "asks for __builtin__.eval"),
    CASE("below what is allowed", "ctorch\nhub.load\n.", "asks for torch.hub.load"),
    CASE("beside what is allowed", "ctorchx\nFloat\n.", "asks for torchx.Float"),
    CASE("an instance", "(i", "opcode 0x69"),
    CASE("an object", "(o", "opcode 0x6f"),
    CASE("an extension", "\x82\x01", "opcode 0x82"),
    CASE("a text id", "P0\n.", "opcode 0x50"),
    CASE("a call of a number", "K\x01)R.", "a call of what is no function"),
    CASE("no arguments", "ccollections\nOrderedDict\nK\x01R.", "a call of what is no function"),
    CASE("a state of a list", "]}b.", "a state for what is no object"),
    CASE("a text that ends early", "X\x05\x00\x00\x00""abc.", "truncated"),
    CASE("a text of 4 GB", "X\xff\xff\xff\xff""abc.", "truncated"),
    CASE("a text of 2^63", "\x8d\x00\x00\x00\x00\x00\x00\x00\x80", "truncated"),
    CASE("a large number", "\x8a\x09\x01\x02\x03\x04\x05\x06\x07\x08\x09.", "more than 64 bits"),
    CASE("a far memo", "Nr\xff\xff\xff\x7f.", "absurd place in the memo"),
    CASE("an empty memo", "h\x07.", "empty place in the memo"),
    CASE("items of nothing", "(u.", "nothing on the stack"),
    CASE("no mark", "Nt.", "no mark"),
    CASE("items of a number", "K\x01(K\x02""e.", "items for what has none"),
    CASE("a key alone", "}(K\x02u.", "items for what has none"),
    CASE("through a mark", "N(0.", "nothing on the stack"),
    CASE("pair through a mark", "}N(Ns.", "nothing on the stack"),
    CASE("half a line", "ccollections\nOrder", "truncated"),
};
enum { N_HOSTILE = sizeof hostile / sizeof *hostile };

ParameterizedTestParameters(pickle, refuses)
{
    static int index[N_HOSTILE];
    for (int i = 0; i < N_HOSTILE; i++) index[i] = i;
    return cr_make_param_array(int, index, N_HOSTILE);
}

ParameterizedTest(int *i, pickle, refuses)
{
    Err     err = { .text = "" };
    Arena   a;
    Pickle *root;
    size_t  used;
    Status  bad = read(&root, &a, hostile[*i].bytes, hostile[*i].n, &used, &err);
    cr_expect(bad == STATUS_FORMAT, "%s: status %d", hostile[*i].what, bad);
    cr_expect(strstr(err.text, hostile[*i].named), "%s: \"%s\" does not say \"%s\"",
              hostile[*i].what, err.text, hostile[*i].named);
    arena_close(&a);
}

/* --- what is read -------------------------------------------------------- */

Test(pickle, reads_what_is_written)
{
    static const char bytes[] =
        "\x80\x02}q\x00(X\x01\x00\x00\x00""aK\x07X\x01\x00\x00\x00""bJ\xfe\xff\xff\xff"
        "X\x01\x00\x00\x00""cG\xbf\xe0\x00\x00\x00\x00\x00\x00X\x01\x00\x00\x00""d\x8a\x02\x39\xff"
        "X\x01\x00\x00\x00""e(K\x01K\x02K\x03K\x04tX\x01\x00\x00\x00""f](\x88Neu.rest";
    Err     err = { .text = "" };
    Arena   a;
    Pickle *root;
    size_t  used;
    cr_assert(!read(&root, &a, bytes, sizeof bytes - 1, &used, &err), "%s", err.text);
    cr_expect(used == sizeof bytes - 1 - 4, "%zu bytes", used);
    cr_assert(root->kind == PICKLE_DICT && root->n == 12);
    cr_expect(pickle_at(root, "a")->whole == 7 && pickle_at(root, "b")->whole == -2);
    cr_expect(pickle_at(root, "c")->number == -0.5 && pickle_at(root, "d")->whole == -199);
    cr_expect(pickle_at(root, "e")->n == 4 && pickle_at(root, "e")->items[3]->whole == 4);
    cr_expect(pickle_at(root, "f")->kind == PICKLE_LIST && pickle_at(root, "f")->n == 2);
    cr_expect(!pickle_at(root, "g") && !pickle_at(pickle_at(root, "a"), "a"));
    arena_close(&a);
}

/* As protocol 4 writes ({1, 2}, frozenset({3})). */
Test(pickle, sets_are_read_as_what_is_in_them)
{
    static const char bytes[] = "\x80\x04\x8f\x94(K\x01K\x02\x90(K\x03\x91\x94\x86\x94.";
    Err     err = { .text = "" };
    Arena   a;
    Pickle *root;
    size_t  used;
    cr_assert(!read(&root, &a, bytes, sizeof bytes - 1, &used, &err), "%s", err.text);
    cr_assert(root->kind == PICKLE_TUPLE && root->n == 2);
    cr_expect(root->items[0]->n == 2 && root->items[0]->items[1]->whole == 2);
    cr_expect(root->items[1]->n == 1 && root->items[1]->items[0]->whole == 3);
    arena_close(&a);
}

Test(pickle, a_call_stays_a_call)
{
    static const char bytes[] = "ccollections\nOrderedDict\n)R(U\x01xK\x05u}b.";
    Err     err = { .text = "" };
    Arena   a;
    Pickle *root;
    size_t  used;
    cr_assert(!read(&root, &a, bytes, sizeof bytes - 1, &used, &err), "%s", err.text);
    cr_assert(root->kind == PICKLE_CALL && !strcmp(root->callee, "collections.OrderedDict"));
    cr_expect(root->arguments->n == 0 && pickle_at(root, "x")->whole == 5);
    arena_close(&a);
}
