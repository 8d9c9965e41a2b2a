# shellcheck shell=sh
# An image is built from scratch, with a step that runs in it.
extra() {
    start_task <<'TASK'
set -e
mkdir context
cp /usr/local/bin/busybox context
printf '%s\n' 'FROM scratch' 'COPY busybox /bin/sh' 'RUN echo built >/made' >context/Containerfile
buildah build --quiet -t app context
container=$(buildah from app)
[ "$(cat "$(buildah mount "$container")/made")" = built ]
buildah rm "$container"
rm -r context
TASK
    passed || fail "no image was built"
}
