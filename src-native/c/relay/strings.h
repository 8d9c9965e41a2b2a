/* What RELAY_STRINGS holds (protocol.h). */
#ifndef K8S_EXEC_RELAY_STRINGS_H
#define K8S_EXEC_RELAY_STRINGS_H

#include "protocol.h"

#include <stddef.h>

/* Room that strings_replace may need behind the bytes. */
#define STRINGS_ROOM 512

struct strings {
    const char *directory, *volume, *script; /* NULL for an empty one */
    /* as in struct kx_program, one behind the other */
    char *words, *environment;
    size_t words_size, environment_size;
};

/* Returns 0, or -1 if they are not what the message says; then nothing of the result may be used. */
int strings_split(char *bytes, size_t size, const struct relay_run *run, struct strings *strings);

/*
 * Puts a string, of at most STRINGS_ROOM bytes with its NUL, in the place of one of "program", counted from 0. The
 * bytes must have STRINGS_ROOM more behind them.
 */
void strings_replace(struct strings *strings, size_t number, const char *string);

#endif
