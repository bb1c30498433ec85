#pragma once
#include <stddef.h>
#include <stdint.h>

// Loops over samples, in integers throughout: every machine computes the same picture.

/// One axis of a separable resampling: output i is the sum over k of
/// input[start[i] + k] * weights[i * taps + k], in 22-bit fixed point, rounded and clamped.
typedef struct ci_axis {
    int outputs;
    int taps;
    const int32_t *start;
    const int32_t *count;
    const int32_t *weights;
} ci_axis;

/// Resamples each row of `source` (rows of `width` pixels) to axis->outputs pixels.
void ci_resample_rows(
    const uint8_t *source, int width, int rows, int channels, const ci_axis *axis, uint8_t *target);
/// Resamples each column; `samples` are the bytes of one row.
void ci_resample_columns(
    const uint8_t *source, size_t samples, const ci_axis *axis, uint8_t *target);

/// Luma of RGB (3) or RGBA (4) pixels, as Pillow's conversion to "L".
void ci_luma(const uint8_t *source, size_t pixels, int channels, uint8_t *target);
/// Composes RGBA on white to RGB; source and target may be the same memory.
void ci_flatten(const uint8_t *source, size_t pixels, uint8_t *target);
/// Adobe's inverted CMYK to RGB, as Pillow; source and target may be the same memory.
void ci_cmyk_to_rgb(const uint8_t *source, size_t pixels, uint8_t *target);
/// Averages blocks of factor × factor pixels; the last block of a row or column may be smaller.
void ci_reduce(
    const uint8_t *source, int width, int height, int channels, int factor, uint8_t *target);
