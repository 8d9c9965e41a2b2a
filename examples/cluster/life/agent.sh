# shellcheck shell=bash disable=SC2034,SC2154
# The agent container ends during a run, and is started again on the same volume.

# agent_ends SIGNAL|FILE: the main process gets this signal, or eats all memory once this file is there.
agent_ends() {
    ready_pod ".spec.restartPolicy = \"Always\" | agent.command = $main_process
        | agent.resources.limits.memory = \"64Mi\""
    start_script 'setsid sleep 4321'
    case $1 in
        /*) agent touch "$1" ;;
        *) signal_main agent "$1" ;;
    esac
    eventually restarted gocd-agent
    script_ended
    expect "the run's output" "$said" "the script runs"
    expect "what is left running" "$(running sleep 4321)" 0
    expect "the next run" "$(run_script 'echo next')" \
        $'k8s-exec: cleaned up after a run whose k8s-exec (process *) was killed\nnext\nexit code 0'
    expect "what is left of files" "$(agent ls -A /go)" "config"
}

test_agent_killed() { agent_ends KILL; }
test_agent_out_of_memory() { agent_ends /tmp/eat; }
test_agent_ended() { agent_ends TERM; }

# The sandbox dies, as on a restart of the node: all containers are started again, in a new PID namespace.
test_new_sandbox() {
    needs_node
    ready_pod '.spec.restartPolicy = "Always"'
    start_script 'setsid sleep 4321'
    sandbox keep
    sandbox kill
    eventually restarted gocd-agent
    eventually restarted tools
    expect "what is left running" "$(running sleep 4321)" 0
    expect "the next run" "$(run_script 'echo next')" $'*cleaned up*next\nexit code 0'
    expect "what is left of files" "$(agent ls -A /go)" $'config\npipelines'
}
