#include "core/base/base64.h"

void base64_add(Text *out, const uint8_t *x, size_t n)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        uint32_t bits = (uint32_t)x[i] << 16;
        if (i + 1 < n) bits |= (uint32_t)x[i + 1] << 8;
        if (i + 2 < n) bits |= x[i + 2];
        char four[4] = { letters[bits >> 18], letters[bits >> 12 & 63],
                         i + 1 < n ? letters[bits >> 6 & 63] : '=',
                         i + 2 < n ? letters[bits & 63] : '=' };
        text_add_bytes(out, four, sizeof four);
    }
}
