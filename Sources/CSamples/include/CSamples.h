#pragma once
#include <stddef.h>

/// A photo that the program brings along: a JPEG file as it lies in Fixtures/samples.
struct tt_sample {
    /// The file's name.
    const char *name;
    const unsigned char *bytes;
    size_t count;
};

/// All samples, in the order in which they are shown.
extern const struct tt_sample tt_samples[];
extern const size_t tt_samples_count;
