#pragma once
// The allocator's own interface, which Swift's module of the C library leaves out.
#include <malloc.h>
