/* See text.h for what it promises. */
#include "text.h"

#include "clock.h"
#include "format.h"
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static void say_line(const char *pattern, va_list arguments) {
    static const char PREFIX[] = "relay: ";
    char line[TEXT_SIZE];
    memcpy(line, PREFIX, sizeof PREFIX);
    format_list(line + sizeof PREFIX - 1, sizeof line - sizeof PREFIX, pattern, arguments);
    size_t end = strlen(line);
    line[end] = '\n';
    /* a pipe that can be written to takes this much at once (pipe(7), PIPE_BUF) */
    struct pollfd error = {STDERR_FILENO, POLLOUT, 0};
    if (poll(&error, 1, 0) == 1 && (error.revents & POLLOUT) != 0 && write(STDERR_FILENO, line, end + 1) < 0) {
        /* nobody listens */
    }
}

void say(const char *pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    say_line(pattern, arguments);
    va_end(arguments);
}

void say_seldom(const char *pattern, ...) {
    static long long next;
    va_list arguments;
    if (now_millis() >= next) {
        next = now_millis() + 1000;
        va_start(arguments, pattern);
        say_line(pattern, arguments);
        va_end(arguments);
    }
}

void print(const char *text) {
    for (size_t left = strlen(text); left > 0;) {
        ssize_t count = write(STDOUT_FILENO, text, left);
        if (count < 0 && errno != EINTR) {
            return;
        }
        text += count > 0 ? count : 0;
        left -= count > 0 ? (size_t) count : 0;
    }
}

const char *reason(void) {
    return strerror(errno);
}
