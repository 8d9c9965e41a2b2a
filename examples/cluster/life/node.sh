# shellcheck shell=bash disable=SC2034,SC2154
# The Pod shares the node's network or processes.

test_host_network() {
    ready_pod '.spec.hostNetwork = true'
    expect "a run" "$(run_script 'echo next')" $'next\nexit code 0'
}

# The agent sees all processes of the node. It must never enter the node itself, whatever is asked.
test_host_pid() {
    ready_pod '.spec.hostPID = true | del(.spec.shareProcessNamespace) | agent.securityContext = {privileged: true}'
    expect "exec in a kernel thread" "$(in_agent k8s-exec exec --pid 2 -- sh -c 'echo ran')" \
        '*error \[TARGET_FOREIGN]*exit code 125'
    expect "exec in the node's process 1" "$(in_agent k8s-exec exec --pid 1 -- sh -c 'echo ran')" \
        '*error \[TARGET_FOREIGN]*exit code 125'
    expect "exec" "$(in_agent k8s-exec exec -- sh -c 'cat /etc/image || echo ran on the node')" $'*node:20\nexit code 0'
    expect "a run" "$(run_script 'cat /etc/image || echo ran on the node')" $'*node:20\nexit code 0'
}
