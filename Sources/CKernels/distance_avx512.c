#include "distance_sets.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vnni")))

TARGET static double dot_f64(const float *a, const float *b, size_t count) {
    __m512d s0 = _mm512_setzero_pd(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        s0 = _mm512_fmadd_pd(_mm512_cvtps_pd(_mm256_loadu_ps(a + i)),
                             _mm512_cvtps_pd(_mm256_loadu_ps(b + i)), s0);
        s1 = _mm512_fmadd_pd(_mm512_cvtps_pd(_mm256_loadu_ps(a + i + 8)),
                             _mm512_cvtps_pd(_mm256_loadu_ps(b + i + 8)), s1);
        s2 = _mm512_fmadd_pd(_mm512_cvtps_pd(_mm256_loadu_ps(a + i + 16)),
                             _mm512_cvtps_pd(_mm256_loadu_ps(b + i + 16)), s2);
        s3 = _mm512_fmadd_pd(_mm512_cvtps_pd(_mm256_loadu_ps(a + i + 24)),
                             _mm512_cvtps_pd(_mm256_loadu_ps(b + i + 24)), s3);
    }
    double sum = _mm512_reduce_add_pd(
        _mm512_add_pd(_mm512_add_pd(s0, s1), _mm512_add_pd(s2, s3)));
    for (; i < count; i++) sum += (double)a[i] * b[i];
    return sum;
}

TARGET static float dot_f32(const float *a, const float *b, size_t count) {
    __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        s0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), s0);
        s1 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16), s1);
        s2 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 32), _mm512_loadu_ps(b + i + 32), s2);
        s3 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 48), _mm512_loadu_ps(b + i + 48), s3);
    }
    for (; i < count; i += 16) {
        size_t left = count - i;
        __mmask16 mask = left >= 16 ? 0xFFFF : (__mmask16)((1u << left) - 1);
        s0 = _mm512_fmadd_ps(
            _mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i), s0);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
}

TARGET static inline int32_t dot_u8s8(const uint8_t *codes, const int8_t *weights, size_t count) {
    __m512i s0 = _mm512_setzero_si512(), s1 = s0;
    size_t i = 0;
    for (; i + 128 <= count; i += 128) {
        s0 = _mm512_dpbusd_epi32(
            s0, _mm512_loadu_si512(codes + i), _mm512_loadu_si512(weights + i));
        s1 = _mm512_dpbusd_epi32(
            s1, _mm512_loadu_si512(codes + i + 64), _mm512_loadu_si512(weights + i + 64));
    }
    if (i < count)
        s0 = _mm512_dpbusd_epi32(
            s0, _mm512_loadu_si512(codes + i), _mm512_loadu_si512(weights + i));
    return _mm512_reduce_add_epi32(_mm512_add_epi32(s0, s1));
}

TARGET static void axpy_f32(float scale, const float *x, float *y, size_t count) {
    __m512 s = _mm512_set1_ps(scale);
    for (size_t i = 0; i < count; i += 16) {
        size_t left = count - i;
        __mmask16 mask = left >= 16 ? 0xFFFF : (__mmask16)((1u << left) - 1);
        __m512 sum = _mm512_fmadd_ps(
            s, _mm512_maskz_loadu_ps(mask, x + i), _mm512_maskz_loadu_ps(mask, y + i));
        _mm512_mask_storeu_ps(y + i, mask, sum);
    }
}

// Eight rows at once share each load of the codes and keep the multipliers busy.
#define HAS_ROTATE
TARGET static void rotate(const int8_t *matrix, const float *scales, const int32_t *sums,
                          size_t rows, size_t columns, const uint8_t *codes, float scale,
                          float *y) {
    for (size_t row = 0; row < rows; row += 8) {
        const int8_t *start = matrix + row * columns;
        __m512i s[8];
        for (int j = 0; j < 8; j++) s[j] = _mm512_setzero_si512();
        for (size_t i = 0; i < columns; i += 64) {
            __m512i c = _mm512_loadu_si512(codes + i);
#pragma clang loop unroll(full)
            for (int j = 0; j < 8; j++)
                s[j] = _mm512_dpbusd_epi32(
                    s[j], c, _mm512_loadu_si512(start + (size_t)j * columns + i));
        }
        for (int j = 0; j < 8; j++)
            y[row + j] = scale * scales[row + j] *
                         (float)(_mm512_reduce_add_epi32(s[j]) - 128 * sums[row + j]);
    }
}

#include "distance_project.h"
#include "distance_score.h"

const tt_kernels tt_kernels_avx512 = {
    "avx512-vnni", dot_f64, dot_f32, axpy_f32, dot_u8s8, largest, quantise, centre, scale, rotate, weighted_squares, score};
#endif
