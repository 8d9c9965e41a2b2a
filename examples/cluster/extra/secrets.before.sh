# shellcheck shell=bash disable=SC2154
kubectl -n "$namespace" create secret generic k8s-exec-deploy --from-literal=password=hidden-value
