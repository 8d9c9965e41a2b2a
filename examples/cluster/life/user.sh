# shellcheck shell=bash disable=SC2034,SC2154
# Users and groups as the Pod sets them.

groups='.spec.securityContext = {fsGroup: 2000, supplementalGroups: [3000]}'

test_groups() {
    ready_pod "$groups | agent.securityContext.capabilities.add += [\"SYS_PTRACE\"]
        | guest.securityContext = {runAsUser: 1000, runAsGroup: 1000}"
    expect "the agent's user" "$(run_script 'id -u; id -G')" $'0\n0 2000 3000\nexit code 0'
    expect "the target's user" "$(run_script 'id -u; id -G' --user target)" \
        $'1000\n1000 2000 3000\nexit code 0'
    expect "the volume's owner" "$(run_script 'stat -c "%u:%g %a" .')" $'0:2000 2777\nexit code 0'
}

# Groups that an image's /etc/group has are the container's, too, unless the policy says Strict.
groups_policy() {
    ready_pod "$groups | .spec.securityContext.supplementalGroupsPolicy = \"$1\""
    expect "the guest's groups" "$(guest id -G)" "$2"
    expect "the target's user" "$(run_script 'id -G' --user target)" "$2"$'\nexit code 0'
}
test_groups_merged() { groups_policy Merge '0 2000 3000 4000'; }
test_groups_strict() { groups_policy Strict '0 2000 3000'; }

# As OpenShift does it: any uid, group 0.
test_user_without_name() {
    ready_pod '.spec.securityContext = {runAsUser: 1234567, runAsGroup: 0, fsGroup: 2000} | agent.securityContext =
        {capabilities: {drop: ["ALL"], add: ["SYS_ADMIN", "SYS_CHROOT", "SYS_PTRACE"]}}'
    expect "the script's user" "$(run_script 'id -u; id -G; echo made >made')" $'1234567\n0 2000\nexit code 0'
    expect "what it made" "$(agent stat -c %u:%g /go/made)" 1234567:2000
    agent rm /go/made
}
