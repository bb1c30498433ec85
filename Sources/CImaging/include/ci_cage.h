#pragma once
#include <stddef.h>

// Ancillary data, variadic calls and GNU extensions, which Swift cannot spell or does not see.

/// Sends one packet, with a file descriptor if `descriptor` is not negative. Bytes sent or -1.
long ci_send(int socket, const void *bytes, size_t count, int descriptor);
/// Receives one packet and the descriptor that came with it (-1 if none). Bytes received or -1.
long ci_receive(int socket, void *bytes, size_t capacity, int *descriptor);
/// A nameless file in memory, closed on exec; -1 on failure.
int ci_memory_file(void);
/// Has the child of a posix_spawn close every descriptor from `first` on. 0 on success.
int ci_spawn_close_from(void *file_actions, int first);
/// How a child ended, which remains a zombie: its signal, or -1 - its exit status. 0 if unknown.
int ci_child_end(int process);

/// Has this process killed when the thread that started it ends. 0 on success.
int ci_die_with_master(void);
/// Not dumpable, not traceable, no new privileges, for good. 0 on success.
int ci_renounce(void);
/// Keeps the allocator from looking at files as it would for a second arena. Before any thread.
void ci_keep_one_arena(void);
/// Gives free memory back to the system.
void ci_trim(void);
