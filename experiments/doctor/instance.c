#include "experiments/doctor/instance.h"

#include <math.h>

/* x0, y0, x1, y1 of what is in the picture of a box; false if nothing is. */
static bool cut_box(double to[4], const double box[4], const Image *m)
{
    const double side[] = { m->width, m->height };
    for (int i = 0; i < 2; i++) {
        to[i] = fmax(box[i], 0);
        to[2 + i] = fmin(box[2 + i], side[i]);
    }
    return to[0] < to[2] && to[1] < to[3];
}

/* Boxes are rounded, or count their last pixel or not. */
static bool agree(const double a[4], const double b[4])
{
    const double apart = 2; /* pixels of a side */
    for (int i = 0; i < 4; i++)
        if (!(fabs(a[i] - b[i]) <= apart)) return false;
    return true;
}

static void add_box(Text *to, const double b[4])
{
    text_add(to, "[%g, %g, %g, %g]", b[0], b[1], b[2] - b[0], b[3] - b[1]);
}

static void look_at_box(Text *why, const Instance *o, bool masked, Annotated *s)
{
    Outline seen = o->outline;
    double  box[4], around[4];
    if (!cut_box(box, o->box, &s->image)) text_add(why, "nothing of the box is in the picture");
    else if (masked && outline_crop(&seen, &s->memory, 0, 0, s->image.height, s->image.width) &&
             outline_box(around, &seen) && !agree(box, around)) {
        text_add(why, "the box is not that of the mask, ");
        add_box(why, around);
    }
}

/* That of the box stands for that of the mask in what many programs write. */
static void look_at_area(Text *why, const Instance *o, double pixels)
{
    const double times = 2, more = 16; /* both are rounded */
    const double box = (o->box[2] - o->box[0]) * (o->box[3] - o->box[1]);
    if (!(o->area >= pixels / times - more) || !(o->area <= times * fmax(box, pixels) + more))
        text_add(why, "its area is %g, and the mask has %.0f pixels", o->area, pixels);
}

void instance_look(Text *to, const char *class, Annotated *s, int k)
{
    const Instance *o = &s->instance[k];
    const Object    is = annotated_object(s, k, &s->memory);
    const bool      masked = is.mask.n;
    const double    pixels = masked ? (double)rle_area(&is.mask) : 0;
    Text            why = { 0 };
    if (masked && !(pixels > 0)) text_add(&why, "the mask has no pixel in the picture");
    else look_at_box(&why, o, masked, s);
    if (masked && !why.length) look_at_area(&why, o, pixels);
    if (why.length) {
        text_add_tame(to, s->file);
        text_add(to, ": %s ", class);
        add_box(to, o->box);
        text_add(to, ": %s\n", text_get(&why));
    }
    text_free(&why);
}
