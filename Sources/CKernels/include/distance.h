#pragma once
#include <stddef.h>
#include <stdint.h>

/// Where the codes of nodes lie: node `i` has its `count` codes at `base + i * stride`.
///
/// The first `prefix` codes say most about a distance and are looked at first; both are multiples
/// of 64.
typedef struct {
    const uint8_t *base;
    size_t stride;
    size_t prefix;
    size_t count;
} tt_codes;

/// The distance kernels of one instruction set; every set computes the same values.
typedef struct {
    /// What the kernels are made of: `avx512-vnni`, `avx2`, `neon` or `portable`.
    const char *name;
    /// The inner product, its products accumulated in doubles.
    double (*dot_f64)(const float *a, const float *b, size_t count);
    /// The inner product in float32.
    float (*dot_f32)(const float *a, const float *b, size_t count);
    /// Adds `scale` times `x` to `y`.
    void (*axpy_f32)(float scale, const float *x, float *y, size_t count);
    /// The inner product of unsigned codes and signed weights; `count` is a multiple of 64.
    int32_t (*dot_u8s8)(const uint8_t *codes, const int8_t *weights, size_t count);
    /// The largest absolute value.
    float (*largest)(const float *x, size_t count);
    /// Rounds `x` times `inverse` to -128…127 and adds 128.
    void (*quantise)(const float *x, float inverse, uint8_t *codes, size_t count);
    /// Takes the 128 off again; `count` is a multiple of 64.
    void (*centre)(const uint8_t *codes, int8_t *weights, size_t count);
    /// Multiplies with `factor`.
    void (*scale)(const float *x, float factor, float *y, size_t count);
    /// Multiplies each of `rows` rows of `columns` signed weights with `codes` less 128.
    ///
    /// `sums` holds the sum of each row, `scales` what to multiply its product with; `columns` is a
    /// multiple of 64 and `rows` of 8.
    void (*rotate)(const int8_t *matrix, const float *scales, const int32_t *sums, size_t rows,
                   size_t columns, const uint8_t *codes, float scale, float *y);
    /// The sum of `weights` times the squares of `x`.
    float (*weighted_squares)(const float *x, const float *weights, size_t count);
    /// Scores `n` nodes against `weights` and keeps those whose prefix alone reaches `bound`.
    ///
    /// Writes the kept ids and their inner products over all codes; returns how many there are.
    size_t (*score)(const tt_codes *codes, const int8_t *weights, const uint32_t *ids, size_t n,
                    int32_t bound, uint32_t *kept, int32_t *products);
} tt_kernels;

/// The fastest kernels this processor runs, chosen once.
const tt_kernels *tt_kernels_best(void);

/// The kernels at `index` among those this processor runs, fastest first; null past the end.
const tt_kernels *tt_kernels_at(size_t index);

/// Marks the end of a list of links.
#define TT_NO_NODE UINT32_MAX

/// Copies the links below `limit` that are not yet visited, and marks them visited.
///
/// A list ends at its first `TT_NO_NODE`, at the latest after `maximum` links; it may change
/// meanwhile, one link at a time. Returns how many were copied.
size_t tt_gather(const uint32_t *links, size_t maximum, uint32_t limit, uint8_t *visited,
                 uint8_t stamp, uint32_t *unvisited);

/// A candidate as one number that orders by product, best first: how far the product is below 2^30
/// in the upper half, the node twice and whether it was expanded in the lower.
static inline uint64_t tt_candidate(uint32_t node, int32_t product) {
    return (uint64_t)(uint32_t)((1 << 30) - product) << 32 | (uint64_t)node << 1;
}

/// Sorts `n` scored nodes into the best candidates, at most `breadth`, of which there are `*count`.
///
/// Returns the place of the first that was put in, or `*count` if none was good enough. The links
/// of each, two cache lines at `stride` times its id from `blocks` on, are asked for.
size_t tt_offer(uint64_t *candidates, size_t *count, size_t breadth, const uint32_t *ids,
                const int32_t *products, size_t n, const void *blocks, size_t stride);

/// Asks for the `lines` cache lines from `address` on.
static inline void tt_prefetch(const void *address, size_t lines) {
    for (size_t i = 0; i < lines; i++) __builtin_prefetch((const char *)address + 64 * i, 0, 3);
}
