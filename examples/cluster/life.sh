# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of life are made of. To be sourced after common.sh. A test is a function test_NAME, which runs in a
# process of its own, with a namespace of its own in $namespace.
#
# They are in shell, for nearly each line of one is a kubectl command that can be tried by hand: a program in another
# language would start the same commands. One that was changed runs at once, without a build.

# ---- what is right, and what is known to be wrong

fail() {
    echo "$*"
    exit 1
}

# expect WHAT SEEN RIGHT: RIGHT is a pattern of the shell's.
expect() {
    # shellcheck disable=SC2053 # a pattern
    [[ $2 == $3 ]] || fail "$1 is $(quoted "$2"), right is $(quoted "$3")"
}

# known ISSUE WHAT SEEN WRONG RIGHT: today it is WRONG, and ISSUE fixes it. Both are patterns.
known() {
    # shellcheck disable=SC2053 # patterns
    if [[ $3 == $5 ]]; then
        fail "$2 is right at last, $(quoted "$3"): \"known\" can become \"expect\""
    elif [[ $3 != $4 ]]; then
        fail "$2 is $(quoted "$3"), known is $(quoted "$4"), right is $(quoted "$5")"
    fi
    echo "$1: $2 is \"${4//$'\n'/ | }\"" >>"$log.known"
}

quoted() { if [[ $1 == *$'\n'* ]]; then printf '"\n%s\n"' "$1"; else printf '"%s"' "$1"; fi; }

# Ends the test, if there is no way to the node. It is skipped then, which is no failure: a cluster need not give one.
needs_node() {
    [ -n "${K8S_EXEC_NODE:-}" ] || {
        echo "it needs --node" >"$log.skipped"
        exit 0
    }
}

# needs TOOL: ends the test as skipped, if the tool is not there.
needs() {
    type -P "$1" || {
        [ "${K8S_EXEC_POD_TESTS:-}" != required ] || fail "$1 is not installed"
        echo "$1 is not installed" >"$log.skipped"
        exit 0
    }
}

# eventually COMMAND...: waits, a minute at most, until it succeeds.
eventually() {
    local end=$((SECONDS + 60))
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || fail "not within a minute: $*"
        sleep 0.2
    done
}

# ---- a Pod, named pod, in $namespace

# create_pod [JQ]: the Pod of root-agent-root-guest, or of $example, changed by a program of jq's for which agent and
# guest are its containers.
create_pod() {
    with_images "examples/${example:-root-agent-root-guest}.yaml" |
        kubectl -n "$namespace" create --dry-run=client -o json -f - |
        jq --arg images "$images" "
            def agent: .spec.containers[0];
            def sidecar: .spec.initContainers[]? | select(.name == \"tools\");
            def guest: sidecar // .spec.containers[1];
            def image(\$name): \$images | sub(\"[*]\"; \$name);
            def set(\$name; \$value):
                .env |= ((. // []) | map(select(.name != \$name))) + [{name: \$name, value: \$value}];
            .metadata.name = \"pod\" | agent |= del(.lifecycle) | ${1:-.}" >"$log.json"
    kubectl -n "$namespace" create -f "$log.json"
}

ready_pod() {
    create_pod "$@"
    kubectl -n "$namespace" wait --for condition=Ready pod/pod --timeout 120s || {
        kubectl -n "$namespace" describe pod pod
        fail "the Pod did not get ready"
    }
}

agent() { kubectl -n "$namespace" exec -i pod -c gocd-agent -- "$@"; }
guest() { kubectl -n "$namespace" exec -i pod -c tools -- "$@"; }

# in_agent COMMAND...: prints what it says there, on both streams, and its exit code.
in_agent() { agent sh -c '"$@" 2>&1; echo "exit code $?"' - "$@"; }

# run_script SCRIPT [OPTION...]: the same for a run of k8s-exec; in the folder $folder if that is set.
run_script() {
    jq -n --arg script "$1" --arg folder "${folder:-}" \
        '{version: 1, script: $script} + if $folder == "" then {} else {workingDirectory: $folder} end' |
        in_agent k8s-exec run "${@:2}"
}

# start_script SCRIPT [OPTION...]: likewise, beside the test. What it prints gets into $log.run, and the script has
# started.
start_script() {
    run_script "echo the script runs
        $1" "${@:2}" >"$log.run" &
    script=$!
    eventually grep 'the script runs' "$log.run"
}

# Waits for that script's end, and sets $said to what it has printed.
script_ended() {
    wait "$script" || true
    said=$(cat "$log.run")
}

# running COMMAND...: how many such processes there are in the Pod.
running() {
    agent sh -c 'for process in /proc/[0-9]*; do
        [ "$(tr "\0" " " <"$process/cmdline" 2>/dev/null)" != "$* " ] || echo "$process"
    done' - "$@" | wc -l
}

# restarts CONTAINER: how often it was started again.
restarts() {
    kubectl -n "$namespace" get pod pod -o "jsonpath={.status.containerStatuses[?(@.name==\"$1\")].restartCount}"
}
restarted() {
    [ "$(restarts "$1")" != 0 ] && kubectl -n "$namespace" get pod pod \
        -o "jsonpath={.status.containerStatuses[?(@.name==\"$1\")].state.running}" | grep started
}

# For a container's command: a program that ends at a signal, or eats all memory once /tmp/eat is there. Kubernetes
# makes one $ of two.
main_process='["sh", "-c", "echo $$$$ >/tmp/main; until [ -e /tmp/eat ]; do sleep 0.1; done; exec tail /dev/zero"]'

# signal_main agent|guest SIGNAL: kubectl may lose the container that it is in.
signal_main() { "$1" sh -c 'kill -s "$1" "$(cat /tmp/main)"' - "$2" || true; }

pod_uid() { kubectl -n "$namespace" get pod pod -o 'jsonpath={.metadata.uid}'; }

# sandbox keep|kill: keeps the Pod's PID namespace for a minute, so that none of a new sandbox gets its number; or
# kills the sandbox's process.
sandbox() {
    on_node sh -c 'for process in /proc/[0-9]*; do
        [ "$(cat "$process/comm" 2>/dev/null)" = pause ] || continue
        grep -qE "pod($2|$(echo "$2" | tr - _))" "$process/cgroup" || continue
        case $1 in
            keep) sleep 60 9<"$process/ns/pid" >/dev/null 2>&1 & ;;
            kill) kill -KILL "${process#/proc/}" ;;
        esac
    done' - "$1" "$(pod_uid)"
}
