import CKernels
import Glibc
import Synchronization

/// The flat file that holds the exact float32 vectors of one space.
///
/// A header, then records of one size: owner (8 bytes), model (4), CRC-32C (4), components. The
/// checksum also covers the file's identity and the slot's number, so a record that was moved,
/// swapped or copied from elsewhere is as damaged as one with a flipped bit. Which slots are live is
/// not in the file: the database says so. Reading is safe from every thread; writes come one at a
/// time.
package final class VectorFile: Sendable {
    let path: String
    let header: VectorFileHeader
    /// Slots that fit; beyond, inserting fails with `full`.
    let capacity: Int
    /// Searches that read the file enter here, so that slots are not overwritten under them.
    package let readers = ReaderEpochs()

    private let descriptor: Int32
    private let operations: FileOperations
    private let kernels = Kernels.best
    // Set once, before the file is shared; it stays valid until deinit unmaps it.
    nonisolated(unsafe) private let base: UnsafeRawPointer
    private let mapping: Lock<Reservation>
    private let writtenSlots: Atomic<Int>
    private let failed = Atomic(false)

    package var dimension: Int { header.dimension }
    /// Records that are wholly in the file, live or not.
    package var slotCount: Int { writtenSlots.load(ordering: .acquiring) }

    init(
        path: String, descriptor: Int32, header: VectorFileHeader, capacity: Int,
        operations: FileOperations
    ) throws(VectorError) {
        self.path = path
        self.header = header
        self.descriptor = descriptor
        self.operations = operations
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .system(operation: "fstat", code: errno)
        }
        // A torn tail is not a record: the next append overwrites it.
        let present = max(0, Int(status.st_size) - VectorFileHeader.space) / header.recordSize
        let wanted = max(capacity, present)
        var mapping = try Reservation(
            length: VectorFileHeader.space + wanted * header.recordSize,
            minimum: VectorFileHeader.space + present * header.recordSize)
        self.capacity = min(
            wanted, (mapping.length - VectorFileHeader.space) / header.recordSize)
        try mapping.map(
            descriptor, to: VectorFileHeader.space + present * header.recordSize)
        base = UnsafeRawPointer(mapping.base)
        writtenSlots = Atomic(present)
        self.mapping = Lock(mapping)
    }

    deinit { close(descriptor) }

    /// Writes a record; it is durable after the next `synchronise`, and not to be searched before.
    package func write(_ vector: UnitVector, owner: UInt64, model: UInt32, at slot: VectorSlot)
        throws(VectorError)
    {
        guard !failed.load(ordering: .acquiring) else { throw .notDurable }
        guard slot.rawValue < capacity else { throw .full(capacity: capacity) }
        var record = [UInt8](repeating: 0, count: header.recordSize)
        record.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: owner, toByteOffset: 0, as: UInt64.self)
            bytes.storeBytes(of: model, toByteOffset: 8, as: UInt32.self)
            vector.components.withUnsafeBytes { components in
                UnsafeMutableRawBufferPointer(rebasing: bytes[16...]).copyMemory(from: components)
            }
            let checksum = checksum(ofRecordAt: UnsafeRawPointer(bytes.baseAddress!), slot)
            bytes.storeBytes(of: checksum, toByteOffset: 12, as: UInt32.self)
        }
        let offset = offset(of: slot)
        try operations.writeAll(descriptor, record, at: offset)
        try mapping.withLock { mapping throws(VectorError) in
            try mapping.map(descriptor, to: offset + header.recordSize)
        }
        if slot.rawValue >= slotCount {
            writtenSlots.store(Int(slot.rawValue) + 1, ordering: .releasing)
        }
    }

    /// Makes everything written so far durable.
    ///
    /// After a failure the kernel may have dropped the pages it could not write, so a second try
    /// that succeeds would prove nothing: the file refuses further writes until it is reopened.
    /// A disk that is merely full says nothing about what was written before, and whatever comes
    /// later is written, and so flushed, anew: then only the records of this flush are lost.
    package func synchronise() throws(VectorError) {
        guard !failed.load(ordering: .acquiring) else { throw .notDurable }
        do throws(VectorError) {
            try operations.makeDurable(descriptor)
        } catch {
            if !error.isStorageFull { failed.store(true, ordering: .releasing) }
            throw error
        }
    }
}

// MARK: Reading

extension VectorFile {
    /// What stands at a slot that the database names.
    package enum Condition: Hashable, Sendable {
        case sound(model: UInt32)
        /// The file ends before it.
        case missing
        /// Its checksum fails.
        case damaged
        /// It is sound, but belongs to somebody else: the file and the database are of different age.
        case otherOwner
    }

    /// Reads a whole record and compares its checksum and owner.
    package func condition(of member: NamedSlot) -> Condition {
        guard member.slot.rawValue < slotCount else { return .missing }
        let record = record(at: member.slot)
        guard checksum(ofRecordAt: record, member.slot) == checksum(at: member.slot) else {
            return .damaged
        }
        guard owner(at: member.slot) == member.owner else { return .otherOwner }
        return .sound(model: model(at: member.slot))
    }

    /// The vector at a slot, if its record is sound.
    package func vector(of member: NamedSlot) -> [Float]? {
        guard case .sound = condition(of: member) else { return nil }
        return Array(UnsafeBufferPointer(start: components(at: member.slot), count: dimension))
    }

    /// 1 − cosine between `query` and the vector at `slot`; below 1e-6 it counts as 0.
    func distance(_ query: UnsafePointer<Float>, to slot: VectorSlot) -> Double {
        let cosine = kernels.dotInDoubles(query, components(at: slot), dimension)
        let distance = 1 - cosine
        return distance < 1e-6 ? 0 : min(distance, 2)
    }

    /// The components at a slot below `slotCount`; checked by nobody.
    func components(at slot: VectorSlot) -> UnsafePointer<Float> {
        (record(at: slot) + 16).assumingMemoryBound(to: Float.self)
    }

    func owner(at slot: VectorSlot) -> UInt64 {
        record(at: slot).loadUnaligned(as: UInt64.self)
    }

    func model(at slot: VectorSlot) -> UInt32 {
        record(at: slot).loadUnaligned(fromByteOffset: 8, as: UInt32.self)
    }

    func checksum(at slot: VectorSlot) -> UInt32 {
        record(at: slot).loadUnaligned(fromByteOffset: 12, as: UInt32.self)
    }

    /// Whether two slots hold the very same vector.
    func isSame(_ a: VectorSlot, _ b: VectorSlot) -> Bool {
        memcmp(components(at: a), components(at: b), dimension * 4) == 0
    }

    private func record(at slot: VectorSlot) -> UnsafeRawPointer { base + offset(of: slot) }

    private func offset(of slot: VectorSlot) -> Int {
        VectorFileHeader.space + Int(slot.rawValue) * header.recordSize
    }

    private func checksum(ofRecordAt record: UnsafeRawPointer, _ slot: VectorSlot) -> UInt32 {
        var place = (header.identity, UInt64(slot.rawValue))
        let seed = withUnsafeBytes(of: &place) { tt_crc32c(0, $0.baseAddress, 16) }
        let start = tt_crc32c(seed, record, 12)
        return tt_crc32c(start, record + 16, header.recordSize - 16)
    }
}
