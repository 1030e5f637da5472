#include "core/model/mae.h"
#include "core/model/mask_rcnn.h"
#include "core/train/adamw.h"
#include "tests/model/dense.h"
#include "tests/tape/gradcheck.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

/* Spec: ViTDet's Mask R-CNN at base size, part by part. */
Test(mask_rcnn, parts_have_the_published_sizes)
{
    static const struct { const char *prefix; size_t numbers; } parts[] = {
        { "backbone.net.", 85889024 },
        { "backbone.simfp_2.", 2115904 },
        { "backbone.simfp_3.", 1869184 },
        { "backbone.simfp_4.", 787456 },
        { "backbone.simfp_5.", 787456 },
        { "proposal_generator.", 1184015 },
        { "roi_heads.box_", 15618449 },
        { "roi_heads.mask_head.", 2644304 },
        { "", 110895792 },
    };
    MaskRcnn             m;
    const MaskRcnnConfig c = mask_rcnn_published(&dense_base, 1024, 80);
    mask_rcnn_list(&m, NULL, &c);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect(dense_count(&m.params, parts[i].prefix) == parts[i].numbers, "%s: %zu",
                  parts[i].prefix, dense_count(&m.params, parts[i].prefix));
    mask_rcnn_close(&m);
}

Test(mask_rcnn, learns_as_published)
{
    static const struct { const char *name; double rate; bool decays; } want[] = {
        { "backbone.net.pos_embed", 0.0096889, false },
        { "backbone.net.patch_embed.proj.bias", 0.0096889, true },
        { "backbone.net.blocks.0.norm1.weight", 0.0138413, false },
        { "backbone.net.blocks.11.attn.rel_pos_h", .7, true },
        { "backbone.net.blocks.11.norm2.bias", .7, false },
        { "backbone.simfp_2.1.bias", 1, true },
        { "backbone.simfp_4.0.norm.weight", 1, true },
        { "roi_heads.box_head.conv4.norm.bias", 1, true },
        { "roi_heads.mask_head.predictor.bias", 1, true },
    };
    MaskRcnn             m;
    const MaskRcnnConfig c = mask_rcnn_published(&dense_base, 1024, 80);
    mask_rcnn_list(&m, NULL, &c);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const Param *q = params_find(&m.params, want[i].name);
        cr_assert(q, "no %s", want[i].name);
        cr_expect(fabs(q->rate - want[i].rate) <= 1e-6 && q->decays == want[i].decays,
                  "%s: rate %g, decays %d", q->name, q->rate, q->decays);
    }
    mask_rcnn_close(&m);
}
