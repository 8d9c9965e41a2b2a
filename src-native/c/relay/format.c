/* See format.h for what it promises. */
#include "format.h"

#include <string.h>

struct text {
    char *at, *end; /* "end" is the place of the last NUL that has room */
    int whole;
};

static void put(struct text *text, const char *string) {
    for (; *string != 0; string++) {
        if (text->at == text->end) {
            text->whole = 0;
            return;
        }
        *text->at++ = *string;
    }
}

static void put_number(struct text *text, unsigned long long number, unsigned base, size_t width) {
    char digits[24];
    char *at = digits + sizeof digits;
    *--at = 0;
    do {
        *--at = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0 || digits + sizeof digits - 1 - at < (ptrdiff_t) width);
    put(text, at);
}

int format_list(char *buffer, size_t size, const char *pattern, va_list arguments) {
    struct text text = {buffer, buffer + size - 1, 1};
    for (const char *at = pattern; *at != 0; at++) {
        const char character[] = {*at, 0};
        if (*at != '%') {
            put(&text, character);
            continue;
        }
        switch (*++at) {
        case 's':
            put(&text, va_arg(arguments, const char *));
            break;
        case 'd': {
            long long number = va_arg(arguments, int);
            put(&text, number < 0 ? "-" : "");
            put_number(&text, (unsigned long long) (number < 0 ? -number : number), 10, 0);
            break;
        }
        case 'u':
            put_number(&text, va_arg(arguments, unsigned), 10, 0);
            break;
        case '0':
            at += strlen("016llx") - 1;
            put_number(&text, va_arg(arguments, unsigned long long), 16, 16);
            break;
        default:
            put(&text, "%");
        }
    }
    *text.at = 0;
    return text.whole;
}

int format(char *text, size_t size, const char *pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    int whole = format_list(text, size, pattern, arguments);
    va_end(arguments);
    return whole;
}
