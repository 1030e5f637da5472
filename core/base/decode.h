/* Numbers as files hold them: little-endian, of any alignment.
 *
 * A table of a format's types names one of these for each; `p` has as many bytes as the
 * number has.  What a double cannot hold of 8-byte whole numbers is rounded. */
#ifndef CORE_BASE_DECODE_H
#define CORE_BASE_DECODE_H

double decode_f64(const void *p);
double decode_f32(const void *p);
double decode_f16(const void *p);  /* IEEE half               */
double decode_bf16(const void *p); /* the upper half of a f32 */
double decode_i64(const void *p);
double decode_i32(const void *p);
double decode_i16(const void *p);
double decode_i8(const void *p);
double decode_u64(const void *p);
double decode_u32(const void *p);
double decode_u16(const void *p);
double decode_u8(const void *p);

#endif
