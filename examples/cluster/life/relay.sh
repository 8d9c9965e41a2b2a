# shellcheck shell=bash disable=SC2034,SC2154
# A guest with a relay, in a Pod without any privilege.

# with k8s-exec along the PATH
baked="agent.image = image(\"$(sed -n 's|.*registry.example/\(gocd-agent[^ ]*\).*|\1|p' examples/two-guests.yaml)\")"

relay_pod() { example=restricted ready_pod "$baked | ${1:-.}"; }

relay_killed() {
    on_node sh -c 'for process in /proc/[0-9]*; do
        [ "$(cat "$process/comm" 2>/dev/null)" = relay ] || continue
        grep -qE "pod($1|$(echo "$1" | tr - _))" "$process/cgroup" || continue
        # of those of one container the first: the others go with it
        kill -KILL "${process#/proc/}" && exit
    done' - "$(pod_uid)"
}

# The first task after it waits for the relay that Kubernetes starts again.
test_relay_killed() {
    needs_node
    relay_pod
    start_script 'sleep 1000'
    relay_killed
    script_ended
    expect "a script whose relay is killed" "$said" '*error \[RELAY_LOST]*ended while the script ran*exit code 125'
    expect "the run after it" "$(run_script 'echo next')" $'*next\nexit code 0'
}

test_relay_memory() {
    relay_pod 'guest.resources.limits.memory = "64Mi"'
    expect "a script that goes on" "$(run_script 'tail /dev/zero; echo went on')" \
        $'*went on*the guest?s memory limit of 64Mi was reached*exit code 0'
    expect "the run after it" "$(run_script 'echo next')" "$next"
}

relay_end() {
    main[gocd]="$baked | ${main[gocd]}"
    example=restricted check_end "$1" gocd
}
test_relay_delete() { relay_end delete; }
test_relay_eviction() { relay_end eviction; }
