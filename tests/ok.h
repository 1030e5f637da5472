/* A call that must succeed; what went wrong is in the caller's `err`. */
#ifndef TESTS_OK_H
#define TESTS_OK_H

#include <criterion/criterion.h>

#define OK(call) cr_assert(!(call), "%s: %s", #call, err.text)

#endif
