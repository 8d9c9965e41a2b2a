# shellcheck shell=bash disable=SC2034,SC2154
# The Pod is ended while a task runs, in all ways and with all kinds of main process in the agent container.

# What the agent container starts, as programs of jq's. GoCD's images have tini -g, and a bootstrapper that does not
# wait for the agent's JVM: that needs a preStop.
declare -A main=(
    [jvm]='agent.command = $task'
    [tini]='agent.command = ["tini", "--"] + $task'
    [tini_group]='agent.command = ["tini", "-g", "--"] + $task'
    [gocd]='agent.command = ["tini", "-g", "--", "sh", "-c", "trap \"exit 143\" TERM; \"$@\" & wait $!", "-"] + $task
        | agent.lifecycle.preStop.exec.command = ["k8s-exec", "stop"]'
    [deaf]='agent.command = ["sh", "-c", "trap : TERM; \"$@\" & while kill -0 $!; do wait $!; done", "-"] + $task
        | .spec.terminationGracePeriodSeconds = 5'
    [sleep]='agent.command = ["sleep", "infinity"]'
)

end_by_delete() { kubectl -n "$namespace" delete pod pod --wait=false; }
end_by_force() { kubectl -n "$namespace" delete pod pod --force --grace-period=0; }
end_by_deadline() { kubectl -n "$namespace" patch pod pod --patch '{"spec": {"activeDeadlineSeconds": 1}}'; }
end_by_eviction() {
    kubectl create --raw "/api/v1/namespaces/$namespace/pods/pod/eviction" -f - <<JSON
{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "pod", "namespace": "$namespace"}}
JSON
}

# The task cleans up for 5 s once it is told to end, first by itself and then by processes that it starts.
cleaning_task='mkfifo /tmp/wait
exec 8<>/tmp/wait
told=
trap "told=yes" TERM
echo the script runs
while [ -z "$told" ]; do read -t 1 x <&8; done
echo cleaning up
echo >cleaning
for i in 1 2; do read -t 1 x <&8; done
disturbed=
for i in 1 2 3 4 5 6; do sleep 0.5 || disturbed=yes; done
[ -n "$disturbed" ] || echo undisturbed
echo cleaned up'

# end WAY MAIN: sets $console to what the task's console shows from then on.
end() {
    local begin follower
    ready_pod "[\"/opt/task/task\", \"--shell\", \"sh\", $(jq -n --arg script "$cleaning_task" '$script')] as \$task
        | agent |= set(\"GO_K8S_WAIT\"; \"60s\") | ${main[$2]}"
    if [ "$2" = sleep ]; then
        agent /opt/task/task --shell sh "$cleaning_task" >"$log.console" &
    else
        kubectl -n "$namespace" logs --follow pod -c gocd-agent >"$log.console" &
    fi
    follower=$!
    eventually grep 'the script runs' "$log.console"
    begin=$SECONDS
    [ "$2" != tini_group ] || stop_java_for_a_moment
    "end_by_$1"
    wait "$follower" || true
    ended=$((SECONDS - begin))
    if [ "$1" = deadline ]; then
        # the Pod stays
        eventually eval "kubectl -n $namespace get pod pod -o json | jq -e '
            .status.containerStatuses[] | select(.name == \"gocd-agent\").state.terminated'"
        kubectl -n "$namespace" logs pod -c gocd-agent >"$log.console"
    fi
    console=$(sed '1,/the script runs/d' "$log.console")
}

# Until the task cleans up: a signal from the JVM and one from tini would become one if they came at the same time.
stop_java_for_a_moment() {
    agent sh -c 'for process in /proc/[0-9]*; do
            [ "$(cat "$process/comm" 2>/dev/null)" != java ] || java=${process#/proc/}
        done
        kill -STOP "$java"
        echo >/go/stopped
        until [ -e /go/cleaning ]; do sleep 0.1; done
        kill -CONT "$java"' &
    eventually agent test -e /go/stopped
}

# check_end WAY MAIN
check_end() {
    end "$@"
    case $2 in
        jvm | tini)
            expect "the console" "$console" "*cleaning up*"
            [ "$1" != force ] || return 0 # that leaves two seconds
            expect "the console" "$console" "*cleaned up*"
            expect "the console" "$console" '*undisturbed*cleaned up*stopp*'
            ;;
        tini_group | gocd)
            if [ "$1" = force ]; then
                expect "the console" "$console" '!(*cleaned up*)'
            else
                expect "the console" "$console" '*undisturbed*cleaned up*stopp*'
            fi
            ;;
        deaf)
            # nobody is told until the Pod's time is over
            expect "the console" "$console" '?(stderr\| k8s-exec: the guest tools *that container?s files*)'
            [ "$ended" -ge 4 ] || [ "$1" = force ] || fail "it was over after $ended s"
            ;;
        sleep)
            # with the container's main process all its processes end
            expect "the console" "$console" '!(*cleaned up*)'
            [ "$ended" -lt 20 ] || fail "it was over after $ended s"
            ;;
    esac
}

test_delete_jvm() { check_end delete jvm; }
test_delete_tini() { check_end delete tini; }
test_delete_tini_group() { check_end delete tini_group; }
test_delete_gocd() { check_end delete gocd; }
test_delete_deaf() { check_end delete deaf; }
test_delete_sleep() { check_end delete sleep; }
test_force_jvm() { check_end force jvm; }
test_deadline_jvm() { check_end deadline jvm; }
test_eviction_jvm() { check_end eviction jvm; }

for way in delete force deadline eviction; do
    for process in "${!main[@]}"; do
        eval "long_${way}_$process() { check_end $way $process; }"
    done
done
