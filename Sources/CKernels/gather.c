#include "distance.h"
#include <string.h>

size_t tt_gather(const uint32_t *links, size_t maximum, uint32_t limit, uint8_t *visited,
                 uint8_t stamp, uint32_t *unvisited) {
    size_t count = 0;
    for (size_t i = 0; i < maximum; i++) {
        // Acquiring pairs with the store that published the node, after its codes were written.
        uint32_t id = __atomic_load_n(&links[i], __ATOMIC_ACQUIRE);
        if (id == TT_NO_NODE) break;
        if (id >= limit) continue;
        unvisited[count] = id;
        count += visited[id] != stamp;
        visited[id] = stamp;
    }
    return count;
}

size_t tt_offer(uint64_t *candidates, size_t *count, size_t breadth, const uint32_t *ids,
                const int32_t *products, size_t n, const void *blocks, size_t stride) {
    size_t size = *count, nearest = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        uint64_t key = tt_candidate(ids[i], products[i]);
        if (size == breadth) {
            if (key >= candidates[size - 1]) continue;
            size--;
        }
        // Without branches: where the key belongs is as good as random, and a wrong guess costs
        // more than all the comparisons.
        size_t place = 0;
        for (size_t length = size; length > 0;) {
            size_t half = (length + 1) / 2;
            place += candidates[place + half - 1] < key ? half : 0;
            length -= half;
        }
        memmove(candidates + place + 1, candidates + place, (size - place) * sizeof *candidates);
        candidates[place] = key;
        size++;
        nearest = place < nearest ? place : nearest;
        tt_prefetch((const char *)blocks + stride * ids[i], 2);
    }
    *count = size;
    return nearest < size ? nearest : size;
}
