#pragma once
#include "distance.h"

extern const tt_kernels tt_kernels_portable;
#if defined(__x86_64__)
extern const tt_kernels tt_kernels_avx2;
extern const tt_kernels tt_kernels_avx512;
#elif defined(__aarch64__)
extern const tt_kernels tt_kernels_neon;
#endif
