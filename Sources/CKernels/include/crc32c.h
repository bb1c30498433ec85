#pragma once
#include <stddef.h>
#include <stdint.h>

/// Continues a CRC-32C (Castagnoli) over `count` bytes; begin with 0.
uint32_t tt_crc32c(uint32_t crc, const void *bytes, size_t count);

/// The same checksum from a table alone, for comparing.
uint32_t tt_crc32c_portable(uint32_t crc, const void *bytes, size_t count);
