# shellcheck shell=bash disable=SC2034,SC2154
# kubectl exec -it with a real terminal, which tmux has.

terminal() { tmux -S "$log.tmux" -f /dev/null "$@"; }
screen() { terminal capture-pane -p -t shell; }
shows() { screen | grep -e "$1"; }
eventually_shows() {
    (eventually shows "$1") || {
        screen
        return 1
    }
}
type_line() { terminal send-keys -t shell "$1" Enter; }

test_shell() {
    needs tmux
    ready_pod
    terminal new-session -d -s shell -x 77 -y 33 \
        "kubectl -n $namespace exec -it pod -c gocd-agent -- k8s-exec shell; echo code \$?; sleep 5"
    eventually_shows '^/go #'
    type_line 'stty size; cat /etc/image'
    eventually_shows '^33 77$'
    eventually_shows '^node:20$'
    terminal resize-window -t shell -x 99 -y 22
    # what is typed may be there first: the two take different ways to the kubelet
    type_line 'while [ "$(stty size)" = "33 77" ]; do sleep 0.1; done; stty size'
    eventually_shows '^22 99$'
    type_line 'sleep 4321'
    eventually eval '[ "$(running sleep 4321)" = 1 ]'
    terminal send-keys -t shell C-c
    eventually eval '[ "$(running sleep 4321)" = 0 ]'
    type_line 'exit 7'
    eventually_shows '^code 7$'
}
