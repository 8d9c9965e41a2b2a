# shellcheck shell=bash disable=SC2034,SC2154
# Several Pods with a loop of tasks each.

# load PODS SECONDS: no run fails, and nothing is left in any of the Pods.
load() {
    local pods=$1 number runs
    create_pod ".spec.terminationGracePeriodSeconds = 1 | . as \$pod | {apiVersion: \"v1\", kind: \"List\",
        items: [range($pods) as \$i | \$pod | .metadata.name = \"pod-\(\$i)\"]}"
    kubectl -n "$namespace" wait --for condition=Ready pods --all --timeout 300s
    for ((number = 0; number < pods; number++)); do
        kubectl -n "$namespace" exec -i "pod-$number" -c gocd-agent -- sh -c '
            end=$(($(date +%s) + $1))
            runs=0
            while [ "$(date +%s)" -lt "$end" ]; do
                out=$(printf "{\"version\": 1, \"script\": \"echo %s; sleep 0.0\$((%s %% 10)); exit %s\"}" \
                    "$runs" "$runs" "$((runs % 3))" | k8s-exec run --cost never 2>&1)
                [ $? = $((runs % 3)) ] && [ "$out" = "$runs" ] || echo "run $runs: $out"
                runs=$((runs + 1))
            done
            echo "$runs runs"
            ls -A /go | grep -vE "^(config|pipelines)$"
            for process in /proc/[0-9]*; do cat "$process/comm"; done 2>/dev/null | grep -c k8s-exec' - "$2" \
            >"$log.$number" &
    done
    wait
    cat "$log".[0-9]*
    for ((number = 0; number < pods; number++)); do
        expect "what pod-$number says" "$(cat "$log.$number")" $'[1-9]* runs\n0'
    done
    runs=$(cat "$log".[0-9]* | awk '$2 == "runs" { sum += $1 } END { print sum }')
    [ "$runs" -ge $((pods * $2)) ] || fail "only $runs runs in $pods Pods and $2 s"
}

test_loops_in_two_pods() { load 2 5; }
long_loops_in_ten_pods() { load 10 60; }
