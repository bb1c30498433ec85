#include "distance_sets.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET __attribute__((target("avx2,fma")))

TARGET static double dot_f64(const float *a, const float *b, size_t count) {
    __m256d s0 = _mm256_setzero_pd(), s1 = s0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        s0 = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(a + i)),
                             _mm256_cvtps_pd(_mm_loadu_ps(b + i)), s0);
        s1 = _mm256_fmadd_pd(_mm256_cvtps_pd(_mm_loadu_ps(a + i + 4)),
                             _mm256_cvtps_pd(_mm_loadu_ps(b + i + 4)), s1);
    }
    double part[4];
    _mm256_storeu_pd(part, _mm256_add_pd(s0, s1));
    double sum = (part[0] + part[1]) + (part[2] + part[3]);
    for (; i < count; i++) sum += (double)a[i] * b[i];
    return sum;
}

TARGET static float dot_f32(const float *a, const float *b, size_t count) {
    __m256 s0 = _mm256_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        s0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), s0);
        s1 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), s1);
        s2 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 16), _mm256_loadu_ps(b + i + 16), s2);
        s3 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 24), _mm256_loadu_ps(b + i + 24), s3);
    }
    float part[8];
    _mm256_storeu_ps(part, _mm256_add_ps(_mm256_add_ps(s0, s1), _mm256_add_ps(s2, s3)));
    float sum = ((part[0] + part[1]) + (part[2] + part[3])) +
                ((part[4] + part[5]) + (part[6] + part[7]));
    for (; i < count; i++) sum += a[i] * b[i];
    return sum;
}

// `vpmaddubsw` saturates at 16 bits: two products of 255 × 127 do not fit. Widening to 16 bits
// first costs a shuffle and keeps the sum exact.
TARGET static inline int32_t dot_u8s8(const uint8_t *codes, const int8_t *weights, size_t count) {
    __m256i s0 = _mm256_setzero_si256(), s1 = s0;
    for (size_t i = 0; i < count; i += 32) {
        __m256i c0 = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(codes + i)));
        __m256i w0 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(weights + i)));
        __m256i c1 = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(codes + i + 16)));
        __m256i w1 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(weights + i + 16)));
        s0 = _mm256_add_epi32(s0, _mm256_madd_epi16(c0, w0));
        s1 = _mm256_add_epi32(s1, _mm256_madd_epi16(c1, w1));
    }
    int32_t part[8], sum = 0;
    _mm256_storeu_si256((__m256i *)part, _mm256_add_epi32(s0, s1));
    for (int j = 0; j < 8; j++) sum += part[j];
    return sum;
}

TARGET static void axpy_f32(float scale, const float *x, float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] += scale * x[i];
}

#include "distance_project.h"
#include "distance_score.h"

const tt_kernels tt_kernels_avx2 = {
    "avx2", dot_f64, dot_f32, axpy_f32, dot_u8s8, largest, quantise, centre, scale, rotate, weighted_squares, score};
#endif
