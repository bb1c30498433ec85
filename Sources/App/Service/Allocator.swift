import CMalloc

/// The C library's allocator: kept from hoarding, so that the daemon is small again after a rush.
enum Allocator {
    /// To be called before the work begins.
    static func configure() {
        // Threads share two pools; by default each of 16 could hold on to free memory of its own.
        mallopt(M_ARENA_MAX, 2)
        // Buffers of pictures come from the system and go back at once. Left to itself the library
        // raises this bound to up to 32 MiB as soon as the first such buffer is freed.
        mallopt(M_MMAP_THRESHOLD, 256 << 10)
    }

    /// Looks every few seconds whether much lies unused, and gives it back; until it is cancelled.
    static func returnUnused() async throws {
        while true {
            try await Task.sleep(for: .seconds(10))
            if mallinfo2().fordblks > 8 << 20 { malloc_trim(0) }
        }
    }
}
