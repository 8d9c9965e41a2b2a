#!/bin/sh
# Runs in the agent container of a Pod of examples/, by any sh: doctor, a task, a look at what it left, a task that is
# canceled. What the tasks print is in the container's log.
set -eu
fail() {
    echo "FAILED: $*"
    exit 1
}
start_task() {
    rm -f /tmp/exit
    cat >/tmp/task.new
    mv /tmp/task.new /tmp/task
}
until_there() {
    i=0
    while [ ! -e "$1" ]; do
        [ $((i += 1)) -lt 600 ] || fail "no $1 after a minute"
        sleep 0.1
    done
}
passed() {
    until_there /tmp/exit
    [ "$(cat /tmp/exit)" = 0 ]
}
# what the canceled task has running: seen from the guest if its processes are not the agent's to see
look='for process in /proc/[0-9]*; do
    [ "$(tr "\\0" " " <"$process/cmdline" 2>/dev/null)" != "sleep 4321 " ] || echo "$process"
done'
processes() {
    if [ -n "${GO_K8S_RELAY:-}" ]; then
        "$k8s_exec" exec -- sh -c "$look"
    else
        sh -c "$look"
    fi
}
cd "$GO_K8S_CONTAINER_SHARED_ROOT/pipelines/web"
k8s_exec=${K8S_EXEC:-k8s-exec}
"$k8s_exec" doctor || fail "doctor is not green"
# what the guest may not know of the agent
doctor=$("$k8s_exec" doctor --json | tr -d ' \n')
for check in agent-identity guest-environment; do
    case $doctor in
        *"\"id\":\"$check\",\"status\":\"warning\""*) fail "doctor warns: $check" ;;
    esac
done

# what this Pod is about, from examples/cluster/extra
if command -v extra >/dev/null; then extra; fi

start_task <<'TASK'
set -e
echo "pipeline $GO_PIPELINE_NAME in $PWD as $(id -u):$(id -g) in $(cat /etc/image)"
echo "environment of the guest: ${FROM_IMAGE:-no}"
if cat ../../config/* 2>/dev/null || [ "$GO_EA_AUTO_REGISTER_KEY" ]; then exit 1; fi
mkdir -p out/deep
echo built >out/deep/artifact
TASK
passed || fail "the task did not pass"
echo "left: $(stat -c %u:%g out/deep/artifact)"
rm -r out || fail "the agent cannot delete what the task left"

echo 1s >/tmp/grace
start_task <<'TASK'
trap "" TERM
setsid sleep 4321 &
echo >started
sleep 4321
TASK
until_there started
[ -n "$(processes)" ] || fail "the task to cancel has no process"
echo >/tmp/cancel
! passed || fail "a canceled task passed"
[ -z "$(processes)" ] || fail "processes of the canceled task are left: $(processes)"
[ ! -e "$GO_K8S_CONTAINER_SHARED_ROOT/.k8s-exec" ] || fail "files of k8s-exec are left"
rm -f started /tmp/cancel /tmp/grace
echo "canceled: nothing left"

# for the test, which deletes the Pod while this task runs
start_task <<'TASK'
trap 'sleep 2; echo "clean-up done"; exit 1' TERM
echo >started
while :; do sleep 0.1; done
TASK
until_there started
