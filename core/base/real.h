/* The one scalar type of the numeric core.
 *
 * float in every normal build.  `make test REAL=double` compiles the same
 * sources in double, so that gradients are checked against finite differences
 * to 1e-8 instead of to whatever float noise allows.  CUDA is float only.
 */
#ifndef CORE_BASE_REAL_H
#define CORE_BASE_REAL_H

#ifdef REAL_IS_DOUBLE
typedef double real;
#else
typedef float real;
#endif

#define R(x) ((real)(x)) /* a literal: R(0.5) */

#endif
