# shellcheck shell=bash disable=SC2034,SC2154
# Little of processor, memory and process ids.

test_processor_100m() {
    ready_pod '(agent, guest).resources.limits.cpu = "100m"'
    expect "a run" "$(run_script 'echo next')" $'next\nexit code 0'
    start_script 'sleep 4321' --grace 1s
    agent sh -c 'for process in /proc/[0-9]*; do
        [ "$(cat "$process/comm" 2>/dev/null)" != k8s-exec ] || kill -TERM "${process#/proc/}"
    done'
    script_ended
    expect "a canceled run" "$said" $'the script runs*exit code 143'
    expect "what is left running" "$(running sleep 4321)" 0
}

# The agent's memory limit is raised during a run.
test_resize_in_place() {
    ready_pod 'agent.resources.limits.memory = "64Mi"'
    start_script 'until [ -e more ]; do sleep 0.1; done; x=$(head -c 60000000 /dev/zero | tr "\0" x); echo "${#x}"'
    kubectl -n "$namespace" patch pod pod --subresource resize --patch \
        '{"spec": {"containers": [{"name": "gocd-agent", "resources": {"limits": {"memory": "512Mi"}}}]}}'
    eventually eval "kubectl -n $namespace get pod pod -o json | jq -e '
        .status.containerStatuses[] | select(.name == \"gocd-agent\").resources.limits.memory == \"512Mi\"'"
    agent touch /go/more
    script_ended
    expect "the run" "$said" $'the script runs\n60000000\nexit code 0'
}

# The Pod's control group on the node, where a pids limit of kubelet's is set.
pids() {
    on_node sh -c '
        file=$(find /sys/fs/cgroup -path "*pod$1/pids.max" -o -path "*pod$(echo "$1" | tr - _).slice/pids.max")
        cd "${file%/*}"
        '"$1" - "$(pod_uid)" >&2
}

# run_with_pids N: a run in a Pod that may have so many processes and threads. Of them pause, two sleeps and a shell
# are there already; nothing can be started in it any more.
run_with_pids() {
    {
        pids 'until [ "$(cat pids.current)" = 4 ] && sleep 0.3 && [ "$(cat pids.current)" = 4 ]; do sleep 0.1; done
            echo '"$1"' >pids.max'
        echo
        echo '{"version": 1, "script": "echo next"}'
    } | agent sh -c 'read -r _; k8s-exec run 2>&1; echo "exit code $?"'
    pids 'echo max >pids.max'
}

test_process_ids() {
    needs_node
    ready_pod 'agent.command = ["sleep", "infinity"]'
    expect "a run with one process id" "$(run_with_pids 5)" '*error \[AGENT_LIMIT]*exit code 125'
    expect "a run with two process ids" "$(run_with_pids 6)" '*error \[!(INTERNAL*)exit code 125'
    expect "a run with enough of them" "$(run_with_pids 20)" $'next\nexit code 0'
}
