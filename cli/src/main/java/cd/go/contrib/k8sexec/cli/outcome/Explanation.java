package cd.go.contrib.k8sexec.cli.outcome;

/**
 * The long text of each error: what it means, what causes it, what mends it. A class of its own, so that no run loads it. The form is
 * plain Markdown, which k8s-exec explain prints as it stands and docs/errors.md is made of: at most 80 columns, a first sentence that says
 * all in short, then "Usual causes:", "What to do:" and "Example:".
 */
public final class Explanation {
    private Explanation() {}

    /** The first sentence. */
    public static String summary(ErrorId id) {
        String text = of(id);
        return text.substring(0, text.indexOf('.') + 1);
    }

    /** The text, which ends with a line end. */
    public static String of(ErrorId id) {
        return switch (id) {
            case REQUEST_NOT_JSON -> """
                The request is not a JSON object.

                `k8s-exec run` reads one JSON object from standard input, in UTF-8. What it got
                is empty, no JSON, no object, or has something after its end. The message names
                the line and column where that shows.

                Usual causes:
                - Nothing is sent: standard input is empty, or a terminal was closed.
                - A script stands there itself, not JSON with the script in a field.
                - Quotes or line ends in a hand-written request are not escaped.

                What to do:
                - Send an object that has at least the fields version and script.
                - Let a program write the JSON where the script has more than one line.

                Example:

                    echo '{"version": 1, "script": "id; pwd"}' | k8s-exec run
                """;
            case REQUEST_FIELD -> """
                A field of the request cannot be used.

                The message names the field. An unknown field is refused, so that a setting of a
                newer plugin is never ignored without a word.

                Usual causes:
                - The plugin on the GoCD server is newer than k8s-exec in the agent image.
                - A field is missing, misspelt, given twice or of another type.
                - The shell is shebang, and the script does not begin with #! and a path.
                - A variable has a name or a value that Linux cannot pass on: a = in its name,
                  a NUL in its value.

                What to do:
                - Use the plugin and k8s-exec of the same release.
                - Correct the field. There are version (1), script, shell (bash, zsh, sh,
                  another interpreter or shebang), failFast and trace (true or false, with a
                  POSIX shell only), workingDirectory and environment (names and texts).

                Example:

                    {"version": 1, "script": "npm ci", "shell": "bash",
                     "workingDirectory": "pipelines/web",
                     "environment": {"GO_PIPELINE_NAME": "web"}}
                """;
            case VARIABLE_TOO_LARGE -> """
                One variable is longer than Linux passes on.

                A variable, its name and the = included, may have at most 131071 bytes
                (MAX_ARG_STRLEN, execve(2)). No program could be started with it. The message
                has its name and size.

                Usual causes:
                - A file was put into a variable: a certificate bundle, a JSON document.
                - A list of materials or changes has grown long.

                What to do:
                - Put the content into a file, a GoCD artifact or a Kubernetes secret, and its
                  path into the variable.

                Example:

                    export CA_BUNDLE_FILE=/etc/ssl/team/bundle.pem
                """;
            case SETTING_INVALID -> """
                An option or its variable has a wrong value.

                The message names both, and the value. Each option of k8s-exec can be set by a
                variable of the Pod, so a value that nobody typed comes from there.

                Usual causes:
                - GO_K8S_USER names a user. It takes agent, target or numbers.
                - GO_K8S_CONTAINER_ROOT is not an absolute path.

                What to do:
                - Correct the value in the agent container's env, or by the option.
                - Look which variables the agent has: env | grep GO_K8S

                Example:

                    env:
                      - name: GO_K8S_USER
                        value: "1000:1000"
                """;
            case SHARED_ROOT_UNSET -> """
                The shared volume's place is not set.

                k8s-exec has to know where the agent container mounts the volume that it shares
                with the guest.

                Usual causes:
                - The agent container has no variable GO_K8S_CONTAINER_SHARED_ROOT.
                - The variable is blank, which counts as not set.
                - k8s-exec was started with an empty environment, by env -i or sudo.

                What to do:
                - Set the variable in the agent container, or use --shared-root.

                Example:

                    env:
                      - name: GO_K8S_CONTAINER_SHARED_ROOT
                        value: /go
                """;
            case SHARED_ROOT_INVALID -> """
                The shared root is no directory that can be used.

                It has to be an absolute path of a directory in the agent container, and not a
                symbolic link: whoever could change the link would lead k8s-exec elsewhere.

                Usual causes:
                - The agent container does not mount the volume, or mounts it elsewhere.
                - The path is relative, or a symbolic link to the mount.
                - The agent's user may not enter it.

                What to do:
                - Set GO_K8S_CONTAINER_SHARED_ROOT to the mountPath of the agent container.

                Example:

                    volumeMounts:
                      - {name: work, mountPath: /go}
                """;
            case STAGING_FAILED -> """
                Nothing can be written to the shared volume.

                Each run makes a folder of its own in .k8s-exec below the shared root. The
                message has the operating system's reason, or says whose .k8s-exec lies there.

                Usual causes:
                - The volume is full, read-only, or not writable for the agent's user.
                - .k8s-exec was made by another user, or others may write to it: an earlier
                  agent with another uid, or something that the guest put there.
                - --user is used by an agent that may not give a folder to another user.

                What to do:
                - Look at df -h and ls -la of the shared root in the agent container.
                - Remove a .k8s-exec that is not k8s-exec's own.
                - Set fsGroup in the Pod's securityContext where the agent is not root.

                Example:

                    kubectl exec POD -c gocd-agent -- sh -c 'df -h /go; ls -la /go'
                """;
            case CONTAINER_ROOT_INVALID -> """
                The guest does not see the shared volume.

                k8s-exec entered the guest, but does not find the run's folder there, or may not
                write to it.

                Usual causes:
                - The guest does not mount the volume.
                - The guest mounts it at another path than the agent.
                - --user names a user who may not enter the volume.
                - Another container of the Pod was taken for the guest.

                What to do:
                - Mount the volume in the guest too, at the same path.
                - Where the path differs, set GO_K8S_CONTAINER_ROOT to the guest's.
                - Look which container was taken, by k8s-exec run --dry-run.

                Example:

                    env:
                      - name: GO_K8S_CONTAINER_ROOT
                        value: /workspace
                """;
            case WORKING_DIRECTORY_OUTSIDE -> """
                The working directory is not on the shared volume.

                The guest has only what lies on the volume, so the job's directory must be below
                the shared root. It cannot leave that by way of .. either.

                Usual causes:
                - The GoCD agent works elsewhere: AGENT_WORK_DIR is not on the volume.
                - The task or the job names an absolute path.

                What to do:
                - Start the agent on the volume: AGENT_WORK_DIR=/go, or mount the volume where
                  the agent has its pipelines.

                Example:

                    env:
                      - name: AGENT_WORK_DIR
                        value: /go
                """;
            case WORKING_DIRECTORY_MISSING -> """
                The guest cannot change to the working directory.

                It is missing in the guest, or the script's user may not enter it.

                Usual causes:
                - GO_K8S_CONTAINER_ROOT names a path where the guest has something else.
                - A symbolic link on the way leads elsewhere in the guest.
                - --user names a user who may not enter the directory.

                What to do:
                - Mount the volume at the same path in both containers.
                - Look at the directory in both: the listings must be the same.

                Example:

                    kubectl exec POD -c gocd-agent -- ls -la /go/pipelines/web
                    kubectl exec POD -c tools -- ls -la /go/pipelines/web
                """;
            case TARGET_PID_INVALID -> """
                The guest's process id is no number.

                Usual causes:
                - GO_K8S_CONTAINER_PID has a name in it, or a variable that nobody expanded.

                What to do:
                - Leave it unset, so that k8s-exec finds the guest.
                - Name the guest by GO_K8S_CONTAINER_NAME where there are several.

                Example:

                    unset GO_K8S_CONTAINER_PID; k8s-exec run --dry-run
                """;
            case TARGET_DEAD -> """
                The guest's process is not alive.

                GO_K8S_CONTAINER_PID or --pid names a process that is not there, or the guest
                ended just before the script began.

                Usual causes:
                - The number was right once: a container that starts again gets another.
                - The guest's main process has ended, or was killed for its memory.

                What to do:
                - Leave GO_K8S_CONTAINER_PID unset, so that k8s-exec finds the guest.
                - Look why the guest ended.
                - Give it a main process that keeps running: sleep infinity, or pause.

                Example:

                    kubectl logs POD -c tools --previous
                """;
            case TARGET_IS_AGENT -> """
                The process is in the agent's own container.

                The script would run in the agent and not in the guest.

                Usual causes:
                - GO_K8S_CONTAINER_PID or --pid names a process of the agent.
                - It is 1 in a Pod without shareProcessNamespace, where each container has a
                  process 1 of its own.

                What to do:
                - Set shareProcessNamespace: true in the Pod.
                - Leave GO_K8S_CONTAINER_PID unset, so that k8s-exec finds the guest.

                Example:

                    spec:
                      shareProcessNamespace: true
                """;
            case TARGET_IS_PAUSE -> """
                The process is the Pod's pause process.

                With shareProcessNamespace: true process 1 is a container of Kubernetes, which
                holds the namespaces. It has no shell and no volume.

                Usual causes:
                - GO_K8S_CONTAINER_PID or --pid is 1.

                What to do:
                - Leave GO_K8S_CONTAINER_PID unset, so that k8s-exec finds the guest.

                Example:

                    unset GO_K8S_CONTAINER_PID; k8s-exec run --dry-run
                """;
            case TARGET_NONE -> """
                No other container can be seen.

                k8s-exec looks through /proc for processes of other containers of the Pod, and
                found none but its own and the Pod's pause process.

                Usual causes:
                - The Pod has no shareProcessNamespace: true.
                - The Pod has no second container, or that has ended.
                - The guest has not started yet: its image is still being pulled.

                What to do:
                - Set shareProcessNamespace: true in the Pod's spec.
                - Give the guest a main process that keeps running: sleep infinity, or pause.
                - Wait for it: GO_K8S_WAIT=60s, or --wait 60s.

                Example:

                    spec:
                      shareProcessNamespace: true
                      containers:
                        - name: tools
                          image: node:20
                          command: [sleep, infinity]
                """;
            case TARGET_AMBIGUOUS -> """
                More than one container could be the guest.

                The message lists them. k8s-exec does not guess where a script belongs.

                Usual causes:
                - The Pod has a sidecar: a service mesh's proxy, a Docker daemon, a database.
                - Two containers have the name or the id that --container names.

                What to do:
                - Name the guest: GO_K8S_CONTAINER_NAME, or --container.

                Example:

                    env:
                      - name: GO_K8S_CONTAINER_NAME
                        value: tools
                """;
            case TARGET_UNKNOWN -> """
                No container has this name.

                The message lists what is there. A container is named by its name in the Pod, by
                its container id, or by K8S_EXEC_CONTAINER in its environment.

                Usual causes:
                - GO_K8S_CONTAINER_NAME is misspelt, or the container was renamed.
                - That container has ended, or has not started yet.
                - Its environment cannot be read, for which another user's process needs
                  SYS_PTRACE.

                What to do:
                - Use the name that the Pod's manifest has.
                - Wait for it: GO_K8S_WAIT=60s, or --wait 60s.

                Example:

                    kubectl get pod POD -o jsonpath='{.spec.containers[*].name}'
                """;
            case ENVIRONMENT_UNREADABLE -> """
                The guest's environment cannot be read.

                `k8s-exec env` reads /proc/PID/environ of the guest's main process. Linux shows
                it to the same user alone, with the same capabilities, or to a process that has
                SYS_PTRACE. A script would get GoCD's variables and a standard PATH only.

                Usual causes:
                - The guest runs as another user than the agent.
                - The guest has a capability that the agent lacks.

                What to do:
                - Add SYS_PTRACE to the capabilities of the agent container.

                Example:

                    securityContext:
                      capabilities:
                        add: [SYS_ADMIN, SYS_PTRACE]
                """;
            case NSENTER_MISSING -> """
                The agent image has no nsenter.

                k8s-exec enters the guest by nsenter, which it looks for along the agent's PATH.
                (The native executable needs it only where it cannot enter by itself: README,
                "Way in".)

                Usual causes:
                - The agent image has no util-linux.
                - PATH is not set, or does not lead to it.

                What to do:
                - Install util-linux in the agent image.

                Example:

                    RUN apt-get update && apt-get install -y util-linux
                    RUN apk add --no-cache util-linux
                """;
            case NSENTER_FAILED -> """
                nsenter could not enter the guest.

                nsenter's own line above the error has the reason.

                Usual causes:
                - "reassociate to namespaces failed": the agent container lacks SYS_ADMIN.
                - "Permission denied" of a file in /proc: the guest runs as another user, or
                  has a capability more than the agent, and the agent lacks SYS_PTRACE.
                - The agent drops all capabilities, and lacks SYS_CHROOT.
                - The agent is not root: capabilities of the Pod are then nothing to it, unless
                  nsenter has them as file capabilities; allowPrivilegeEscalation: false
                  switches those off.
                - A security policy of the node forbids setns(2).

                What to do:
                - Let k8s-exec doctor name what is missing.
                - Add SYS_ADMIN, and SYS_PTRACE where the guest is not root.
                - For an agent that is not root, set file capabilities in its image, and leave
                  allowPrivilegeEscalation unset.

                Example:

                    securityContext:
                      capabilities:
                        add: [SYS_ADMIN, SYS_PTRACE]

                    RUN setcap cap_sys_admin,cap_sys_ptrace,cap_sys_chroot+ep \\
                        /usr/bin/nsenter
                """;
            case SH_MISSING -> """
                The guest has no sh.

                k8s-exec starts every script by the guest's sh, which it looks for along the
                guest's own PATH. The exit code is 127, as a shell's own would be.

                Usual causes:
                - The image has no shell: distroless, or made from scratch.
                - The guest's main process has a PATH that leads nowhere.

                What to do:
                - Use a variant of the image that has a shell.
                - Set PATH in the guest's env.

                Example:

                    image: gcr.io/distroless/base-debian12:debug
                """;
            case SH_FAILED -> """
                The guest's sh cannot be run.

                The line above the error has the reason. The exit code is 126, as a shell's own
                would be.

                Usual causes:
                - The script's user may not run it.
                - The image is for another processor ("Exec format error").
                - It lies on a mount with noexec.

                What to do:
                - Look at it in the guest.
                - Use an image for the node's processor.

                Example:

                    kubectl exec POD -c tools -- ls -lL /bin/sh
                """;
            case SHELL_MISSING -> """
                The guest has no such shell.

                The task, or the script's own #! line, names a shell or another interpreter
                that the guest does not have: by its name along the script's PATH, or at its
                path. The exit code is 127, as a shell's own would be.

                Usual causes:
                - The image is small: Alpine and BusyBox have sh and no bash.
                - The job sets PATH to $PATH:/more. GoCD does not expand that, so that nothing
                  can be found any more.

                What to do:
                - Choose sh in the task, or install the shell in the guest's image.
                - Set PATH in the script, not in the job.

                Example:

                    RUN apk add --no-cache bash
                """;
            case SHELL_FAILED -> """
                The task's shell cannot be run.

                The line above the error has the reason. The exit code is 126, as a shell's own
                would be.

                Usual causes:
                - "Argument list too long": all variables together are larger than Linux
                  passes to a program, a quarter of the stack's limit.
                - The script's user may not run the shell.

                What to do:
                - Put large values into files.
                - Look at the shell in the guest.

                Example:

                    kubectl exec POD -c tools -- ls -lL /bin/bash
                """;
            case PROGRAM_MISSING -> """
                The guest has no such program.

                `k8s-exec exec` and `shell` look for it along the guest's own PATH. The exit
                code is 127, as a shell's own would be.

                Usual causes:
                - The program is in the agent's image, and not in the guest's.
                - It is a script whose first line names an interpreter that is not there.
                - It is a word of the shell's, like cd: that is no program.

                What to do:
                - Look where the guest looks: k8s-exec env --values shows its PATH.
                - Name the program by its path, or start a shell: sh -c 'cd /go && ls'.

                Example:

                    k8s-exec exec -- sh -c 'command -v node; echo "$PATH"'
                """;
            case PROGRAM_FAILED -> """
                The program cannot be run.

                The line above the error has the reason. The exit code is 126, as a shell's own
                would be.

                Usual causes:
                - The file is not executable, for this user.
                - Its volume is mounted with noexec.
                - Arguments and environment together are larger than Linux takes.

                What to do:
                - Look at the file and at the mount on which it lies.
                - Run a script by its interpreter, which may read what it may not execute.

                Example:

                    k8s-exec exec -- ls -l /go/build.sh
                    k8s-exec exec -- sh /go/build.sh
                """;
            case TERMINAL_MISSING -> """
                A terminal was asked for, and there is none.

                `k8s-exec shell` and `exec -t` hand on the terminal that they were started at;
                they do not make one.

                Usual causes:
                - kubectl exec was called without -it.
                - Input or output of k8s-exec is a pipe or a file.

                What to do:
                - Call kubectl exec with -it.
                - Where there is no terminal, send commands to sh, without -t.

                Example:

                    kubectl exec -it POD -c gocd-agent -- k8s-exec shell
                    echo 'df -h' | k8s-exec exec -i -- sh
                """;
            case OUTCOME_UNKNOWN -> """
                What became of the script is not known.

                What is not known counts as a failure. The message has what was seen last.

                Usual causes:
                - The launch was killed: out of memory, within the limit of the *agent*
                  container, which the script shares.
                - Something in the guest changed the run's folder in .k8s-exec.

                What to do:
                - Raise the memory limit of the agent container.
                - Look which process of the guest writes to .k8s-exec.

                Example:

                    kubectl get pod POD -o yaml | grep -A 5 lastState
                """;
            case RESULT_FILE -> """
                The result file cannot be written.

                --result names a file that tells the plugin how the run ended. Without it nobody
                would know, so the script is not started.

                Usual causes:
                - The folder is missing, full, read-only or not the agent user's.
                - The file is a symbolic link, which is not followed.

                What to do:
                - Name a file in a folder of the agent where the guest cannot write.

                Example:

                    k8s-exec run --result /tmp/result.json
                """;
            case INSTALL_DIRECTORY -> """
                The directory to install into cannot be used.

                It has to be there already: one that was made for it would not be on the volume.
                No symbolic link is followed on the way, because the guest could have put it
                there.

                Usual causes:
                - The init container does not mount the volume, or mounts it elsewhere.
                - The path leads through a symbolic link.

                What to do:
                - Mount the volume in the init container, and name its mountPath.

                Example:

                    initContainers:
                      - name: install
                        image: registry.example/gocd-agent-with-k8s-exec
                        command: [k8s-exec, install, /go]
                        volumeMounts:
                          - {name: work, mountPath: /go}
                """;
            case INSTALL_FAILED -> """
                A program cannot be written to the directory.

                The message has the operating system's reason. What was there before is there
                unchanged.

                Usual causes:
                - The volume is full: k8s-exec takes some 30 MB.
                - The volume is read-only, or not writable for the init container's user.
                - There is a directory with the name of the program.
                - The directory is sticky, and the program there is another user's.

                What to do:
                - Raise sizeLimit of the emptyDir.
                - Run the init container as the user who owns the volume, or set fsGroup.

                Example:

                    volumes:
                      - name: work
                        emptyDir: {sizeLimit: 10Gi}
                """;
            case NATIVE_ONLY -> """
                The JVM build cannot do this.

                It is a folder of files that needs a Java, so it cannot put itself into another
                container, and it has no pause in it.

                Usual causes:
                - k8s-exec was built without -Dnative.

                What to do:
                - Use the native executable, in the agent image or of your own build.
                - Let the guest wait in another way: sleep infinity.

                Example:

                    ./mvnw package -Dnative
                """;
            case PAUSE_FAILED -> """
                pause cannot be started from within k8s-exec.

                k8s-exec pause starts the small program that it has within itself, from memory.

                Usual causes:
                - The node forbids programs in memory (sysctl vm.memfd_noexec=2).
                - The container has no memory left.

                What to do:
                - Start it as a file: let an init container run k8s-exec install.
                - Let the guest wait in another way: sleep infinity.

                Example:

                    command: [/go/pause]
                """;
            case INTERNAL -> """
                k8s-exec failed in a way that it does not know.

                That is a fault in k8s-exec.

                Usual causes:
                - A situation that nobody has thought of.
                - Too little memory for k8s-exec itself.

                What to do:
                - Report the whole line with the command line and k8s-exec --version.

                Example:

                    k8s-exec --version
                """;
        };
    }
}
