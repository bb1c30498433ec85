import Glibc

/// A stretch of address space that stays where it is while the memory or file behind it grows.
///
/// Readers keep plain pointers into it: growing never moves what is already there. Only what was
/// made usable is charged to the process; the rest are addresses without memory.
struct Reservation: ~Copyable {
    let base: UnsafeMutableRawPointer
    /// Bytes of address space; never more than was asked for.
    let length: Int
    private(set) var usable = 0

    private let unit: Int
    private static let hugePage = 2 << 20
    // A multiple of every page size in use (4, 16 and 64 KiB).
    private static let smallUnit = 64 << 10

    /// Reserves `length` bytes or, where the process may not have so many, the largest part of it
    /// that is at least `minimum`.
    init(length: Int, minimum: Int, hugePages: Bool = true) throws(VectorError) {
        unit = hugePages ? Reservation.hugePage : Reservation.smallUnit
        var wanted = Reservation.roundUp(length, to: Reservation.hugePage)
        while true {
            let start = mmap(
                nil, wanted + Reservation.hugePage, PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
            if let start, start != MAP_FAILED {
                // Huge pages need aligned addresses.
                let address = Reservation.roundUp(
                    Int(bitPattern: start), to: Reservation.hugePage)
                let head = address - Int(bitPattern: start)
                if head > 0 { munmap(start, head) }
                base = start + head
                munmap(base + wanted, Reservation.hugePage - head)
                self.length = wanted
                return
            }
            let code = errno
            wanted = Reservation.roundUp(wanted / 2, to: Reservation.hugePage)
            guard wanted >= minimum, wanted > Reservation.hugePage else {
                throw .system(operation: "mmap", code: code)
            }
        }
    }

    deinit { munmap(base, length) }

    /// Makes at least the first `bytes` readable and writable zeroes, on huge pages where possible.
    mutating func grow(to bytes: Int) throws(VectorError) {
        guard bytes > usable else { return }
        guard bytes <= length else { throw .system(operation: "mprotect", code: ENOMEM) }
        let target = min(
            length, Reservation.roundUp(max(bytes, usable + usable / 32), to: unit))
        guard mprotect(base + usable, target - usable, PROT_READ | PROT_WRITE) == 0 else {
            throw .system(operation: "mprotect", code: errno)
        }
        if unit == Reservation.hugePage {
            madvise(base + usable, target - usable, MADV_HUGEPAGE)
        }
        usable = target
    }

    /// Maps the first `bytes` of a file for reading; a file may be shorter, but then nobody may
    /// touch what lies behind its end.
    mutating func map(_ descriptor: Int32, to bytes: Int) throws(VectorError) {
        guard bytes > usable else { return }
        guard bytes <= length else { throw .system(operation: "mmap", code: ENOMEM) }
        // Huge-page multiples are multiples of every page size that is in use.
        let target = min(
            length, Reservation.roundUp(max(bytes, usable + usable / 4), to: Reservation.hugePage))
        let mapped = mmap(
            base + usable, target - usable, PROT_READ, MAP_SHARED | MAP_FIXED, descriptor, usable)
        guard mapped != MAP_FAILED else { throw .system(operation: "mmap", code: errno) }
        usable = target
    }

    private static func roundUp(_ value: Int, to unit: Int) -> Int {
        (value + unit - 1) / unit * unit
    }
}
