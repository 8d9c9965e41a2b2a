# shellcheck shell=bash disable=SC2034,SC2154
# The guest ends, restarts or comes late, before and during a run.

# during GUEST-ENDS…: what a run says whose guest ends, as the rest of the arguments do it.
guest_ends_during_run() {
    ready_pod ".spec.restartPolicy = \"Always\" | guest.command = $main_process
        | guest.resources.limits.memory = \"32Mi\""
    start_script 'until [ -e /go/go-on ]; do sleep 0.1; done; echo went on; exit 3'
    "$@"
    eventually restarted tools
    agent touch /go/go-on
    script_ended
    # it may go on; but somebody has to know it
    expect "the run's output" "$said" \
        $'the script runs\nk8s-exec: the guest tools *went on\nk8s-exec: the script took *exit code 3'
    expect "the next run" "$(run_script 'echo next')" $'next\nexit code 0'
}

test_guest_killed() { guest_ends_during_run signal_main guest KILL; }
test_guest_out_of_memory() { guest_ends_during_run guest touch /tmp/eat; }

# A second restart comes after a back-off of ten seconds and more.
test_guest_restarting() {
    ready_pod ".spec.restartPolicy = \"Always\" | guest.command = $main_process"
    signal_main guest TERM
    eventually restarted tools
    signal_main guest TERM
    expect "a run while the guest is down" "$(run_script 'echo next')" $'*next\nexit code 0'
    expect "what wait says" "$(in_agent k8s-exec wait --for 60s)" \
        $'process * (sh): the only other container of the Pod\nexit code 0'
    expect "the next run" "$(run_script 'echo next')" $'next\nexit code 0'
}

# no_guest: what is said if there is none, and the Pod shares its PID namespace.
no_guest() {
    expect "what run says" "$(run_script 'echo next' --wait 1s)" \
        '*error \[TARGET_NONE]!(*shareProcessNamespace*) 125'
    expect "what wait says" "$(in_agent k8s-exec wait --for 1s)" \
        '*error \[TARGET_NONE]!(*shareProcessNamespace*) 125'
    expect "what doctor says" "$(in_agent k8s-exec doctor)" '*failure target: !(*shareProcessNamespace*) 1'
    expect "what targets says" "$(in_agent k8s-exec targets)" $'ROLE *\npause *\nagent *gocd-agent *\nexit code 0'
}

test_guest_ended_for_good() {
    ready_pod "guest.command = $main_process"
    signal_main guest TERM
    eventually eval 'kubectl -n "$namespace" get pod pod -o json | grep \"terminated\"'
    no_guest
}

test_guest_crash_looping() {
    create_pod '.spec.restartPolicy = "Always" | guest.command = ["false"]'
    eventually eval '[ "$(restarts tools)" -gt 1 ]'
    no_guest
}

# Its image is still coming.
test_guest_late() {
    create_pod 'guest.image = "images.k8s-exec.test/none:1" | guest.imagePullPolicy = "Never"'
    eventually agent true
    no_guest
    run_script 'echo next' >"$log.early" &
    in_agent k8s-exec wait --for 60s >"$log.wait" &
    sleep 4 # it says after 3 s what it waits for
    kubectl -n "$namespace" set image pod/pod "tools=${images/\*/node:20}"
    wait
    expect "what wait says" "$(cat "$log.wait")" \
        $'*process * (@(env|sleep)): the only other container of the Pod\nexit code 0'
    expect "a run that came too early" "$(cat "$log.early")" $'*wait*next\nexit code 0'
    expect "the next run" "$(run_script 'echo next')" $'next\nexit code 0'
}
