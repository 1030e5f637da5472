#include "experiments/bench/show.h"

#include "core/base/text.h"
#include "core/cpu/cpu.h"
#include "experiments/bench/drawn.h"

#include <stdio.h>

enum { MIB = 1 << 20 };

void show_preset(const Comparison *c, bool first)
{
    const Speed *v = &c->ours;
    if (first)
        printf("products: a step's by %s, GEMM's by OpenBLAS\n"
               "%-7s %9s %9s %8s %9s %9s %7s %9s\n",
               cpu_gemm_library(), "preset", "step ms", "images/s", "GFLOP/s", "GEMM ms",
               "step/GEMM", "MiB", "predicted");
    printf("%-7s %9.2f %9.*f %8.1f %9.2f %9.2f %7.0f %9.0f\n", c->preset,
           1e3 * v->step_s.median, v->images_per_s < 10 ? 2 : 1, v->images_per_s,
           1e-9 * v->flop / v->step_s.median,
           1e3 * v->gemm_s.median, v->step_over_gemm.median, v->peak_bytes / MIB,
           v->predicted_bytes / MIB);
    if (c->recompute)
        printf("%-7s recomputed: another %.0f %% of its products, in step ms alone\n", "",
               100 * v->again_flop / v->flop);
    fflush(stdout);
}

static void show_against(const char *preset, const Against *a)
{
    printf("%-7s %s%*s", preset, a->program, OTHER_NAME - text_width(a->program), "");
    if (!a->step_s.n) printf(" failed\n");
    else
        printf(" %8.*f %7.2f %7.0f %7.2f\n", a->images_per_s.median < 10 ? 2 : 1,
               a->images_per_s.median, a->times.median, a->peak_bytes.median / MIB,
               a->memory.median);
}

/* The other programs, all of a preset beside each other. */
void show_others(const Comparison *list, int n)
{
    if (!n || !list->others) return;
    printf("\n%-7s %-*s %8s %7s %7s %7s\n", "preset", OTHER_NAME, "program", "images/s",
           "times", "MiB", "memory");
    for (const Comparison *c = list; c < list + n; c++)
        for (const Against *a = c->against; a < c->against + c->others; a++)
            show_against(c->preset, a);
    fflush(stdout);
}

void show_series(const Series *s)
{
    printf("\n%-7s %9s %9s %9s %8s\n", s->preset, over_words[s->over], "step ms",
           "images/s", "GFLOP/s");
    for (int i = 0; i < s->n; i++) {
        const Speed *v = &s->speed[i];
        printf("%7s %9g %9.2f %9.1f %8.1f\n", "", s->at[i], 1e3 * v->step_s.median,
               v->images_per_s, 1e-9 * v->flop / v->step_s.median);
    }
    fflush(stdout);
}

void show_attention(const AttentionTime *t, bool first)
{
    const AttentionShape *s = &t->shape;
    if (first)
        printf("\n%6s %6s %6s %6s %11s %8s %12s %8s %8s\n", "tokens", "width", "heads",
               "batch", "forward ms", "plain", "backward ms", "kept", "again");
    printf("%6d %6d %6d %6d %11.2f %7.2fx %12.2f %7.2fx %7.2fx\n", s->tokens, s->width,
           s->heads, s->batch, 1e3 * t->forward_s.median, t->forward_times.median,
           1e3 * t->backward_s.median, t->backward_times.median, t->again_times.median);
    fflush(stdout);
}

void show_photos(const PhotoRate *p)
{
    printf("\nphotos: %.0f a second and core decoded and cropped to %d pixels,\n"
           "%.0f from memory; ",
           p->decoded_per_s.median, PHOTO_SIZE, p->kept_per_s.median);
    if (p->drawn)
        printf("of %d scenes drawn as JPEG, %d x %d (yours: --photos FOLDER)\n",
               p->images, DRAWN_WIDTH, DRAWN_HEIGHT);
    else printf("of the %d in --photos\n", p->images);
    fflush(stdout);
}

void show_ranks(const RankStep *s)
{
    printf("\nranks, simulated: %s, %d images and %.3g s a step of one, %.0f MB of gradients;\n"
           "speed kept, and that with halving and doubling\n%-26s %5s", s->preset, s->batch,
           s->step_s, 1e-6 * s->bytes, "network", "pace");
    for (int R = 8; R <= RANKS_MOST; R *= 4) printf(" %12d", R);
    printf("\n");
    const Network *n;
    for (int p = 0; p < PACES; p++)
        for (int i = 0; (n = network_at(s, i)); i++) {
            const double pace = network_paces[p];
            printf("%-26s %5g", n->name, pace);
            for (int R = 8; R <= RANKS_MOST; R *= 4)
                printf(" %5.0f%% (%3.0f%%)", 100 * network_share(n, s, pace, R, EACH_TO_EACH),
                       100 * network_share(n, s, pace, R, HALVING));
            printf("\n");
        }
    fflush(stdout);
}
