# shellcheck shell=bash disable=SC2154
#
# Read by pod: what a container sees as its root file system. "root", "dir", "image" and "go" are choose_container's.

# Shows a file or folder of the machine in the container, at the same path.
show() {
    local to=$root$1
    if [ -L "$1" ]; then
        cp -P "$1" "$to"
    elif [ -d "$1" ]; then
        mkdir -p "$to"
        mount --rbind "$1" "$to"
    elif [ -f "$1" ]; then
        : >"$to"
        mount --bind "$1" "$to"
    fi
}

make_root_agent() {
    local entry
    for entry in /*; do
        case ${entry#/} in
            proc | sys | dev | tmp | go | relay | run) ;;
            opt) [ -n "$AGENT_EXTRA" ] || show /opt ;;
            *) show "$entry" ;;
        esac
    done
    [ -n "$AGENT_EXTRA" ] || return 0
    mkdir -p "$root/opt/extra"
    for entry in /opt/*; do
        [ "$entry" = /opt/extra ] || show "$entry"
    done
    mount --rbind "$AGENT_EXTRA" "$root/opt/extra"
}

make_root_debian() {
    local entry
    for entry in /usr /bin /sbin /lib* /etc; do
        show "$entry"
    done
}

make_root_busybox() {
    mkdir -p "$root"/{bin,etc}
    cp "$dir/busybox" "$root/bin/busybox"
    "$root/bin/busybox" --install "$root/bin"
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'user:x:1000:1000:user:/:/bin/sh' >"$root/etc/passwd"
    printf '%s\n' 'root:x:0:' 'user:x:1000:' >"$root/etc/group"
}

# Makes every mount below the root read-only; a nested one that refuses, as another user's FUSE does, stays as it is.
make_read_only() {
    local target
    while read -r _ _ _ _ target _; do
        target=$(printf '%b' "$target")
        [[ $target == "$root"/* ]] || continue
        mount -o remount,bind,ro "$target" || [[ ${target#"$root"/} == */* ]]
    done < <(cat /proc/self/mountinfo)
}

# The agent has all folders of sockets, a guest its own alone.
make_relay() {
    mkdir -p "$root"/{relay,k8s-exec}
    if [ "$name" = agent ]; then
        mount --bind "$dir/relay" "$root/relay"
        return
    fi
    mount --bind "$dir/relay/$name" "$root/relay"
    cp "$GUEST_RELAY" "$root/k8s-exec/relay"
    chmod 555 "$root/k8s-exec/relay"
    mount --bind -o ro "$root/k8s-exec" "$root/k8s-exec"
}

make_root() {
    local log
    mount --bind "$root" "$root"
    "make_root_$image"
    make_read_only
    [ -d "$root/root" ] || mkdir -m 700 "$root/root"
    mkdir -p "$root"/{proc,dev,run,tmp,"$go"}
    chmod 1777 "$root/tmp"
    [ -z "$go" ] || mount --bind "$dir/go" "$root/$go"
    [ -z "$GUEST_RELAY" ] || make_relay
    mount -t tmpfs -o nosuid,mode=755,size=64k dev "$root/dev"
    cp -a /dev/{null,zero,full,random,urandom,tty} "$root/dev"
    # terminals of its own, as every container has
    mkdir "$root/dev/pts"
    mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=666,mode=620 devpts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx"
    # one for the whole Pod, as kubelet has it
    mkdir "$root/dev/shm"
    mount --bind "$dir/shm" "$root/dev/shm"
    ln -s /proc/self/fd "$root/dev/fd"
    ln -s /proc/self/fd/0 "$root/dev/stdin"
    ln -s /proc/self/fd/1 "$root/dev/stdout"
    ln -s /proc/self/fd/2 "$root/dev/stderr"
    # kubelet's file for a container's last words: the only place where a container's name shows in /proc
    log=$dir/pods/$POD_UID/containers/$name
    mkdir -p "$log"
    log=$(mktemp "$log/XXXXXXXX")
    chmod 666 "$log"
    : >"$root/dev/termination-log"
    mount --bind "$log" "$root/dev/termination-log"
}
