#pragma once
#include <stddef.h>
#include <stdint.h>

/// The distance kernels of one instruction set; every set computes the same values.
typedef struct {
    /// What the kernels are made of: `avx512-vnni`, `avx2`, `neon` or `portable`.
    const char *name;
    /// The inner product, its products accumulated in doubles.
    double (*dot_f64)(const float *a, const float *b, size_t count);
    /// The inner product in float32, for choosing neighbours.
    float (*dot_f32)(const float *a, const float *b, size_t count);
    /// The inner product of unsigned codes and signed weights; `count` is a multiple of 64.
    int32_t (*dot_u8s8)(const uint8_t *codes, const int8_t *weights, size_t count);
} tt_kernels;

/// The fastest kernels this processor runs, chosen once.
const tt_kernels *tt_kernels_best(void);

/// The kernels at `index` among those this processor runs, fastest first; null past the end.
const tt_kernels *tt_kernels_at(size_t index);
