# shellcheck shell=bash
make_claim k8s-exec-cache
