# shellcheck shell=sh
# Only the guest that a task names has the secrets.
extra() {
    [ ! -e /secrets ] || fail "the agent has the secrets"
    start_task <<'TASK'
[ ! -e /secrets ] && [ ! -e /var/run/secrets/kubernetes.io ] && [ -z "$DEPLOY_PASSWORD" ]
TASK
    passed || fail "the other guest has a secret"
    echo deploy >/tmp/container
    start_task <<'TASK'
[ "$(cat /secrets/deploy/password)" = hidden-value ] && [ "$DEPLOY_PASSWORD" = hidden-value ] &&
    [ -s /secrets/cluster/token ]
TASK
    passed || fail "the guest that is named has not its secrets"
    rm /tmp/container
}
