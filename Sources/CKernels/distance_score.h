// The scoring loop, compiled once for each instruction set: the file that includes this has
// defined TARGET and a `dot_u8s8` that can be inlined.

TARGET static size_t score(const tt_codes *codes, const int8_t *weights, const uint32_t *ids,
                           size_t n, int32_t bound, uint32_t *kept, int32_t *products) {
    const size_t prefix = codes->prefix, rest = codes->count - codes->prefix;
    size_t count = 0;
    // All are asked for before the first is looked at: the memory system takes as many at a time as
    // it can, and any bound on our side was slower.
    for (size_t i = 0; i < n; i++)
        tt_prefetch(codes->base + codes->stride * ids[i], prefix / 64);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *code = codes->base + codes->stride * ids[i];
        int32_t product = dot_u8s8(code, weights, prefix);
        if (product >= bound) {
            kept[count] = ids[i];
            products[count++] = product;
            tt_prefetch(code + prefix, rest / 64);
        }
    }
    if (rest > 0)
        for (size_t i = 0; i < count; i++)
            products[i] += dot_u8s8(
                codes->base + codes->stride * kept[i] + prefix, weights + prefix, rest);
    return count;
}
