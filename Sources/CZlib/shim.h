#pragma once
#include <zlib.h>

// deflateInit2 is a macro around the structure's size, which Swift can't import. 15 + 16 asks for gzip's frame.
static inline int czlib_start_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
