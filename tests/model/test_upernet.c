#include "core/model/mae.h"
#include "core/model/upernet.h"
#include "core/train/adamw.h"
#include "tests/model/dense.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

/* Spec: BEiT's UPerNet at base size, part by part. */
Test(upernet, parts_have_the_published_sizes)
{
    static const struct { const char *prefix; size_t numbers; } parts[] = {
        { "backbone.", 87023424 + 7081728 },
        { "backbone.fpn", 7081728 },
        { "decode_head.", 67963542 },
        { "decode_head.psp_modules.", 2365440 },
        { "decode_head.bottleneck.", 26543616 },
        { "decode_head.lateral_convs.", 1774080 },
        { "decode_head.fpn_convs.", 15929856 },
        { "decode_head.fpn_bottleneck.", 21235200 },
        { "decode_head.conv_seg.", 115350 },
        { "auxiliary_head.", 1808534 },
        { "", 163877228 },
    };
    Upernet             u;
    const UpernetConfig c = upernet_published(&dense_base, 512, 150);
    upernet_list(&u, NULL, &c);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(dense_count(&u.params, parts[i].prefix) == parts[i].numbers, "%s: %zu",
                  parts[i].prefix, dense_count(&u.params, parts[i].prefix));
    upernet_close(&u);
}

Test(upernet, learns_as_published)
{
    static const struct { const char *name; double rate; bool decays; } want[] = {
        { "backbone.cls_token", .0036972, true },
        { "backbone.pos_embed", .0036972, true },
        { "backbone.patch_embed.proj.bias", .0036972, false },
        { "backbone.blocks.0.attn.qkv.weight", .0056880, true },
        { "backbone.blocks.11.gamma_2", .65, false },
        { "backbone.blocks.11.attn.relative_position_bias_table", .65, true },
        { "backbone.fpn1.0.weight", 1, true },
        { "decode_head.bottleneck.bn.weight", 1, false },
        { "auxiliary_head.conv_seg.bias", 1, false },
    };
    Upernet             u;
    const UpernetConfig c = upernet_published(&dense_base, 512, 150);
    upernet_list(&u, NULL, &c);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const Param *q = params_find(&u.params, want[i].name);
        cr_assert(q, "no %s", want[i].name);
        cr_expect(fabs(q->rate - want[i].rate) <= 1e-6 && q->decays == want[i].decays,
                  "%s: rate %g, decays %d", q->name, q->rate, q->decays);
    }
    cr_expect(!params_find(&u.params, "decode_head.bottleneck.bn.running_var")->trained);
    upernet_close(&u);
}
