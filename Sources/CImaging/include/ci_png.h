#pragma once
#include <stddef.h>
#include <stdint.h>

// libpng reports errors by longjmp, which Swift cannot survive. These functions end every error here
// and report it by value.

typedef struct ci_png {
    int width, height;
    int channels;        ///< Of the output, 8 bits each: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
    char message[200];   ///< Why the last call failed.
    const uint8_t *profile;  ///< The embedded ICC profile, or NULL; lives until close.
    size_t profile_size;
    void *state;
} ci_png;

/// Reads everything before the pixels. 0 on success; close in either case.
int ci_png_open(ci_png *, const uint8_t *bytes, size_t count);
/// Decodes all rows to `rows`, which holds width * height * channels bytes. 16-bit samples keep their
/// high byte; palettes and small depths are expanded; no gamma is applied.
int ci_png_read(ci_png *, uint8_t *rows);
void ci_png_close(ci_png *);
