#pragma once
#include <stddef.h>
#include <stdint.h>

// libFuzzer's own loop, which -sanitize=fuzzer links in; no header of the toolchain declares it.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));
