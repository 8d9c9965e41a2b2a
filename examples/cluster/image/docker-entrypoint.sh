#!/bin/sh
# What the entrypoint of GoCD's images and their agent do that matters here: the jobs' folder on VOLUME_DIR, the agent's
# identity in a folder beside it, a change of its configuration, and tini in front of the agent, which hands each signal
# to the whole process group.
set -eu
mkdir -p "$VOLUME_DIR/pipelines/web"
ln -sfn "$VOLUME_DIR/pipelines" /go-working-dir/pipelines
mkdir -p "$VOLUME_DIR/config"
ln -sfn "$VOLUME_DIR/config" /go-working-dir/config
for file in token guid.txt autoregister.properties; do
    echo "the agent's" >"$VOLUME_DIR/config/$file"
done
sed -i s/console/console/ /go-agent/wrapper-config/wrapper.conf
cd /go-working-dir
[ $# != 0 ] || set -- /go-agent/bin/go-agent
exec tini -g -- "$@"
