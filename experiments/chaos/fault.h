/* What befalls the runs of a crew: one thing after the other, each at random. */
#ifndef EXPERIMENTS_CHAOS_FAULT_H
#define EXPERIMENTS_CHAOS_FAULT_H

#include "experiments/chaos/crew.h"
#include "experiments/chaos/damage.h"
#include "experiments/chaos/trial.h"

typedef enum {
    FAULT_KILL, FAULT_ORPHAN, FAULT_STOP, FAULT_CELL, FAULT_FULL, FAULT_DAMAGE, FAULT_CLOSED,
    FAULT_KINDS
} FaultKind;

#define FAULT_NAMES "all|kill|orphan|stop|cell|full|damage|closed"
extern const struct FaultWord { const char *name, *about; } fault_words[FAULT_KINDS];

/* "all", or names with commas between: a bit for each.  STATUS_CONFIG names what is none. */
MUST_USE Status fault_read(unsigned *kinds, const char *names, Err *err);

typedef struct {
    const Trial *trial;
    const Crew  *crew;
    Damage      *damage;
    Rng         *rng;
    unsigned     kinds;              /* that may happen                               */
    int          times[FAULT_KINDS]; /* that each has happened                        */
    double       full_s, closed_s;   /* when the disk has room again, a folder opens; 0: it is so */
    char         closed[CELL_PATH];  /* the folder                                    */
    char         filler[CELL_PATH];  /* the file that takes all room; "": none does   */
} Faults;

/* One of them, now; nothing if it finds nobody to befall. */
void fault_strike(Faults *f, double now_s);

/* Ends what lasts a while, if its time is over; all of it if now_s is infinite. */
void fault_lift(Faults *f, double now_s);

#endif
