/* See strings.h for what it promises. */
#include "strings.h"

#include <string.h>

static const char *next(char **at, const char *end) {
    char *string = *at;
    char *nul = memchr(string, 0, (size_t) (end - string));
    if (nul == NULL) {
        return NULL;
    }
    *at = nul + 1;
    return string;
}

/* Behind so many strings, or NULL if there are fewer. */
static char *skip(char *at, const char *end, size_t count) {
    while (count > 0 && next(&at, end) != NULL) {
        count--;
    }
    return count == 0 ? at : NULL;
}

static int is_file_name(const char *name) {
    size_t length = strlen(name);
    return length >= 1 && length <= 255 && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

int strings_split(char *bytes, size_t size, const struct relay_run *run, struct strings *strings) {
    const char *leading[3];
    char *at = bytes;
    if (size == 0 || bytes[size - 1] != 0) {
        return -1;
    }
    for (int i = 0; i < 3; i++) {
        leading[i] = next(&at, bytes + size);
        if (leading[i] == NULL) {
            return -1;
        }
    }
    int named = (run->flags & RELAY_RUN_SCRIPT_FILE) != 0;
    char *environment = skip(at, bytes + size, (size_t) run->programs + run->arguments);
    if (environment == NULL || (named ? !is_file_name(leading[2]) : leading[2][0] != 0)) {
        return -1;
    }
    *strings = (struct strings){.directory = leading[0][0] == 0 ? NULL : leading[0],
            .volume = leading[1][0] == 0 ? NULL : leading[1],
            .script = leading[2][0] == 0 ? NULL : leading[2],
            .words = at,
            .words_size = (size_t) (environment - at),
            .environment = environment,
            .environment_size = size - (size_t) (environment - bytes)};
    return 0;
}

void strings_replace(struct strings *strings, size_t number, const char *string) {
    char *old = strings->words;
    for (size_t i = 0; i < number; i++) {
        old += strlen(old) + 1;
    }
    char *tail = old + strlen(old) + 1;
    char *end = strings->environment + strings->environment_size;
    size_t length = strlen(string) + 1;
    memmove(old + length, tail, (size_t) (end - tail));
    memcpy(old, string, length);
    strings->environment = strings->environment + length - (tail - old);
    strings->words_size = (size_t) (strings->environment - strings->words);
}
