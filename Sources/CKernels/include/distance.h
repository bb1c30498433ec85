#pragma once
#include <stddef.h>

/// The inner product of two rows of `count` float32 components.
float tt_dot_f32(const float *a, const float *b, size_t count);
