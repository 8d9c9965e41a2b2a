/* See options.h for what it promises. */
#include "options.h"

#include "text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int fail(struct options *options) {
    options->mode = WRONG;
    return 0;
}

static int allow(struct options *options, const char *list) {
    for (const char *at = list; *at != 0;) {
        char *end;
        errno = 0;
        unsigned long long uid = strtoull(at, &end, 10);
        if (*at < '0' || *at > '9' || errno != 0 || uid >= (uid_t) -1 || (*end != 0 && *end != ',')) {
            say("--allow-uid (K8S_EXEC_ALLOW_UID) is '%s': it takes user numbers, as in 1000,1001", list);
            return fail(options);
        }
        if (options->allowed_count == ALLOWED_USERS) {
            say("--allow-uid names more than %d users", ALLOWED_USERS);
            return fail(options);
        }
        options->allowed[options->allowed_count++] = (uid_t) uid;
        at = *end == 0 ? end : end + 1;
    }
    return 1;
}

/* The value of an option "--NAME VALUE" or "--NAME=VALUE" at this place of the arguments, or NULL. */
static const char *value(char **arguments, int *at, const char *name) {
    size_t length = strlen(name);
    char *argument = arguments[*at];
    if (strncmp(argument, name, length) != 0) {
        return NULL;
    }
    if (argument[length] == '=') {
        return argument + length + 1;
    }
    if (argument[length] == 0 && arguments[*at + 1] != NULL) {
        return arguments[++*at];
    }
    return NULL;
}

static int read_one(struct options *options, char **arguments, int *at) {
    static const struct {
        const char *name;
        enum mode mode;
    } MODES[] = {{"--check", CHECK}, {"--no-socket", PAUSE}, {"--help", HELP}, {"--version", VERSION_ONLY}};
    const char *given;
    for (size_t i = 0; i < sizeof MODES / sizeof *MODES; i++) {
        if (strcmp(arguments[*at], MODES[i].name) == 0) {
            options->mode = MODES[i].mode;
            return 1;
        }
    }
    if ((given = value(arguments, at, "--dir")) != NULL) {
        options->directory = given;
    } else if ((given = value(arguments, at, "--name")) != NULL) {
        options->name = given;
    } else if ((given = value(arguments, at, "--shared-root")) != NULL) {
        options->shared_root = given;
    } else if ((given = value(arguments, at, "--allow-uid")) != NULL) {
        return allow(options, given);
    } else {
        say("'%s' is no option, or lacks its value; relay --help says more", arguments[*at]);
        return fail(options);
    }
    return 1;
}

static int has_socket(const struct options *options) {
    return options->mode == SERVE || options->mode == CHECK;
}

static int is_complete(const struct options *options) {
    if (!has_socket(options)) {
        return 1;
    }
    if (options->directory == NULL) {
        say("there is no directory for the socket; add to this container, and to the agent's:\n"
            "  env: [{name: K8S_EXEC_RELAY_DIR, value: /relay}]      # GO_K8S_RELAY in the agent's\n"
            "  volumeMounts: [{name: relay, mountPath: /relay}]      # an emptyDir of its own");
        return 0;
    }
    if (options->directory[0] != '/') {
        say("--dir (K8S_EXEC_RELAY_DIR) is '%s': it takes an absolute path", options->directory);
        return 0;
    }
    if (!is_guest_name(options->name)) {
        say("--name (K8S_EXEC_CONTAINER) is '%s': it takes up to 63 letters, digits, '-', '_' and '.'", options->name);
        return 0;
    }
    if (options->shared_root != NULL && options->shared_root[0] != '/') {
        say("--shared-root (K8S_EXEC_SHARED_ROOT) is '%s': it takes an absolute path", options->shared_root);
        return 0;
    }
    return 1;
}

/* A variable that is there but empty counts as not there. */
static const char *variable(const char *name) {
    const char *text = getenv(name);
    return text == NULL || *text == 0 ? NULL : text;
}

struct options options_read(int count, char **arguments) {
    struct options options = {.directory = variable("K8S_EXEC_RELAY_DIR"),
            .name = variable("K8S_EXEC_CONTAINER"),
            .shared_root = variable("K8S_EXEC_SHARED_ROOT")};
    const char *allowed = variable("K8S_EXEC_ALLOW_UID");
    if (count >= 2 && strcmp(arguments[1], "install") == 0) {
        options.mode = INSTALL;
        options.directory = count == 3 ? arguments[2] : NULL;
        if (count != 3) {
            say("install takes one directory: relay install /k8s-exec");
            options.mode = WRONG;
        }
        return options;
    }
    for (int at = 1; at < count && options.mode != WRONG; at++) {
        read_one(&options, arguments, &at);
    }
    if (options.mode == SERVE && allowed != NULL) {
        allow(&options, allowed);
    }
    if (options.name == NULL) {
        options.name = "guest";
    }
    if (options.mode != WRONG && !is_complete(&options)) {
        options.mode = WRONG;
    }
    return options;
}
