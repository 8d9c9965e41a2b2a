# shellcheck shell=bash disable=SC2154,SC2164
#
# Read by pod: how a container's main process and further commands are started, once by an OCI runtime, once by
# util-linux. choose_container has set what holds for the container, and become_container "main".

# ---- containers by an OCI runtime: runc or crun, which have the same command line

# The container's id: 64 hexadecimal digits, as containerd's.
oci_id() {
    local id
    id=$(sha256sum <<<"$POD_UID/$1")
    echo "${id%% *}"
}

json_list() {
    local list=''
    [ $# = 0 ] || printf -v list '"%s",' "$@"
    echo "[${list%,}]"
}

become_container_oci() {
    local pause type names namespaces='{"type":"mount"}' capabilities id limits='' calls refused
    id=$(oci_id "$name")
    pause=$(machine_pid pause)
    for type in pid:pid net:network ipc:ipc uts:uts; do
        if [ -n "$relay" ] && [ "$type" = pid:pid ]; then
            namespaces+=',{"type":"pid"}'
            continue
        fi
        namespaces+=",{\"type\":\"${type#*:}\",\"path\":\"/proc/$pause/ns/${type%:*}\"}"
    done
    # as containerd has it: a cgroup namespace on cgroup v2 only
    [ ! -e /sys/fs/cgroup/cgroup.controllers ] || namespaces+=',{"type":"cgroup"}'
    read -r -a names <<<"${caps//,/ }"
    names=("${names[@]/#/CAP_}")
    capabilities=$(json_list "${names[@]^^}")
    [ -z "$memory" ] || limits="\"memory\": {\"limit\": $(numfmt --from=iec "${memory^^}")},"
    # the period of 0.1 s that kubelet takes, too
    [ -z "$cpu" ] || limits+="\"cpu\": {\"period\": 100000, \"quota\": $((cpu * 100))},"
    [ -z "$limits" ] || limits="\"resources\": {${limits%,}}, "
    if [ -n "$seccomp" ]; then
        read -r -a calls <<<"${seccomp//,/ }"
        refused="{\"names\": $(json_list "${calls[@]}"), \"action\": \"SCMP_ACT_ERRNO\"}"
        limits+="\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [$refused]}, "
    fi
    # a container sees its own control groups
    mkdir -p "$root/sys/fs/cgroup"
    cat >"$dir/$name/config.json" <<JSON
{
  "ociVersion": "1.0.2",
  "root": {"path": "rootfs"},
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "nodev", "noexec"]},
    {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
        "options": ["ro", "nosuid", "nodev", "noexec"]}
  ],
  "process": {
    "user": {"uid": $uid, "gid": $gid},
    "cwd": "/",
    "args": $(json_list "${main[@]}"),
    "env": ["PATH=$path", "HOSTNAME=pod"],
    "capabilities": {"bounding": $capabilities, "effective": $capabilities, "permitted": $capabilities},
    "noNewPrivileges": $nnp
  },
  "linux": {$limits"cgroupsPath": "/pod$POD_UID/$id", "namespaces": [$namespaces]}
}
JSON
    exec "$POD_RUNTIME" --root "$dir/oci" run --bundle "$dir/$name" --pid-file "$dir/$name/pid" "$id"
}

exec_oci() {
    exec env --default-signal "$POD_RUNTIME" --root "$dir/oci" exec "$(oci_id "$name")" "$@"
}

# ---- containers by util-linux

# Two commands that together give a process the container's environment, user and capabilities. The first, "become", is
# the machine's and runs before the container is entered; the second, "settle", is the container's own. What entering
# takes is handed from one to the other in the inheritable set (and, for a user other than root, in the ambient one): it
# outlives an exec although it may not be in the bounding set. After "settle" an exec gives what it would give in a
# container.
choose_commands() {
    local enter=+sys_admin,+sys_chroot,+sys_ptrace,+dac_override home passwd=/etc/passwd
    [ "$image" != busybox ] || passwd=$root$passwd
    home=$(awk -F: -v uid="$uid" '$3 == uid { print $6; exit }' "$passwd")
    become=(
        env -i --default-signal PATH="$path"
        setpriv --inh-caps="-all,$enter" --
        setpriv --bounding-set="-all${caps:+,+${caps//,/,+}}" --ambient-caps="$enter"
        --reuid "$uid" --regid "$gid" --clear-groups --
    )
    settle=(env -i PATH="$path" HOSTNAME=pod HOME="${home:-/}" setsid setpriv --inh-caps="${enter//+/-}")
    [ "$nnp" = false ] || settle+=(--nnp)
}

become_container_unshare() {
    choose_commands
    mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
    cd "$root"
    read -r pid _ </proc/self/stat
    echo "$pid" >"$dir/$name/pid"
    # the machine's files are at /tmp for a moment, busybox among them
    # shellcheck disable=SC2016
    exec "${become[@]}" sh -c '
        "$1/busybox" pivot_root . tmp && cd / && "/tmp$1/busybox" umount -l /tmp && shift && exec "$@"
    ' sh "$dir" "${settle[@]}" -- "${main[@]}"
}

exec_unshare() {
    choose_commands
    [ "$image" = busybox ] || settle+=(--pdeathsig TERM)
    exec "${become[@]}" nsenter --target "$(machine_pid "$name")" --mount --uts --ipc --net --pid -- \
        "${settle[@]}" -- "$@"
}
