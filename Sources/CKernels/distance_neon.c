#include "distance_sets.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#define TARGET

static double dot_f64(const float *a, const float *b, size_t count) {
    float64x2_t s0 = vdupq_n_f64(0), s1 = s0;
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        float32x4_t x = vld1q_f32(a + i), y = vld1q_f32(b + i);
        s0 = vfmaq_f64(s0, vcvt_f64_f32(vget_low_f32(x)), vcvt_f64_f32(vget_low_f32(y)));
        s1 = vfmaq_f64(s1, vcvt_high_f64_f32(x), vcvt_high_f64_f32(y));
    }
    double sum = vaddvq_f64(vaddq_f64(s0, s1));
    for (; i < count; i++) sum += (double)a[i] * b[i];
    return sum;
}

static float dot_f32(const float *a, const float *b, size_t count) {
    float32x4_t s0 = vdupq_n_f32(0), s1 = s0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        s0 = vfmaq_f32(s0, vld1q_f32(a + i), vld1q_f32(b + i));
        s1 = vfmaq_f32(s1, vld1q_f32(a + i + 4), vld1q_f32(b + i + 4));
    }
    float sum = vaddvq_f32(vaddq_f32(s0, s1));
    for (; i < count; i++) sum += a[i] * b[i];
    return sum;
}

static int32_t dot_u8s8(const uint8_t *codes, const int8_t *weights, size_t count) {
    int32x4_t sum = vdupq_n_s32(0);
    for (size_t i = 0; i < count; i += 16) {
        uint8x16_t c = vld1q_u8(codes + i);
        int8x16_t w = vld1q_s8(weights + i);
        int16x8_t c0 = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(c)));
        int16x8_t c1 = vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(c)));
        int16x8_t w0 = vmovl_s8(vget_low_s8(w)), w1 = vmovl_s8(vget_high_s8(w));
        sum = vmlal_s16(sum, vget_low_s16(c0), vget_low_s16(w0));
        sum = vmlal_high_s16(sum, c0, w0);
        sum = vmlal_s16(sum, vget_low_s16(c1), vget_low_s16(w1));
        sum = vmlal_high_s16(sum, c1, w1);
    }
    return vaddvq_s32(sum);
}

static void axpy_f32(float scale, const float *x, float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] += scale * x[i];
}

#include "distance_project.h"
#include "distance_score.h"

const tt_kernels tt_kernels_neon = {
    "neon", dot_f64, dot_f32, axpy_f32, dot_u8s8, largest, quantise, centre, scale, rotate, weighted_squares, score};
#endif
