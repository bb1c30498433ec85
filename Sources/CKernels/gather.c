#include "distance.h"

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
