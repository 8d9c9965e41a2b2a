# shellcheck shell=sh disable=SC2154
# The first task of the job, and the script that comes after it.
extra() {
    "$k8s_exec" wait --tcp localhost:5432 --http http://localhost:5432/image --for 1m || fail "there is no database"
    start_task <<'TASK'
[ "$(wget -q -O - http://localhost:5432/image)" = postgres:16 ]
TASK
    passed || fail "the task does not reach the database"
}
