/* Cells: the points of a grid, and what each is called on disk.
 *
 * A stage's id is the hash of its canonical configuration: a text of all that
 * determines it and nothing else, the id of the stage it builds on, the identity
 * of the data and the schema number of the stage among it.  So evaluations
 * share one pre-training, recipes share their common cells, and a grid that
 * grows runs only what is missing.
 *
 *   results/cells/.whole        records that need not be read again (run/whole.h)
 *   results/cells/<16 digits of the id of pretrain>/
 *     config.yaml             the configuration of pretrain, a recipe without a grid
 *     pretrain.h5             its record; present means complete
 *     encoder.safetensors     its model
 *     guide.safetensors       what it has taught about masks, if it has
 *     snapshot-<k>.safetensors    of moments of it, if it was asked
 *     knn-<8 digits>.yaml     the configuration of an evaluation
 *     knn-<8 digits>.h5       its record
 *     <stage>.state.safetensors, <stage>.previous.safetensors, journal.jsonl, log.txt,
 *     failed.txt, lock
 */
#ifndef EXPERIMENTS_RECIPE_CELL_H
#define EXPERIMENTS_RECIPE_CELL_H

#include "core/base/hash.h"
#include "core/base/text.h"
#include "experiments/recipe/config.h"

enum { STAGE_NAME = 40, CELL_PATH = 4096 };

typedef struct {
    char id[HASH_HEX];     /* empty unless the recipe asks for this stage */
    char name[STAGE_NAME]; /* "pretrain", "knn-1f0c9a33"                  */
} Stage;

/* Annotated pictures, likewise. */
typedef struct {
    char   train[HASH_HEX], test[HASH_HEX];
    int    train_count, test_count;
    int    classes;  /* of objects, or of pixels */
    int    channels;
} DenseFacts;

/* The data of a cell, looked at once for all cells that share it. */
typedef struct {
    char train[HASH_HEX], test[HASH_HEX]; /* identities of the splits    */
    char pretrain[HASH_HEX];              /* train, or the unlabelled    */
    int  train_count, test_count, pretrain_count;
    int  classes, channels, height, width;
    double bytes;                         /* of the pictures in memory   */
} DataFacts;

typedef struct {
    Config           config;
    const DataFacts *data;
    const DenseFacts *detect, *segment; /* NULL: not asked for */
    int              rows, cols, K; /* patch grid, and how many of it are visible;
                                       rows * cols where nothing is hidden, the
                                       most where the ratio varies              */
    Stage            stage[STAGE_KINDS];
    const char      *notice; /* what the user should be told of it; NULL: nothing */
    const int *at; /* [axes of the recipe's grid] which value, or GRID_BASE; NULL for a
                      cell that is not a point of it */
} Cell;

bool cell_wants(const Cell *c, StageKind kind);
bool cell_untrained(const Cell *c); /* config_untrained */
bool cell_trains(const Cell *c);    /* has epochs: neither untrained nor imported */

/* What that stage sees: of detect or segment. */
const DenseFacts *cell_dense(const Cell *c, StageKind kind);

/* The text that stage[kind].id is the hash of: lines "key: value". */
void cell_canonical(const Cell *c, StageKind kind, Text *out);

/* The same stage as a recipe: `maskgrid plan` reads it, and finds the same id. */
void cell_yaml(const Cell *c, StageKind kind, Text *out);

/* results/cells/<id> and files in it; aborts if the path is longer than `out`. */
void cell_folder(char out[CELL_PATH], const char *results, const Cell *c);
void cell_file(char out[CELL_PATH], const char *results, const Cell *c, const char *name);
void cell_record(char out[CELL_PATH], const char *results, const Cell *c, StageKind kind);

/* What the process of a stage is given, beside its record. */
void cell_config(char out[CELL_PATH], const char *results, const Cell *c, StageKind kind);

/* The files of tensors that pre-training leaves for good; of snapshots the first. */
enum { MODEL_ENCODER, MODEL_GUIDE, MODEL_SNAPSHOT };
int  cell_models(const Cell *c); /* how many there may be: not each leaves a guide */
void cell_model(char out[CELL_PATH], const char *results, const Cell *c, int which);
bool cell_names_model(const char *name); /* is it what one of them is called? */

/* Is such a file, of the cell whose id begins so, whole and of no other?  STATUS_FORMAT says
 * "FILE: damaged: ..." or "FILE: of another cell, 1f0c9a33..."; one that does not say whose it
 * is, written before they did, is taken for this cell's. */
MUST_USE Status cell_check_model(const char *path, const char *cell, Err *err);

/* The state of a stage that is not done yet, and the one before it. */
typedef enum { STATE_NEWEST, STATE_PREVIOUS, STATES } Saved;
void cell_state(char out[CELL_PATH], const char *results, const Cell *c, StageKind kind,
                Saved which);
void cell_forget_states(const char *results, const Cell *c, StageKind kind);

/* Is the record there, and every byte as it was written?  A pretrain whose encoder was
 * deleted is done too. */
bool cell_done(const char *results, const Cell *c, StageKind kind);

/* Names and ids of all stages from config and data. */
void cell_identify(Cell *c);

#endif
