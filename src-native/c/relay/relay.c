/*
 * relay: the main process of a guest container, or one beside it. It starts what k8s-exec asks for over a socket, as
 * this container's own user and in its limits, reaps what is orphaned to it, and ends when the container is told to
 * end. docs/relay-protocol.md says what is said over the socket, and which file here does what.
 */
#define _GNU_SOURCE
#include "relay.h"

#include "check.h"
#include "descriptors.h"
#include "install.h"
#include "options.h"
#include "pause.h"
#include "script.h"
#include "text.h"
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define USAGE 2
#define FAILED 125

/* Of the program's files there are as many as the limit says; of the relay's, no more than these. */
#define MOST_FILES 65536

/* As in linux/magic.h. */
#define PROC 0x9fa0
/* The kernel's own size of a set of signals; the C library keeps some of them for itself. */
#define KERNEL_SIGNALS 8

static const char HELP_TEXT[] = "Usage: relay --dir DIR [--name NAME] [--shared-root DIR] [--allow-uid UID,...]\n"
                                "       relay --check [--dir DIR] [--name NAME]\n"
                                "       relay --no-socket\n"
                                "       relay install DIR\n"
                                "The main process of a container in which k8s-exec runs scripts, without any\n"
                                "privilege of either side. It ends on SIGTERM, and ends what runs before.\n"
                                "\n"
                                "  --dir DIR          where its socket is: a volume of its own, which the agent\n"
                                "                     mounts too (K8S_EXEC_RELAY_DIR)\n"
                                "  --name NAME        what the socket is called, if guests share the directory\n"
                                "                     (K8S_EXEC_CONTAINER; default: guest)\n"
                                "  --shared-root DIR  where the agent's volume is mounted here, if not at the\n"
                                "                     agent's own path (K8S_EXEC_SHARED_ROOT)\n"
                                "  --allow-uid UID    an agent's user, besides root, this container's and the\n"
                                "                     owner of this program (K8S_EXEC_ALLOW_UID)\n"
                                "  --check            is it ready? A startup and a readiness probe\n"
                                "  --no-socket        only waits and reaps, as the program pause does\n"
                                "  install DIR        copies this program there, from an init container\n"
                                "\n"
                                "Example, in a Pod:\n"
                                "  command: [/k8s-exec/relay, --dir, /relay]\n";

static const char PAUSE_HELP[] = "Usage: pause\n"
                                 "Waits until it gets SIGTERM or another stop signal, and reaps orphans: the main\n"
                                 "process of a container whose image has none.\n"
                                 "\n"
                                 "Example, in a Pod:\n"
                                 "  command: [\"/go/pause\"]\n";

static struct relay relay;

/* By the system calls themselves: the C library lets nobody touch the signals that it keeps for threads. */
static int take_over_signals(void) {
    const char nothing[64] = {0};
    sigset_t all;
    memset(&all, 0xff, sizeof all);
    for (int number = 1; number <= 64; number++) {
        /* what is ignored here would stay so in every script */
        syscall(SYS_rt_sigaction, number, nothing, NULL, KERNEL_SIGNALS);
    }
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, KERNEL_SIGNALS);
    return signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Nothing of what the starter has open or set reaches it or a script. */
static void let_go_of_the_starter(void) {
    int file;
    do {
        file = open("/dev/null", O_RDWR);
    } while (file >= 0 && file <= STDERR_FILENO);
    close_all_but(NULL, 0);
    umask(0);
}

static void raise_limit_of_files(void) {
    getrlimit(RLIMIT_NOFILE, &relay.files);
    rlim_t most = relay.files.rlim_max < MOST_FILES ? relay.files.rlim_max : MOST_FILES;
    if (relay.files.rlim_cur < most) {
        const struct rlimit raised = {most, relay.files.rlim_max};
        setrlimit(RLIMIT_NOFILE, &raised);
    }
}

static int has_processes_in_sight(void) {
    struct statfs system;
    if (statfs("/proc", &system) == 0 && system.f_type == PROC) {
        return 1;
    }
    say("there is no procfs on /proc, by which what a script leaves could be ended; mount it");
    return 0;
}

static int be_relay(const struct options *options) {
    let_go_of_the_starter();
    int signals = take_over_signals();
    if (!has_processes_in_sight()) {
        return FAILED;
    }
    relay.name = options->name;
    relay.users.count = options->allowed_count;
    memcpy(relay.users.allowed, options->allowed, sizeof relay.users.allowed);
    users_find(&relay.users);
    relay.facts = guest_facts(options->shared_root);
    guest_open(&relay.guest);
    relay.peers = mmap(NULL, PEERS * sizeof *relay.peers, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    /* no script may look into it: it has the environment of this container, and of each run before that begins */
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NAME, "relay");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    raise_limit_of_files();
    if (signals < 0 || relay.peers == MAP_FAILED || chdir("/") != 0 ||
            place_open(&relay.place, options->directory, options->name) != 0) {
        return FAILED;
    }
    script_sweep(options->directory);
    say("listens at %s/%s, version " VERSION, options->directory, relay.place.file);
    serve(&relay, signals);
    return 0;
}

static int be_pause(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "--version") == 0) {
        print("pause " VERSION "\n");
        return 0;
    }
    if (count == 2 && strcmp(arguments[1], "--help") == 0) {
        print(PAUSE_HELP);
        return 0;
    }
    if (count > 1) {
        static const char IGNORED[] = "pause: arguments are ignored: it only waits\n";
        if (write(STDERR_FILENO, IGNORED, sizeof IGNORED - 1) < 0) {
            /* nobody listens */
        }
    }
    pause_wait();
    return 0;
}

int main(int count, char **arguments) {
    const char *name = count == 0 ? "relay" : arguments[0];
    const char *slash = strrchr(name, '/');
    if (strcmp(slash == NULL ? name : slash + 1, "pause") == 0) {
        return be_pause(count, arguments);
    }
    struct options options = options_read(count, arguments);
    switch (options.mode) {
    case SERVE:
        return be_relay(&options);
    case CHECK:
        return check(options.directory, options.name);
    case INSTALL:
        return install(options.directory);
    case PAUSE:
        pause_wait();
        return 0;
    case HELP:
        print(HELP_TEXT);
        return 0;
    case VERSION_ONLY:
        print("relay " VERSION "\n");
        return 0;
    case WRONG:
        break;
    }
    return USAGE;
}
