/* Which patches of a batch are visible, as ops and models are told. */
#ifndef CORE_TAPE_VISIBLE_H
#define CORE_TAPE_VISIBLE_H

/* ids [N, L], of each image the K visible first, then the hidden, then the thrown, which
 * nobody sees and nobody draws; each ascending, on the host.  The caller keeps it alive
 * until the tape is reset. */
typedef struct {
    int        N, L, K;
    const int *ids;
    int        thrown; /* 0 unless a mask throws */
} Visible;

/* Hidden patches of an image; its tokens with a class token, all but the thrown. */
static inline int visible_hidden(const Visible *v) { return v->L - v->K - v->thrown; }
static inline int visible_tokens(const Visible *v) { return v->L - v->thrown + 1; }

/* Tokens of a batch that differ: those seen, and one for each patch, see op_restore. */
static inline int visible_once(const Visible *v) { return v->N * (v->K + 1) + v->L; }

#endif
