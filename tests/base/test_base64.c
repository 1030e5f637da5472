#include "core/base/base64.h"

#include <criterion/criterion.h>
#include <string.h>

/* RFC 4648, section 10. */
Test(base64, is_the_standards)
{
    static const char *const of[] = { "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=",
                                      "Zm9vYmFy" };
    for (size_t n = 0; n < sizeof of / sizeof *of; n++) {
        Text out = { 0 };
        base64_add(&out, (const uint8_t *)"foobar", n);
        cr_expect(!strcmp(text_get(&out), of[n]), "%zu: %s", n, text_get(&out));
        text_free(&out);
    }
}

Test(base64, has_all_letters)
{
    static const uint8_t x[] = { 0xfb, 0xff, 0xbf };
    Text                 out = { 0 };
    base64_add(&out, x, sizeof x);
    cr_expect(!strcmp(text_get(&out), "+/+/"), "%s", text_get(&out));
    text_free(&out);
}
