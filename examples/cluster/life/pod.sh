# What the tests of life are made of. To be sourced after common.sh. A test is a function test_NAME, which runs in a process of its
# own, with a namespace of its own in $namespace.

# ---- what is right, and what is known to be wrong

issue_cancel="What cancel, output and death do to a run"
issue_guest="The right guest, the right user, the right words"
issue_limits="Under attack, at the limits, and as the Pod grows"

fail() {
    say "$*"
    exit 1
}

# expect WHAT SEEN RIGHT: RIGHT is a pattern of the shell's.
expect() {
    # shellcheck disable=SC2053 # a pattern
    [[ $2 == $3 ]] || fail "$1 is $(quoted "$2"), and $(quoted "$3") would be right"
}

# known ISSUE WHAT SEEN WRONG RIGHT: that it is WRONG today is known; ISSUE will mend it.
known() {
    # shellcheck disable=SC2053 # patterns
    if [[ $3 == $5 ]]; then
        fail "$2 is right at last: \"known\" can become \"expect\""
    elif [[ $3 != $4 ]]; then
        fail "$2 is $(quoted "$3"), but $(quoted "$4") is known, and $(quoted "$5") would be right"
    fi
    printf '%s: %s\n' "$1" "$2" >>"$log.known"
}

quoted() { if [[ $1 == *$'\n'* ]]; then printf '"\n%s\n"' "$1"; else printf '"%s"' "$1"; fi; }

# Ends the test as skipped, if there is no way to the node.
needs_node() {
    [ -n "$node" ] || {
        echo "needs --node" >"$log.skipped"
        exit 0
    }
}

on_node() { sh -c "$node \"\$@\"" sh "$@"; }

# eventually COMMAND...: waits, a minute at most, until it succeeds.
eventually() {
    local end=$((SECONDS + 60))
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || fail "not within a minute: $*"
        sleep 0.2
    done
}

# ---- a Pod, named pod, in $namespace

# create_pod [JQ]: the Pod of root-agent-root-guest, changed by a program of jq's for which agent and guest are its containers.
create_pod() {
    with_images examples/root-agent-root-guest.yaml | kubectl create --dry-run=client -o json -f - |
        jq "def agent: .spec.containers[0]; def guest: .spec.containers[1];
            def variable(\$name; \$value): .env |= map(select(.name != \$name)) + [{name: \$name, value: \$value}];
            .metadata.name = \"pod\" | ${1:-.}" >"$log.json"
    kubectl -n "$namespace" create -f "$log.json" >/dev/null
}

ready_pod() {
    create_pod "$@"
    kubectl -n "$namespace" wait --for condition=Ready pod/pod --timeout 120s >/dev/null || {
        kubectl -n "$namespace" describe pod pod
        fail "the Pod did not get ready"
    }
}

agent() { kubectl -n "$namespace" exec -i pod -c gocd-agent -- "$@"; }
guest() { kubectl -n "$namespace" exec -i pod -c tools -- "$@"; }
pod() { kubectl -n "$namespace" "$1" pod pod "${@:2}"; }
