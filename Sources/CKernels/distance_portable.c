#include "distance_sets.h"

#define TARGET

static double dot_f64(const float *a, const float *b, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (double)a[i] * b[i];
    return sum;
}

static float dot_f32(const float *a, const float *b, size_t count) {
    float sum[8] = {0};
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (int j = 0; j < 8; j++) sum[j] += a[i + j] * b[i + j];
    for (; i < count; i++) sum[0] += a[i] * b[i];
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

static int32_t dot_u8s8(const uint8_t *codes, const int8_t *weights, size_t count) {
    int32_t sum = 0;
    for (size_t i = 0; i < count; i++) sum += codes[i] * weights[i];
    return sum;
}

static void axpy_f32(float scale, const float *x, float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] += scale * x[i];
}

#include "distance_project.h"
#include "distance_score.h"

const tt_kernels tt_kernels_portable = {
    "portable", dot_f64, dot_f32, axpy_f32, dot_u8s8, largest, quantise, centre, scale, rotate, weighted_squares, score};
