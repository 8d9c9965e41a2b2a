# shellcheck shell=bash disable=SC2034,SC2154
# What doctor says is to be changed in a Pod, done as it says.

# A Pod that lacks nearly all that a run takes. What fails first hides other things, so doctor is asked again.
test_doctor_mends_the_manifest() {
    local round said
    create_pod 'del(.spec.shareProcessNamespace) | del(agent.securityContext.capabilities)
        | agent.env |= map(select(.name != "GO_K8S_CONTAINER_SHARED_ROOT")) | agent.securityContext.runAsUser = 0'
    for round in 1 2 3; do
        kubectl -n "$namespace" wait --for condition=Ready pod/pod --timeout 120s || fail "the Pod did not get ready"
        # of what scripts surprise people with, the examples are free: only what fails is waited for
        said=$(in_agent k8s-exec doctor)
        [[ $said != *$'\nexit code 0' ]] || break
        agent k8s-exec doctor --yaml >"$log.change" || true
        cat "$log.change"
        kubectl patch --local -f "$log.json" --patch-file "$log.change" -o json >"$log.patched"
        mv "$log.patched" "$log.json"
        kubectl -n "$namespace" delete pod pod --force --grace-period=0
        kubectl -n "$namespace" create -f "$log.json"
    done
    echo "$said"
    expect "what doctor says in the end" "$said" \
        $'*+-- gocd-agent: the agent *|  *: scripts run as the agent\'s user, in the agent\'s limits\n     v*code 0'
    expect "how often it had to be asked" "$round" "[23]"
    expect "a run" "$(run_script 'echo runs')" $'runs\nexit code 0'
}
