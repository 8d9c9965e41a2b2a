/* The plan of measure.c: the commands that it measures. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_PLAN 64
#define MOST_WORDS 64

struct command {
    char *name, *place, *kind, *input, *words[MOST_WORDS + 1];
    size_t input_size;
};

static struct command plan[LARGEST_PLAN];
static int plan_size;

static void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("measure: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(1);
}

static char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t capacity = 0;
    *size = 0;
    if (!file)
        die("%s: %s", path, strerror(errno));
    do {
        text = realloc(text, capacity = *size + (1 << 20));
        *size += fread(text + *size, 1, capacity - *size - 1, file);
    } while (!feof(file) && !ferror(file));
    fclose(file);
    text[*size] = '\0';
    return text;
}

static void read_plan(const char *path) {
    size_t size;
    char *rest = read_file(path, &size), *line;
    while ((line = strsep(&rest, "\n")) && *line) {
        if (plan_size == LARGEST_PLAN)
            die("%s has too many lines", path);
        struct command *command = &plan[plan_size++];
        command->name = strsep(&line, "\t");
        command->place = strsep(&line, "\t");
        command->kind = strsep(&line, "\t");
        command->input = strsep(&line, "\t");
        for (int i = 0; i < MOST_WORDS && line; i++)
            command->words[i] = strsep(&line, "\t");
        if (!command->words[0])
            die("%s: line %d is incomplete", path, plan_size);
    }
}
