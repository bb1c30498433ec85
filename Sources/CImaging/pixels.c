#include "include/ci_pixels.h"
#include <string.h>

// One source, compiled for the widest vectors this family of machines commonly has and for its baseline;
// the loader picks. The arithmetic is the same integers either way.
#if defined(__x86_64__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

enum { precision = 32 - 8 - 2 };

typedef int32_t lanes __attribute__((vector_size(16)));
typedef uint8_t bytes4 __attribute__((vector_size(4)));

static inline uint8_t clamp(int32_t sum) {
    sum >>= precision;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

static inline lanes load_pixel(const uint8_t *at) {
    bytes4 raw;
    memcpy(&raw, at, 4);
    return __builtin_convertvector(raw, lanes);
}

static inline int32_t dot(const uint8_t *pixels, const int32_t *weights, int count) {
    int32_t sum = 1 << (precision - 1);
    for (int k = 0; k < count; k++) sum += pixels[k] * weights[k];
    return sum;
}

WIDE static void rows_grey(
    const uint8_t *source, int width, int rows, const ci_axis *axis, uint8_t *target) {
    for (int y = 0; y < rows; y++) {
        const uint8_t *row = source + (size_t)y * (size_t)width;
        uint8_t *out = target + (size_t)y * (size_t)axis->outputs;
        for (int x = 0; x < axis->outputs; x++)
            out[x] = clamp(
                dot(row + axis->start[x], axis->weights + (size_t)x * (size_t)axis->taps,
                    axis->count[x]));
    }
}

// A pixel is loaded as four samples even where it has three, so `last` bytes of the source that a load
// would overrun are left to the caller.
WIDE static void rows_colour(
    const uint8_t *source, int width, int rows, int channels, const ci_axis *axis,
    uint8_t *target) {
    const lanes half = {1 << (precision - 1), 1 << (precision - 1), 1 << (precision - 1),
                        1 << (precision - 1)};
    for (int y = 0; y < rows; y++) {
        const uint8_t *row = source + (size_t)y * (size_t)width * (size_t)channels;
        uint8_t *out = target + (size_t)y * (size_t)axis->outputs * (size_t)channels;
        for (int x = 0; x < axis->outputs; x++, out += channels) {
            const uint8_t *pixel = row + (size_t)axis->start[x] * (size_t)channels;
            const int32_t *weight = axis->weights + (size_t)x * (size_t)axis->taps;
            int count = axis->count[x], k = 0;
            lanes sum = half, other = {0, 0, 0, 0};
            for (; k + 1 < count; k += 2, pixel += 2 * channels) {
                sum += load_pixel(pixel) * weight[k];
                other += load_pixel(pixel + channels) * weight[k + 1];
            }
            if (k < count) sum += load_pixel(pixel) * weight[k];
            sum += other;
            for (int c = 0; c < channels; c++) out[c] = clamp(sum[c]);
        }
    }
}

static void last_row_of_three(
    const uint8_t *row, const ci_axis *axis, uint8_t *target) {
    for (int x = 0; x < axis->outputs; x++) {
        const int32_t *weight = axis->weights + (size_t)x * (size_t)axis->taps;
        for (int c = 0; c < 3; c++) {
            const uint8_t *sample = row + (size_t)axis->start[x] * 3 + c;
            int32_t sum = 1 << (precision - 1);
            for (int k = 0; k < axis->count[x]; k++) sum += sample[3 * k] * weight[k];
            target[3 * x + c] = clamp(sum);
        }
    }
}

void ci_resample_rows(
    const uint8_t *source, int width, int rows, int channels, const ci_axis *axis,
    uint8_t *target) {
    if (rows <= 0) return;
    if (channels == 1) {
        rows_grey(source, width, rows, axis, target);
    } else if (channels == 4) {
        rows_colour(source, width, rows, 4, axis, target);
    } else {
        rows_colour(source, width, rows - 1, 3, axis, target);
        last_row_of_three(
            source + (size_t)(rows - 1) * (size_t)width * 3, axis,
            target + (size_t)(rows - 1) * (size_t)axis->outputs * 3);
    }
}

WIDE void ci_resample_columns(
    const uint8_t *source, size_t samples, const ci_axis *axis, uint8_t *target) {
    enum { block = 64 };
    for (int y = 0; y < axis->outputs; y++) {
        const int32_t *weight = axis->weights + (size_t)y * (size_t)axis->taps;
        const uint8_t *rows = source + (size_t)axis->start[y] * samples;
        uint8_t *out = target + (size_t)y * samples;
        int count = axis->count[y];
        size_t x = 0;
        for (; x + block <= samples; x += block) {
            int32_t sum[block];
            for (int i = 0; i < block; i++) sum[i] = 1 << (precision - 1);
            for (int k = 0; k < count; k++) {
                const uint8_t *row = rows + (size_t)k * samples + x;
                int32_t w = weight[k];
                for (int i = 0; i < block; i++) sum[i] += row[i] * w;
            }
            for (int i = 0; i < block; i++) out[x + (size_t)i] = clamp(sum[i]);
        }
        for (; x < samples; x++) {
            int32_t sum = 1 << (precision - 1);
            for (int k = 0; k < count; k++) sum += rows[(size_t)k * samples + x] * weight[k];
            out[x] = clamp(sum);
        }
    }
}

WIDE static void luma3(const uint8_t *restrict source, size_t pixels, uint8_t *restrict target) {
    for (size_t i = 0; i < pixels; i++)
        target[i] = (uint8_t)((source[3 * i] * 19595u + source[3 * i + 1] * 38470u
                               + source[3 * i + 2] * 7471u + 32768u) >> 16);
}

WIDE static void luma4(const uint8_t *restrict source, size_t pixels, uint8_t *restrict target) {
    for (size_t i = 0; i < pixels; i++)
        target[i] = (uint8_t)((source[4 * i] * 19595u + source[4 * i + 1] * 38470u
                               + source[4 * i + 2] * 7471u + 32768u) >> 16);
}

void ci_luma(const uint8_t *source, size_t pixels, int channels, uint8_t *target) {
    if (channels == 4)
        luma4(source, pixels, target);
    else
        luma3(source, pixels, target);
}

void ci_flatten(const uint8_t *source, size_t pixels, uint8_t *target) {
    for (size_t i = 0; i < pixels; i++, source += 4, target += 3) {
        unsigned alpha = source[3], white = 255 * (255 - alpha);
        for (int c = 0; c < 3; c++) {
            unsigned mixed = source[c] * alpha + white + 128;
            target[c] = (uint8_t)((mixed + (mixed >> 8)) >> 8);
        }
    }
}

void ci_cmyk_to_rgb(const uint8_t *source, size_t pixels, uint8_t *target) {
    for (size_t i = 0; i < pixels; i++, source += 4, target += 3) {
        unsigned light = source[3];
        for (int c = 0; c < 3; c++) {
            unsigned ink = (255u - source[c]) * light + 128;
            target[c] = (uint8_t)(light - (((ink >> 8) + ink) >> 8));
        }
    }
}

WIDE static void reduce_two(
    const uint8_t *restrict source, int width, int height, int channels,
    uint8_t *restrict target) {
    size_t stride = (size_t)width * (size_t)channels;
    int across = width / 2, down = height / 2;
    for (int y = 0; y < down; y++) {
        const uint8_t *a = source + 2 * (size_t)y * stride, *b = a + stride;
        uint8_t *out = target + (size_t)y * (size_t)((width + 1) / 2) * (size_t)channels;
        if (channels == 3) {
            for (int x = 0; x < across; x++)
                for (int c = 0; c < 3; c++)
                    out[3 * x + c] = (uint8_t)((a[6 * x + c] + a[6 * x + 3 + c] + b[6 * x + c]
                                                + b[6 * x + 3 + c] + 2) >> 2);
        } else {
            for (int x = 0; x < across; x++)
                for (int c = 0; c < channels; c++) {
                    int i = 2 * x * channels + c;
                    out[x * channels + c] = (uint8_t)((a[i] + a[i + channels] + b[i]
                                                       + b[i + channels] + 2) >> 2);
                }
        }
    }
}

static void reduce_block(
    const uint8_t *source, size_t stride, int channels, int across, int down, uint8_t *target) {
    unsigned pixels = (unsigned)(across * down);
    for (int c = 0; c < channels; c++) {
        unsigned sum = pixels / 2;
        for (int y = 0; y < down; y++)
            for (int x = 0; x < across; x++) sum += source[(size_t)y * stride + (size_t)(x * channels + c)];
        target[c] = (uint8_t)(sum / pixels);
    }
}

void ci_reduce(
    const uint8_t *source, int width, int height, int channels, int factor, uint8_t *target) {
    int across = (width + factor - 1) / factor, down = (height + factor - 1) / factor;
    size_t stride = (size_t)width * (size_t)channels;
    if (factor == 2) reduce_two(source, width, height, channels, target);
    for (int y = 0; y < down; y++) {
        int h = height - y * factor < factor ? height - y * factor : factor;
        // The fast path has done all whole blocks already.
        int first = factor == 2 && h == 2 ? width / 2 : 0;
        for (int x = first; x < across; x++) {
            int w = width - x * factor < factor ? width - x * factor : factor;
            reduce_block(
                source + (size_t)y * (size_t)factor * stride + (size_t)(x * factor * channels),
                stride, channels, w, h,
                target + ((size_t)y * (size_t)across + (size_t)x) * (size_t)channels);
        }
    }
}
