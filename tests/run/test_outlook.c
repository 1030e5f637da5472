/* How long a run will take: what is said, and when nothing can be. */
#include "experiments/run/outlook.h"

#include "core/base/threads.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

static void expect_line(const Progress *p, const char *end)
{
    Text t = { 0 };
    progress_text(p, &t, 0);
    const char *said = text_get(&t);
    cr_expect(strlen(said) >= strlen(end) && !strcmp(said + strlen(said) - strlen(end), end),
              "%s", said);
    text_free(&t);
}

/* 20 cells of 100 operations; ten seconds are the least that is evidence. */
static Progress told(double elapsed_s, double over, double running, double s_per_flop)
{
    Outlook  o = { .start_s = clock_s() - elapsed_s, .all_flop = 2000, .seen = true,
                   .over_flop = over };
    Progress p = { .name = "r", .total = 20, .done = (int)(over / 100), .running = 1,
                   .left_s = 3 };
    outlook_tell(&o, &p, running, s_per_flop);
    return p;
}

Test(outlook, of_short_cells_nothing_is_known_at_first)
{
    Progress p = told(2, 0, 0, 1e-3);
    cr_expect(isnan(p.left_s), "%g", p.left_s);
    expect_line(&p, "1 running  time left not known yet");
    p = told(2, 500, 0, 0);
    cr_expect(isnan(p.left_s), "%g", p.left_s);
    p = told(20, 500, 0, 1e-3);
    cr_expect(fabs(p.left_s - 60) < 1, "%g", p.left_s);
    expect_line(&p, " left");
}

Test(outlook, of_long_cells_the_estimate_is)
{
    Progress p = told(2, 0, 200, 0.1);
    cr_expect(fabs(p.left_s - 180) < 1e-6, "%g", p.left_s);
    expect_line(&p, "1 running  3 min left");
}

Test(outlook, what_runs_is_never_over)
{
    Progress p = told(200, 1900, 100, 0);
    cr_expect(p.left_s == 0 && p.share == 1, "%g", p.left_s);
    expect_line(&p, "19/20 done, 1 running  nearly done");
    p.running = 0, p.done = 20;
    expect_line(&p, "20/20 done");
    p.left_s = NAN;
    expect_line(&p, "20/20 done");
}

/* A shorter bar, then none, then less said; never half a statement. */
Test(outlook, fits_into_the_columns_that_there_are)
{
    Progress p = { .name = "a-recipe", .bar = true, .total = 10000, .done = 1234, .failed = 12,
                   .running = 16, .elsewhere = 8, .share = 0.5, .images_per_s = 123456,
                   .left_s = NAN };
    static const char *const parts[] = { "a-recipe", "1234/10000 done", "12 failed", "16 running",
                                         "8 elsewhere", "123456 images/s",
                                         "time left not known yet" };
    for (int columns = 140; columns > 10; columns--) {
        Text t = { 0 };
        int  said = 0, bar = 0;
        text_add(&t, "what was there before");
        progress_text(&p, &t, columns);
        cr_expect((int)t.length < columns, "%d columns: %s", columns, text_get(&t));
        for (const char *s = text_get(&t); *s; s++) bar += *s == '#' || *s == '.';
        for (int i = 0; i < 7; i++) {
            const char *at = strstr(text_get(&t), parts[i]);
            if (at) said += (int)strlen(parts[i]);
        }
        const int between = (int)t.length - said - bar; /* ", " or "  " each */
        cr_expect(between >= 0 && between % 2 == 0, "%d columns, a part of: %s", columns,
                  text_get(&t));
        cr_expect(bar <= 24 && (bar == 0 || bar >= 8), "%s", text_get(&t));
        if (columns > 132) cr_expect(bar == 24 && strstr(text_get(&t), parts[6]));
        text_free(&t);
    }
}
