/*
 * Starts commands and measures each: the wall time from before posix_spawn(3) to the end of the child, the CPU time and
 * peak resident memory of the child and all that it waited for (wait4(2)), and what the process holds while its script
 * runs (/proc/PID/smaps_rollup).
 *
 *   measure serve PLAN
 *
 * in a container does one measurement for each request on its standard input, and
 *
 *   measure run PLAN PLACE=EXECUTOR... -- RUNS
 *
 * does all of PLAN's measurements RUNS times, in another order in each round, and prints them.
 *
 * PLAN has one line for each command, with tabs between its fields: name, place, kind, a file for the command's
 * standard input, and the words of the command. EXECUTOR is a shell command that starts "measure serve PLAN" in that
 * place, so that all places share one order of measurements. Kinds: "time" throws the output away; "at-once" does that
 * with 20 of the command at once, until the last one has ended; "output" reads it; "memory" looks at the process once
 * it has written its first byte; "cancel" sends SIGTERM then, and measures from there.
 *
 * Each measurement is one line: name, kind, milliseconds of wall time, milliseconds of CPU time, KiB of peak resident
 * memory, and for "memory" KiB of private memory, of private memory that no file backs, and of all resident memory.
 */
#define _GNU_SOURCE
#include "plan.h"
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE 20

extern char **environ;

struct measurement {
    double wall, cpu;
    long peak, private, anonymous, resident;
};

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static void look_at_memory(pid_t pid, struct measurement *result) {
    char path[64], line[256];
    long value, private_clean = 0, private_dirty = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        die("%s: %s", path, strerror(errno));
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "Rss: %ld", &value) == 1)
            result->resident = value;
        else if (sscanf(line, "Private_Clean: %ld", &value) == 1)
            private_clean = value;
        else if (sscanf(line, "Private_Dirty: %ld", &value) == 1)
            private_dirty = value;
        else if (sscanf(line, "Anonymous: %ld", &value) == 1)
            result->anonymous = value;
    }
    fclose(file);
    result->private = private_clean + private_dirty;
}

static void write_all(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t count = write(fd, bytes, size);
        if (count < 0 && errno != EINTR)
            return; /* the command does not read it, which its exit status tells if that is wrong */
        if (count > 0)
            bytes += count, size -= (size_t) count;
    }
}

/* What the child reads from and, if output is not NULL, writes to: this end of each pipe. */
static pid_t start(struct command *command, int *input, int *output) {
    int in[2], out[2] = {-1, -1};
    if (pipe2(in, O_CLOEXEC) || (output && pipe2(out, O_CLOEXEC)))
        die("pipe: %s", strerror(errno));
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in[0], 0);
    if (output)
        posix_spawn_file_actions_adddup2(&files, out[1], 1);
    else
        posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    sigset_t signals;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &signals);

    pid_t pid;
    int error = posix_spawnp(&pid, command->words[0], &files, &attributes, command->words, environ);
    if (error)
        die("%s: %s", command->words[0], strerror(error));
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    close(in[0]);
    *input = in[1];
    if (output) {
        close(out[1]);
        *output = out[0];
    }
    return pid;
}

static int is(const struct command *command, const char *kind) {
    return strcmp(command->kind, kind) == 0;
}

/* Returns when what is measured began, which a cancel does only now. */
static double read_output(int output, pid_t pid, struct command *command, struct measurement *result, double began) {
    static char buffer[1 << 20];
    for (int first = 1; read(output, buffer, sizeof buffer) > 0; first = 0) {
        if (first && is(command, "memory"))
            look_at_memory(pid, result);
        if (first && is(command, "cancel")) {
            began = milliseconds();
            kill(pid, SIGTERM);
        }
    }
    close(output);
    return began;
}

static struct measurement measure(struct command *command) {
    static char *inputs[LARGEST_PLAN];
    struct measurement result = {0};
    pid_t children[AT_ONCE];
    int copies = is(command, "at-once") ? AT_ONCE : 1, input, output, status;
    int reads = is(command, "output") || is(command, "memory") || is(command, "cancel");
    char **text = &inputs[command - plan];
    if (!*text)
        *text = read_file(command->input, &command->input_size);

