#include "core/base/decode.h"

#include <criterion/criterion.h>

#include <math.h>

/* The same bytes, at an odd address. */
#define AT(...) ((const unsigned char[]){ 0, __VA_ARGS__ } + 1)

Test(decode, whole_numbers)
{
    cr_expect(decode_i64(AT(0xfe, 255, 255, 255, 255, 255, 255, 255)) == -2);
    cr_expect(decode_u64(AT(0, 0, 0, 0, 0, 0, 0, 0x80)) == 0x1p63);
    cr_expect(decode_i32(AT(0, 0, 0, 0x80)) == -0x1p31);
    cr_expect(decode_u32(AT(1, 2, 0, 0x80)) == 0x1p31 + 513);
    cr_expect(decode_i16(AT(0xff, 0xff)) == -1);
    cr_expect(decode_u16(AT(0x34, 0x12)) == 0x1234);
    cr_expect(decode_i8(AT(0x80)) == -128);
    cr_expect(decode_u8(AT(0x80)) == 128);
}

Test(decode, floats)
{
    cr_expect(decode_f64(AT(0, 0, 0, 0, 0, 0, 0xf8, 0xbf)) == -1.5);
    cr_expect(decode_f32(AT(0, 0, 0xc0, 0xbf)) == -1.5);
    cr_expect(decode_bf16(AT(0xc0, 0xbf)) == -1.5);
    cr_expect(isnan(decode_bf16(AT(0xc0, 0x7f))));
}

Test(decode, halves)
{
    cr_expect(decode_f16(AT(0, 0xbe)) == -1.5);
    cr_expect(decode_f16(AT(0xff, 0x7b)) == 65504);
    cr_expect(decode_f16(AT(1, 0)) == 0x1p-24, "the least");
    cr_expect(decode_f16(AT(0xff, 0x03)) == 1023 * 0x1p-24, "the largest below normal");
    cr_expect(decode_f16(AT(0, 4)) == 0x1p-14, "the least normal");
    cr_expect(decode_f16(AT(0, 0xfc)) == -INFINITY);
    cr_expect(isnan(decode_f16(AT(1, 0x7c))));
    cr_expect(decode_f16(AT(0, 0x80)) == 0 && signbit(decode_f16(AT(0, 0x80))));
}
