#include "crc32c.h"
#include <stdatomic.h>
#include <string.h>

// Reflected polynomial 0x1EDC6F41, as in RFC 3720 appendix B.4.
static uint32_t table[256];
static atomic_int ready;

static void fill_table(void) {
    // Two threads may fill it at once: both store the same values before either is marked ready.
    uint32_t made[256];
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
        made[i] = crc;
    }
    for (int i = 0; i < 256; i++) __atomic_store_n(&table[i], made[i], __ATOMIC_RELAXED);
    atomic_store_explicit(&ready, 1, memory_order_release);
}

uint32_t tt_crc32c_portable(uint32_t crc, const void *bytes, size_t count) {
    if (!atomic_load_explicit(&ready, memory_order_acquire)) fill_table();
    const uint8_t *p = bytes;
    crc = ~crc;
    for (size_t i = 0; i < count; i++)
        crc = crc >> 8 ^ __atomic_load_n(&table[(crc ^ p[i]) & 0xFF], __ATOMIC_RELAXED);
    return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(
    uint32_t crc, const uint8_t *p, size_t count) {
    uint64_t state = (uint32_t)~crc;
    for (; count >= 8; p += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        state = _mm_crc32_u64(state, word);
    }
    for (; count > 0; p++, count--) state = _mm_crc32_u8((uint32_t)state, *p);
    return ~(uint32_t)state;
}

uint32_t tt_crc32c(uint32_t crc, const void *bytes, size_t count) {
    if (__builtin_cpu_supports("sse4.2")) return crc32c_sse42(crc, bytes, count);
    return tt_crc32c_portable(crc, bytes, count);
}
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>

uint32_t tt_crc32c(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *p = bytes;
    crc = ~crc;
    for (; count >= 8; p += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        crc = __crc32cd(crc, word);
    }
    for (; count > 0; p++, count--) crc = __crc32cb(crc, *p);
    return ~crc;
}
#else
uint32_t tt_crc32c(uint32_t crc, const void *bytes, size_t count) {
    return tt_crc32c_portable(crc, bytes, count);
}
#endif
