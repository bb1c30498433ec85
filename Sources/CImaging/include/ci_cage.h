#pragma once
#include <stddef.h>
#include <sys/types.h>

// Ancillary data and variadic system calls, which Swift cannot spell.

/// Sends one packet, with a file descriptor if `descriptor` is not negative. Bytes sent or -1.
ssize_t ci_send(int socket, const void *bytes, size_t count, int descriptor);
/// Receives one packet and the descriptor that came with it (-1 if none). Bytes received or -1.
ssize_t ci_receive(int socket, void *bytes, size_t capacity, int *descriptor);
/// prctl with one numeric argument.
int ci_prctl(int option, unsigned long argument);