    double before = milliseconds();
    for (int i = 0; i < copies; i++) {
        children[i] = start(command, &input, reads ? &output : NULL);
        write_all(input, *text, command->input_size);
        close(input);
    }
    if (reads)
        before = read_output(output, children[0], command, &result, before);
    for (int i = 0; i < copies; i++) {
        struct rusage usage;
        while (wait4(children[i], &status, 0, &usage) < 0)
            if (errno != EINTR)
                die("wait4: %s", strerror(errno));
        if (status != 0 && !is(command, "cancel"))
            die("%s ended with status %#x", command->name, status);
        result.cpu += (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
                      (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
        if (usage.ru_maxrss > result.peak)
            result.peak = usage.ru_maxrss;
    }
    result.wall = milliseconds() - before;
    return result;
}

static int serve(void) {
    int index;
    while (read(0, &index, sizeof index) == sizeof index) {
        struct measurement result = measure(&plan[index]);
        write_all(1, (const char *) &result, sizeof result);
    }
    return 0;
}

struct executor {
    const char *place;
    int requests, answers;
};

static struct executor start_executor(char *place_and_command) {
    struct executor executor = {.place = strsep(&place_and_command, "=")};
    int to[2], from[2];
    if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
        die("pipe: %s", strerror(errno));
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, to[0], 0);
    posix_spawn_file_actions_adddup2(&files, from[1], 1);
    char *words[] = {"sh", "-c", place_and_command, NULL};
    pid_t pid;
    if (posix_spawnp(&pid, "sh", &files, NULL, words, environ))
        die("sh cannot be started");
    close(to[0]);
    close(from[1]);
    executor.requests = to[1];
    executor.answers = from[0];
    return executor;
}

static void run(struct executor *executors, int executor_count, int runs) {
    int order[LARGEST_PLAN];
    for (int i = 0; i < plan_size; i++)
        order[i] = i;
    srand((unsigned) time(NULL));
    /* the first round fills the caches and is not counted */
    for (int round = 0; round <= runs; round++) {
        for (int i = plan_size - 1; i > 0; i--) {
            int other = rand() % (i + 1), moved = order[i];
            order[i] = order[other];
            order[other] = moved;
        }
        for (int i = 0; i < plan_size; i++) {
            struct command *command = &plan[order[i]];
            struct executor *executor = executors;
            struct measurement result;
            while (executor < executors + executor_count && strcmp(executor->place, command->place) != 0)
                executor++;
            if (executor == executors + executor_count)
                die("no executor for %s", command->place);
            write_all(executor->requests, (const char *) &order[i], sizeof order[i]);
            size_t size = 0;
            while (size < sizeof result) {
                ssize_t count = read(executor->answers, (char *) &result + size, sizeof result - size);
                if (count <= 0)
                    die("the executor for %s has ended", command->place);
                size += (size_t) count;
            }
            if (round > 0)
                printf("%s\t%s\t%.3f\t%.3f\t%ld\t%ld\t%ld\t%ld\n", command->name, command->kind, result.wall,
                        result.cpu, result.peak, result.private, result.anonymous, result.resident);
        }
    }
}

int main(int argc, char **argv) {
    static struct executor executors[LARGEST_PLAN];
    int count = 0;
    if (argc < 3)
        die("usage: measure serve PLAN, or measure run PLAN PLACE=EXECUTOR... -- RUNS");
    signal(SIGPIPE, SIG_IGN);
    read_plan(argv[2]);
    if (strcmp(argv[1], "serve") == 0)
        return serve();
    while (3 + count < argc - 2 && strcmp(argv[3 + count], "--") != 0) {
        executors[count] = start_executor(argv[3 + count]);
        count++;
    }
    run(executors, count, atoi(argv[argc - 1]));
    return 0;
}
