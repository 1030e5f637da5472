/* maskgrid doctor: is the machine well, what data is there, and what is wrong with it? */
#include "experiments/cli/cli.h"
#include "experiments/doctor/doctor.h"

#include <stdio.h>
#include <string.h>

enum { MOST_SUBJECTS = 64, SHOWN = 20 };

typedef struct {
    const char *set, *format, *results;
    bool        all;
} Options;

static const Option options[] = {
    OPTION_TEXT(Options, set, "SET", NULL, "what the folders hold, if that cannot be told"),
    OPTION_FLAG(Options, all, "every complaint, not the first of each kind only"),
    OPTION_TEXT(Options, results, "FOLDER", "results", "where cells would be written"),
    OPTION_CHOICE(Options, format, "table|json", "table", "how to print it"),
    { 0 }
};

static void print(const Options *o, const Section *s, int n)
{
    Text out = { 0 };
    if (!strcmp(o->format, "json")) sections_json(s, n, &out);
    else
        for (int i = 0; i < n; i++) {
            if (i) text_add(&out, "\n");
            section_print(&s[i], o->all ? 0 : SHOWN, &out);
        }
    fputs(text_get(&out), stdout);
    text_free(&out);
}

static int run(const void *opt, char *const *arguments, int n)
{
    const Options *o = opt;
    Section        s[MOST_SUBJECTS];
    Err            err;
    Status         bad = STATUS_OK;
    int            done = 0, wrong = 0;
    if (!n) {
        doctor_environment(&s[done++], o->results);
        doctor_installed(&s[done++]);
    }
    for (int i = 0; i < n && !bad; i++) {
        const char *subject = arguments[i];
        if (doctor_is_dense(subject, o->set)) doctor_dense(&s[done], subject, o->set);
        else bad = doctor_data(&s[done], subject, o->set, &err);
        if (!bad) done++;
    }
    if (!bad) print(o, s, done);
    for (int i = 0; i < done; i++) {
        wrong += s[i].n;
        section_close(&s[i]);
    }
    return bad ? cli_fail(&err) : wrong ? EXIT_CHECK_FAILED : EXIT_DONE;
}

COMMAND(doctor) = {
    .place = 120, .arguments = "[DATA ...]", .least = 0, .most = MOST_SUBJECTS,
    .about = "is the machine well, what data is there, and what is wrong with it",
    .details = "Without DATA it looks at the machine: threads, BLAS, memory, disk, clock, and "
               "writes and locks files where results would be.  Each line is ok, warn or fail, "
               "with what to do about it.\n\n"
               "DATA is the folder of a data set, or the name of one that is installed.  "
               "Every picture is decoded: those that cannot be read are named, and those "
               "that are in both splits, in two classes, and classes without a picture; of "
               "annotated pictures, those that are listed twice, those whose annotations are "
               "wrong or missing, and instances outside the picture or of a box that is not "
               "that of their mask.  "
               "Ends with 4 if something is wrong; a warning is not.",
    .examples = "  maskgrid doctor\n"
                "  maskgrid doctor --results /scratch/results\n"
                "  maskgrid doctor fashion-mnist\n"
                "  maskgrid doctor /data/imagenet --format json\n"
                "  maskgrid doctor /data/kanji --set kmnist\n"
                "  maskgrid doctor /data/ADEChallengeData2016\n",
    .options = options, .size = sizeof(Options), .run = run,
};
