#include "tests/data/png_labels.h"

#include <criterion/criterion.h>
#include <png.h>

#include <stdio.h>
#include <stdlib.h>

void label_map_write(Scratch *s, const char *name, const uint16_t *label, int height, int width,
                     int bits, int palette, int interlaced)
{
    FILE       *f = fopen(scratch_path(s, name), "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop   info = png_create_info_struct(png);
    png_color   colours[256];
    uint8_t    *row = malloc((size_t)width * 2);
    cr_assert(f && row);
    for (int i = 0; i < 256; i++)
        colours[i] = (png_color){ (uint8_t)(255 - i), 7, (uint8_t)(i * 31) };
    png_init_io(png, f);
    png_set_IHDR(png, info, (unsigned)width, (unsigned)height, bits,
                 palette ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_GRAY,
                 interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (palette) png_set_PLTE(png, info, colours, 1 << bits);
    png_write_info(png, info);
    png_set_packing(png);
    int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                uint16_t k = label[y * width + x];
                if (bits == 16) row[2 * x] = (uint8_t)(k >> 8), row[2 * x + 1] = (uint8_t)k;
                else row[x] = (uint8_t)k;
            }
            png_write_row(png, row);
        }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    free(row);
    fclose(f);
}
