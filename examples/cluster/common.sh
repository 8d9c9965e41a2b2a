# shellcheck shell=bash
# What examples/test and examples/life share: a cluster, its images, namespaces that are gone at the end. To be
# sourced in the project's folder. $program is the name of the test in its messages.

# ---- words

say() { echo "${program:?}: $*"; }
die() {
    say "$*" >&2
    exit 1
}
skip() {
    say "skipped: $*"
    [ "${K8S_EXEC_POD_TESTS:-}" != required ] || die "Pod tests are required here"
    exit 0
}

# The comment at the head of the program, as its help.
usage() {
    sed -n '3,/^$/s/^# \{0,1\}//p' "$0"
    exit
}

# ---- the cluster

keep=
taken=
export keep taken

# common_option ARGUMENT...: takes the first of them if it is an option that both programs have; $taken is how many
# words it has. An option with a value is remembered as the variable that has the same meaning: --load as
# K8S_EXEC_LOAD.
common_option() {
    taken=1
    case $1 in
        --load | --registry | --node)
            [ $# -gt 1 ] || die "$1 needs a value"
            declare -gx "K8S_EXEC_$(echo "${1#--}" | tr '[:lower:]' '[:upper:]')=$2"
            taken=2
            ;;
        --keep) keep=yes ;;
        --help) usage ;;
        *) return 1 ;;
    esac
}

# Nobody's cluster is taken by chance: KUBECONFIG has to say which. From here on there is the folder $work for files.
need_cluster() {
    local tool
    [ -n "${KUBECONFIG:-}" ] || skip "KUBECONFIG names no cluster. One for tests: kind create cluster --kubeconfig" \
        "kind.conf; or k3s, whose file is /etc/rancher/k3s/k3s.yaml"
    for tool in kubectl jq; do
        type -P "$tool" >/dev/null || skip "$tool is not installed"
    done
    kubectl get --raw /readyz >/dev/null 2>&1 || skip "the cluster of KUBECONFIG ($KUBECONFIG) does not answer"
    work=$(mktemp -d "${TMPDIR:-/tmp}/$run.XXXXXX")
    trap on_end EXIT
    trap 'exit 1' HUP INT PIPE TERM
}

# Sets $images to the pattern of the images' names on the cluster, where they are afterwards.
need_images() {
    local begin=$SECONDS
    images=$(examples/cluster/image/make) || exit 1
    say "images are there, $((SECONDS - begin)) s"
}

# The Pod file $1 with the images' names on the cluster. The elastic agent plugin would fill in what is in double
# braces.
with_images() {
    sed -e "s#\(\<\(image\|reference\): \)\(registry.example/\)\?\([^ ,}]\+\)#\1${images/\*/\\4}#" \
        -e 's/{{ [A-Z_]* }}/1/g' "$1"
}

# The name that an image of the cluster has in the Pod file.
own_name() {
    local name=${1#"${images%%\**}"}
    echo "${name%"${images##*\*}"}"
}

# ---- namespaces, each with the label k8s-exec-test: what a killed test left goes by
#      kubectl delete namespaces --selector k8s-exec-test

run=k8s-exec-$(printf '%04x%04x' "$RANDOM" "$RANDOM")

# namespace NAME LEVEL: makes a namespace in which Pods of that Pod Security level are admitted, and prints its name.
namespace() {
    local name=$run-$1 end=$((SECONDS + 60))
    kubectl create -f - >/dev/null <<JSON
{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "$name",
    "labels": {"k8s-exec-test": "$run", "pod-security.kubernetes.io/enforce": "$2"}}}
JSON
    # no Pod is admitted before it is there
    until kubectl -n "$name" get serviceaccount default >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || die "namespace $name gets no service account"
        sleep 0.1
    done
    echo "$name"
}

# Whatever still runs in them is killed. The end of a namespace itself takes some seconds of the cluster's, which
# nobody waits for.
delete_namespaces() {
    local name folder
    for name in $(kubectl get namespaces --selector "k8s-exec-test=$run" -o name); do
        kubectl -n "${name#*/}" delete pods --all --force --grace-period=0 >/dev/null 2>&1 || true
        kubectl delete "$name" --wait=false >/dev/null
    done
    # of the tests that made a volume of the node's
    [ -e "$work/folders" ] || return 0
    kubectl delete persistentvolumes --selector "k8s-exec-test=$run" --wait=false >/dev/null
    while read -r folder; do
        on_node rm -rf "$folder" </dev/null
    done <"$work/folders"
}

# on_node COMMAND...: runs it on the node, as root.
on_node() { sh -c "$K8S_EXEC_NODE \"\$@\"" sh "$@"; }

# make_claim NAME: a claim in $namespace. With a way to the node it is a folder there, to which kubelet gives the Pod's
# fsGroup; else whatever the cluster has for claims.
# shellcheck disable=SC2154 # whoever calls it has one
make_claim() {
    local folder=/tmp/$namespace node='' class=''
    if [ -n "${K8S_EXEC_NODE:-}" ]; then
        node=$(kubectl get nodes -o 'jsonpath={.items[0].metadata.labels.kubernetes\.io/hostname}')
        class="\"storageClassName\": \"$namespace\", \"volumeName\": \"$namespace\","
        echo "$folder" >>"$work/folders"
        on_node mkdir "$folder"
        kubectl create -f - <<JSON
{"apiVersion": "v1", "kind": "PersistentVolume",
    "metadata": {"name": "$namespace", "labels": {"k8s-exec-test": "$run"}},
    "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "local": {"path": "$folder"},
        "claimRef": {"namespace": "$namespace", "name": "$1"}, "storageClassName": "$namespace",
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions":
            [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["$node"]}]}]}}}}
JSON
    fi
    kubectl create -f - <<JSON
{"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "$1", "namespace": "$namespace"},
    "spec": {"accessModes": ["ReadWriteOnce"], $class "resources": {"requests": {"storage": "1Gi"}}}}
JSON
}

# ---- tests side by side, each a process of its own: a signal to this script is heard at once, and not when kubectl
# has ended

declare -A running=()
failures=0

# side_by_side JOBS COMMAND NAME...: runs "COMMAND NAME" for each, so many at a time, and prints what it printed when
# it has ended. Counts those that fail in $failures.
side_by_side() {
    local jobs=$1 command=$2 name
    shift 2
    for name; do
        [ ${#running[@]} -lt "$jobs" ] || await_one
        set -m # a process group for each
        "$command" "$name" </dev/null >"$work/$name.out" 2>&1 &
        set +m
        running[$!]=$name
    done
    while [ ${#running[@]} -gt 0 ]; do await_one; done
}

await_one() {
    local ended='' code=0
    wait -n -p ended "${!running[@]}" || code=$?
    [ "$code" = 0 ] || failures=$((failures + 1))
    cat "$work/${running[$ended]}.out"
    unset "running[$ended]"
}

on_end() {
    local child
    trap '' HUP INT PIPE TERM
    {
        for child in "${!running[@]}"; do
            kill -KILL -- "-$child" || true
        done
        wait
    } 2>/dev/null # the shell tells of each that was killed
    [ -n "$keep" ] || delete_namespaces
    rm -rf "$work"
}
