#pragma once
#include <stddef.h>
#include <stdint.h>

// libjpeg reports errors by longjmp, which Swift cannot survive. These functions end every error here
// and report it by value.

typedef struct ci_jpeg {
    int width, height;                ///< As stored.
    int output_width, output_height;  ///< After the reduction asked for.
    int channels;                     ///< Of the output: 1 grey, 3 RGB, 4 CMYK as Adobe stores it, inverted.
    char message[200];                ///< Why the last call failed.
    void *state;
} ci_jpeg;

/// Reads the header. `denominator` is 1, 2, 4 or 8. 0 on success; close in either case.
int ci_jpeg_open(ci_jpeg *, const uint8_t *bytes, size_t count, int denominator);
/// Decodes all rows to `rows`, which holds output_width * output_height * channels bytes.
int ci_jpeg_read(ci_jpeg *, uint8_t *rows);
void ci_jpeg_close(ci_jpeg *);

/// Encodes grey (1) or RGB (3) samples with 4:2:0 chroma; `*bytes` is to be freed. 0 on success.
int ci_jpeg_write(
    const uint8_t *rows, int width, int height, int channels, int quality, int optimize,
    uint8_t **bytes, size_t *count);
