/*
 * Texts put together. Not by printf(3), which brings the arithmetic of floating point numbers with it: a fifth of this
 * program.
 */
#ifndef K8S_EXEC_RELAY_FORMAT_H
#define K8S_EXEC_RELAY_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * As snprintf(3), for %s, %d, %u, %016llx and %% alone. Returns whether all of it had room; else it is cut. The result
 * always ends with a NUL.
 */
int format(char *text, size_t size, const char *pattern, ...) __attribute__((format(printf, 3, 4)));
int format_list(char *text, size_t size, const char *pattern, va_list arguments) __attribute__((format(printf, 3, 0)));

#endif
