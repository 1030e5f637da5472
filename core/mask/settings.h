/* Parameters of strategies: tables of rows, texts of key=value. */
#ifndef CORE_MASK_SETTINGS_H
#define CORE_MASK_SETTINGS_H

#include "core/base/status.h"
#include "core/base/text.h"
#include "core/mask/mask.h"

/* A table and the struct it describes.  A strategy has two: its own and the
 * one that every strategy has. */
typedef struct {
    const MaskParam *table; /* ends with { 0 }; NULL if empty */
    void            *fields;
} Settings;

void settings_default(Settings p);

/* Set what "key=value,..." says.  `name` is the strategy, for messages. */
MUST_USE Status settings_read(Settings own, Settings common, const char *name,
                            const char *text, Err *err);

/* Append name:key=value,... with the values that are not defaults. */
void settings_write(Text *out, Settings own, Settings common, const char *name);

/* One value as it is written, shortest first: "0.75", "4", "window". */
void setting_text(char out[32], const MaskParam *row, double value);

/* What a row is where nothing is said: `select` is the strategy's own selector. */
double setting_default(const MaskParam *row, const MaskStrategy *s);

/* What it may be: "0 to 1", or all its words. */
void setting_range(Text *out, const MaskParam *row);

#endif
