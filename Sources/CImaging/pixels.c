#include "include/ci_pixels.h"
#include <stdlib.h>
#include <string.h>

// One source, compiled for the widest vectors this family of machines commonly has and for its baseline;
// the loader picks. The arithmetic is the same integers either way.
#if defined(__x86_64__)
#include <immintrin.h>
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

enum { precision = 32 - 8 - 2, half = 1 << (precision - 1) };

static inline uint8_t clamp(int32_t sum) {
    sum >>= precision;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

static inline int32_t dot(const uint8_t *pixels, const int32_t *weights, int count) {
    int32_t sum = half;
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

WIDE static void rows_colour(
    const uint8_t *source, int width, int rows, int channels, const ci_axis *axis,
    uint8_t *target) {
    for (int y = 0; y < rows; y++) {
        const uint8_t *row = source + (size_t)y * (size_t)width * (size_t)channels;
        uint8_t *out = target + (size_t)y * (size_t)axis->outputs * (size_t)channels;
        for (int x = 0; x < axis->outputs; x++, out += channels) {
            const uint8_t *pixel = row + (size_t)axis->start[x] * (size_t)channels;
            const int32_t *weight = axis->weights + (size_t)x * (size_t)axis->taps;
            int32_t sum[4] = {half, half, half, half};
            for (int k = 0; k < axis->count[x]; k++, pixel += channels)
                for (int c = 0; c < channels; c++) sum[c] += pixel[c] * weight[k];
            for (int c = 0; c < channels; c++) out[c] = clamp(sum[c]);
        }
    }
}

#if defined(__x86_64__)
// Four rows at once, four taps at a time. vpmaddwd multiplies 16-bit numbers only, so each weight is
// split as high * 4096 + low; sums wrap modulo 2^32 in between and come out exact.
enum { together = 4, overread = 32 };

__attribute__((target("avx2"))) static inline __m256i gather_taps(
    const uint8_t *pixel, __m256i order) {
    __m256i raw = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)pixel));
    return _mm256_shuffle_epi8(raw, order);
}

__attribute__((target("avx2"))) static void rows_together(
    const uint8_t *source, size_t stride, int channels, const ci_axis *axis, int groups,
    const int16_t *high, const int16_t *low, uint8_t *target) {
    const char n = -128;
    const __m256i three = _mm256_setr_epi8(
        0, n, 3, n, 1, n, 4, n, 2, n, 5, n, n, n, n, n,
        6, n, 9, n, 7, n, 10, n, 8, n, 11, n, n, n, n, n);
    const __m256i four = _mm256_setr_epi8(
        0, n, 4, n, 1, n, 5, n, 2, n, 6, n, 3, n, 7, n,
        8, n, 12, n, 9, n, 13, n, 10, n, 14, n, 11, n, 15, n);
    const __m256i spread = _mm256_setr_epi8(
        0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
        4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
    const __m256i order = channels == 3 ? three : four;
    const size_t step = 4 * (size_t)channels, out_stride = (size_t)axis->outputs * (size_t)channels;
    for (int x = 0; x < axis->outputs; x++) {
        const uint8_t *pixel = source + (size_t)axis->start[x] * (size_t)channels;
        __m256i tops[together], bottoms[together];
        for (int r = 0; r < together; r++) tops[r] = bottoms[r] = _mm256_setzero_si256();
        int used = (axis->count[x] + 3) / 4;
        for (int g = 0; g < used; g++, pixel += step) {
            size_t at = ((size_t)x * (size_t)groups + (size_t)g) * 4;
            int64_t h, l;
            memcpy(&h, high + at, 8);
            memcpy(&l, low + at, 8);
            __m256i top = _mm256_shuffle_epi8(_mm256_set1_epi64x(h), spread);
            __m256i bottom = _mm256_shuffle_epi8(_mm256_set1_epi64x(l), spread);
            for (int r = 0; r < together; r++) {
                __m256i taps = gather_taps(pixel + (size_t)r * stride, order);
                tops[r] = _mm256_add_epi32(tops[r], _mm256_madd_epi16(taps, top));
                bottoms[r] = _mm256_add_epi32(bottoms[r], _mm256_madd_epi16(taps, bottom));
            }
        }
        for (int r = 0; r < together; r++) {
            __m256i wide = _mm256_add_epi32(_mm256_slli_epi32(tops[r], 12), bottoms[r]);
            __m128i sum = _mm_add_epi32(
                _mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
            sum = _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(half)), precision);
            sum = _mm_packus_epi16(_mm_packs_epi32(sum, sum), sum);
            uint32_t samples = (uint32_t)_mm_cvtsi128_si32(sum);
            uint8_t *out = target + (size_t)r * out_stride + (size_t)x * (size_t)channels;
            memcpy(out, &samples, 3);
            if (channels == 4) out[3] = (uint8_t)(samples >> 24);
        }
    }
}

/// Does as many rows from the top as it can without reading past the end; tells how many.
static int rows_wide(
    const uint8_t *source, int width, int rows, int channels, const ci_axis *axis,
    uint8_t *target) {
    if (!__builtin_cpu_supports("avx2")) return 0;
    int groups = (axis->taps + 3) / 4;
    size_t count = (size_t)axis->outputs * (size_t)groups * 4;
    int16_t *split = calloc(2 * count, sizeof *split);
    if (!split) return 0;
    for (int x = 0; x < axis->outputs; x++)
        for (int k = 0; k < axis->count[x]; k++) {
            int32_t weight = axis->weights[(size_t)x * (size_t)axis->taps + (size_t)k];
            size_t at = (size_t)x * (size_t)groups * 4 + (size_t)k;
            split[at] = (int16_t)((weight + 2048) >> 12);
            split[count + at] = (int16_t)(weight - split[at] * 4096);
        }
    size_t stride = (size_t)width * (size_t)channels;
    int spare = (int)((overread + stride - 1) / stride);
    int y = 0;
    for (; y + together <= rows - spare; y += together)
        rows_together(
            source + (size_t)y * stride, stride, channels, axis, groups, split, split + count,
            target + (size_t)y * (size_t)axis->outputs * (size_t)channels);
    free(split);
    return y;
}
#else
static int rows_wide(
    const uint8_t *source, int width, int rows, int channels, const ci_axis *axis,
    uint8_t *target) {
    (void)source, (void)width, (void)rows, (void)channels, (void)axis, (void)target;
    return 0;
}
#endif

void ci_resample_rows(
    const uint8_t *source, int width, int rows, int channels, const ci_axis *axis,
    uint8_t *target) {
    if (rows <= 0) return;
    if (channels == 1) {
        rows_grey(source, width, rows, axis, target);
        return;
    }
    int done = rows_wide(source, width, rows, channels, axis, target);
    rows_colour(
        source + (size_t)done * (size_t)width * (size_t)channels, width, rows - done, channels, axis,
        target + (size_t)done * (size_t)axis->outputs * (size_t)channels);
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
            for (int i = 0; i < block; i++) sum[i] = half;
            for (int k = 0; k < count; k++) {
                const uint8_t *row = rows + (size_t)k * samples + x;
                int32_t w = weight[k];
                for (int i = 0; i < block; i++) sum[i] += row[i] * w;
            }
            for (int i = 0; i < block; i++) out[x + (size_t)i] = clamp(sum[i]);
        }
        for (; x < samples; x++) {
            int32_t sum = half;
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
