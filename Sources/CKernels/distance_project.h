// The steps from a vector to its codes, compiled once for each instruction set: plain loops that
// the compiler turns into that set's instructions. The includer has defined TARGET and `dot_u8s8`.

#include <string.h>

TARGET static float largest(const float *x, size_t count) {
    // Without its sign bit, a float orders like the integer of the same bits.
    int32_t most = 0;
    for (size_t i = 0; i < count; i++) {
        int32_t bits;
        memcpy(&bits, &x[i], 4);
        bits &= 0x7FFFFFFF;
        most = bits > most ? bits : most;
    }
    float result;
    memcpy(&result, &most, 4);
    return result;
}

TARGET static void quantise(const float *x, float inverse, uint8_t *codes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float value = x[i] * inverse;
        value = value > 127 ? 127 : value;
        value = value < -128 ? -128 : value;
        codes[i] = (uint8_t)((int32_t)__builtin_rintf(value) + 128);
    }
}

TARGET static void centre(const uint8_t *codes, int8_t *weights, size_t count) {
    for (size_t i = 0; i < count; i++) weights[i] = (int8_t)(codes[i] ^ 0x80);
}

TARGET static void scale(const float *x, float factor, float *y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = x[i] * factor;
}

#ifndef HAS_ROTATE
TARGET static void rotate(const int8_t *matrix, const float *scales, const int32_t *sums,
                          size_t rows, size_t columns, const uint8_t *codes, float scale,
                          float *y) {
    for (size_t row = 0; row < rows; row++) {
        int32_t product = dot_u8s8(codes, matrix + row * columns, columns);
        y[row] = scale * scales[row] * (float)(product - 128 * sums[row]);
    }
}
#endif

TARGET static float weighted_squares(const float *x, const float *weights, size_t count) {
    float sum[16] = {0};
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (int j = 0; j < 16; j++) sum[j] += weights[i + j] * x[i + j] * x[i + j];
    for (; i < count; i++) sum[0] += weights[i] * x[i] * x[i];
    float total = 0;
    for (int j = 0; j < 16; j++) total += sum[j];
    return total;
}
