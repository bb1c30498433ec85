#include "distance_sets.h"

const tt_kernels *tt_kernels_at(size_t index) {
    const tt_kernels *found[4];
    size_t count = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vnni"))
        found[count++] = &tt_kernels_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        found[count++] = &tt_kernels_avx2;
#elif defined(__aarch64__)
    found[count++] = &tt_kernels_neon;
#endif
    found[count++] = &tt_kernels_portable;
    return index < count ? found[index] : NULL;
}

const tt_kernels *tt_kernels_best(void) {
    static const tt_kernels *chosen;
    const tt_kernels *best = __atomic_load_n(&chosen, __ATOMIC_ACQUIRE);
    if (!best) {
        best = tt_kernels_at(0);
        __atomic_store_n(&chosen, best, __ATOMIC_RELEASE);
    }
    return best;
}
