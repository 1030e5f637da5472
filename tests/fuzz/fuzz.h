/* Fuzz targets: one file each, that hands hostile bytes to one parser.
 *
 *     FUZZ(idx)
 *     {
 *         Idx x; Err err;
 *         if (!idx_parse(&x, bytes, n, "fuzz", 3, &err)) ...use what was parsed...
 *         return 0;
 *     }
 *
 * A target is a row here, a file tests/fuzz/<name>.c and some small well-formed files in
 * tests/fuzz/seeds/<name>/.  `make fuzz FUZZ_SECONDS=600` lets libFuzzer grow inputs from
 * these; `make test` only runs each target over its seeds, cut short and with bytes
 * changed, so that it cannot rot.  Failing is crashing: a parser may refuse whatever it
 * likes, but the target should touch all that it accepted.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#define FUZZ_TARGETS(X) \
    X(coco) X(columns) X(idx) X(pickle) X(picture) X(safetensors) X(tar) X(torch) X(yaml)

#ifdef FUZZING
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
#define FUZZ(name) int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
#else
#define FUZZ(name) int fuzz_##name(const uint8_t *bytes, size_t n)
#define FUZZ_PROTOTYPE(name) FUZZ(name);
FUZZ_TARGETS(FUZZ_PROTOTYPE)
#endif

#endif
