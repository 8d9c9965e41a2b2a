# shellcheck shell=bash disable=SC2034,SC2154
# The shared volume, of all kinds, and missing, full, read-only, or with another one below it.

doctor() { in_agent k8s-exec doctor; }
green=$'*scripts can run; warnings: 0\nexit code 0'

# What a script sees is what the agent sees.
same_folder() {
    agent sh -c 'echo seen >/go/seen'
    expect "a run" "$(run_script 'cat seen; echo made >made')" $'seen\nexit code 0'
    expect "what it made" "$(agent cat /go/made)" made
}

test_volume_in_memory() {
    ready_pod '.spec.volumes[0].emptyDir = {medium: "Memory", sizeLimit: "1Mi"}'
    same_folder
    run_script 'cat /dev/zero >full' || true
    expect "a run, the volume full" "$(run_script 'echo next')" $'next\nexit code 0'
    expect "doctor, the volume full" "$(doctor)" '*failure free-space: no space left: 0B free of 1Mi*exit code 1'
}

test_volume_by_subpath() {
    ready_pod '(agent, guest).volumeMounts[0].subPath = "jobs/web"'
    same_folder
    expect "doctor" "$(doctor)" "$green"
}

# The guest has a part of it, elsewhere.
test_volume_by_subpath_in_the_guest() {
    ready_pod 'guest.volumeMounts[0] += {mountPath: "/jobs", subPath: "pipelines"}
        | agent |= (set("GO_K8S_CONTAINER_SHARED_ROOT"; "/go/pipelines") | set("GO_K8S_CONTAINER_ROOT"; "/jobs"))'
    expect "a run" "$(run_script 'pwd; echo made >made')" $'/jobs\nexit code 0'
    expect "what it made" "$(agent cat /go/pipelines/made)" made
}

test_volume_missing() {
    ready_pod 'guest.volumeMounts = []'
    expect "a run" "$(run_script 'echo next')" '*error \[CONTAINER_ROOT_INVALID]*exit code 125'
    expect "doctor" "$(doctor)" '*failure container-root: the guest does not have*exit code 1'
}

test_volume_read_only() {
    ready_pod 'guest.volumeMounts[0].readOnly = true'
    expect "a run" "$(run_script 'echo next')" '*error \[CONTAINER_ROOT_INVALID]*exit code 125'
    expect "doctor" "$(doctor)" '*failure mount-options: /go is mounted read-only in the guest container*exit code 1'
}

# Of the agent or of the guest, in which the other one does not see the job's folder.
volume_below() {
    local folder=pipelines/web
    ready_pod ".spec.volumes += [{name: \"other\", emptyDir: {}}]
        | $1.volumeMounts += [{name: \"other\", mountPath: \"/go/pipelines\"}]"
    agent mkdir -p /go/pipelines/web
    guest mkdir -p /go/pipelines/web
    expect "a run" "$(run_script 'echo made >made')" '*error \[*/go/pipelines*exit code 125'
    expect "what the agent has of it" "$(agent ls /go/pipelines/web)" ""
    expect "doctor" "$(doctor)" '*failure container-root: *volume other at /go/pipelines*exit code 1'
}
test_volume_below_in_the_agent() { volume_below agent; }
test_volume_below_in_the_guest() { volume_below guest; }

# The Pod is killed in the middle of a run; the next one has the same volume.
next_pod_on_claim() {
    needs_node
    make_claim work
    ready_pod ".spec.volumes[0] = {name: \"work\", persistentVolumeClaim: {claimName: \"work\"}} | $1"
    start_script 'sleep 4321'
    sandbox keep
    kubectl -n "$namespace" delete pod pod --force --grace-period=0
    script_ended
    ready_pod ".spec.volumes[0] = {name: \"work\", persistentVolumeClaim: {claimName: \"work\"}} | $1"
}

test_next_pod_on_the_same_claim() {
    next_pod_on_claim .
    expect "the next Pod's run" "$(run_script 'echo next')" $'*cleaned up*next\nexit code 0'
    expect "what is left of files" "$(agent ls -A /go)" $'config\npipelines'
}

# At the mount kubelet gives all that is there to the group.
test_next_pod_on_the_same_claim_with_fsgroup() {
    next_pod_on_claim '.spec.securityContext.fsGroup = 2000'
    expect "the next Pod's run" "$(run_script 'echo next')" $'*cleaned up*next\nexit code 0'
    expect "its gc" "$(in_agent k8s-exec gc)" 'exit code 0'
    expect "what is left of files" "$(agent ls -A /go)" $'config\npipelines'
}
