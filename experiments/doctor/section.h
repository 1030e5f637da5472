/* What the doctor finds, part by part.
 *
 *     Section s;
 *     section_open(&s, "data", "clothing");
 *     text_add(&s.page, "1000 pictures\n");
 *     json_object_set_new(s.facts, "pictures", json_integer(1000));
 *     section_complain(&s, "unreadable", "train/a.jpg: JPEG: truncated");
 *
 * A part looks at something and fills a section: facts, for readers and for programs, and
 * complaints, each of which makes the doctor's verdict "something is wrong".  A part that
 * goes through a list of questions notes an answer to each instead:
 *
 *     section_note(&s, NOTE_WARN, "memory", "make room", "%.0f MB are free", mb);
 */
#ifndef EXPERIMENTS_DOCTOR_SECTION_H
#define EXPERIMENTS_DOCTOR_SECTION_H

#include "core/base/text.h"

#include <jansson.h>

typedef struct {
    const char *part, *subject;
    Text        page;       /* of facts, lines                          */
    json_t     *facts;      /* an object                                */
    json_t     *complaints; /* [{kind, text}]                           */
    int         n;          /* things that are wrong                    */
    int         warnings;   /* things that may be                       */
} Section;

typedef enum { NOTE_OK, NOTE_WARN, NOTE_FAIL } NoteLevel;

void section_open(Section *s, const char *part, const char *subject);
void section_complain(Section *s, const char *kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
void section_close(Section *s);

/* A line of the page, and {about, level, found, advice} in the facts' array `notes`.  What
 * to do about it is for those that are not well; NULL if that is plain. */
void section_note(Section *s, NoteLevel level, const char *about, const char *advice,
                  const char *fmt, ...) PRINTF_LIKE(5, 6);

/* Text for JSON, which takes UTF-8 only: names of files can be anything. */
json_t *section_string(const char *s);

/* The page and then complaints, at most `most` of a kind; 0: all. */
void section_print(const Section *s, int most, Text *out);

/* {ok, sections: [{part, subject, ok, facts, complaints}]} */
void sections_json(const Section *s, int n, Text *out);

#endif
