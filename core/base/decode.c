#include "core/base/decode.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are read as they lie");

#define DECODE(name, type)          \
    double name(const void *p)      \
    {                               \
        type x;                     \
        memcpy(&x, p, sizeof x);    \
        return (double)x;           \
    }
DECODE(decode_f64, double)
DECODE(decode_f32, float)
DECODE(decode_i64, int64_t)
DECODE(decode_i32, int32_t)
DECODE(decode_i16, int16_t)
DECODE(decode_i8, int8_t)
DECODE(decode_u64, uint64_t)
DECODE(decode_u32, uint32_t)
DECODE(decode_u16, uint16_t)
DECODE(decode_u8, uint8_t)
#undef DECODE

double decode_bf16(const void *p)
{
    unsigned char wide[4] = { 0 };
    memcpy(wide + 2, p, 2);
    return decode_f32(wide);
}

double decode_f16(const void *p)
{
    uint16_t bits;
    memcpy(&bits, p, sizeof bits);
    int    exponent = bits >> 10 & 31, fraction = bits & 1023;
    double x = exponent == 0    ? ldexp(fraction, -24)
               : exponent == 31 ? (fraction ? (double)NAN : (double)INFINITY)
                                : ldexp(1024 + fraction, exponent - 25);
    return bits & 0x8000 ? -x : x;
}
