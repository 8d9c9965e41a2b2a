# shellcheck shell=bash disable=SC2034,SC2154
# Which container is the guest, as containers are added, restart and are down.

next=$'next\nexit code 0'
ambiguous='*error \[TARGET_AMBIGUOUS]*exit code 125'

test_native_sidecar() {
    ready_pod '.spec.initContainers = [guest
            + {restartPolicy: "Always", startupProbe: {exec: {command: ["true"]}, periodSeconds: 1}}]
        | .spec.containers |= .[:1]'
    expect "the first run" "$(run_script 'echo next')" "$next"
}

# kubectl debug adds a container without the shared volume; each is ended before the next one comes.
test_debug_container() {
    local profile
    # the profile restricted refuses root
    ready_pod '.spec.securityContext.runAsUser = 1000 | guest.securityContext.runAsUser = 0'
    for profile in general baseline restricted netadmin sysadmin legacy; do
        kubectl -n "$namespace" debug pod --profile "$profile" --container "$profile" \
            --image "${images/\*/node:20}" -- sh -c 'echo $$$$ >/tmp/main; exec sleep infinity'
        eventually kubectl -n "$namespace" exec pod -c "$profile" -- test -e /tmp/main
        expect "a run beside a container of the profile $profile" "$(run_script 'echo next')" "$next"
        kubectl -n "$namespace" exec pod -c "$profile" -- sh -c 'kill "$(cat /tmp/main)"'
        eventually eval "kubectl -n $namespace get pod pod -o json | jq -e '.status.ephemeralContainerStatuses[]
            | select(.name == \"$profile\").state.terminated'"
    done
    expect "the run after them" "$(run_script 'echo next')" "$next"
}

# A Pod as a service mesh's webhook leaves it: the test makes no webhook, which would be the whole cluster's.
test_injected_sidecar() {
    ready_pod '.spec.containers |= [{name: "proxy", image: image("node:20"), command: ["sleep", "infinity"]}] + .'
    expect "a run beside a mesh's sidecar" "$(run_script 'echo next')" "$next"
}

two_guests=".spec.restartPolicy = \"Always\" | guest.command = $main_process | guest |= set(\"WHO\"; \"tools\")
    | .spec.containers += [guest | .name = \"other\" | set(\"WHO\"; \"other\")]"

test_two_guests_of_one_image() {
    ready_pod "$two_guests"
    expect "a run in tools" "$(run_script 'echo $WHO' --container tools)" $'tools\nexit code 0'
    expect "a run in other" "$(run_script 'echo $WHO' --container other)" $'other\nexit code 0'
    signal_main guest KILL
    eventually restarted tools
    expect "a run in tools, after its restart" "$(run_script 'echo $WHO' --container tools)" $'tools\nexit code 0'
    expect "a run in other" "$(run_script 'echo $WHO' --container other)" $'other\nexit code 0'
    expect "a run without a name" "$(run_script 'echo $WHO')" "$ambiguous"
}

# The second restart comes after a back-off of ten seconds and more.
test_one_of_two_guests_is_down() {
    ready_pod "$two_guests"
    expect "a run without a name, both there" "$(run_script 'echo $WHO')" "$ambiguous"
    signal_main guest KILL
    eventually restarted tools
    signal_main guest KILL
    expect "a run without a name" "$(run_script 'echo $WHO')" "$ambiguous"
    expect "a run in the one that is down" "$(run_script 'echo $WHO' --container tools)" $'*tools\nexit code 0'
    expect "a wait for it" "$(in_agent k8s-exec wait --for 60s --container tools)" $'process *tools\nexit code 0'
    expect "a run in it" "$(run_script 'echo $WHO' --container tools)" $'tools\nexit code 0'
}
