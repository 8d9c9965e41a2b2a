# shellcheck shell=sh
# The cache is the guest's, belongs to who runs the script, and is not in the agent.
extra() {
    [ ! -e /cache ] || fail "the agent has the cache"
    start_task <<'TASK'
set -e
mkdir "$npm_config_cache"
echo downloaded >"$npm_config_cache/module"
[ "$(stat -c %u:%g "$npm_config_cache/module")" = 0:0 ]
[ "$(cat /cache/npm/module)" = downloaded ]
TASK
    passed || fail "the task cannot use the cache"
}
