# shellcheck shell=bash disable=SC2034,SC2154
#
# Read by pod: what "pod up" is told, and what of that holds for one container.

# The settings of "pod up" are kept in POD_DIR/settings, so that every later command sees the same ones.
settings=(
    POD_UID POD_RUNTIME AGENT_UID AGENT_GID AGENT_CAPS AGENT_NNP AGENT_MEMORY AGENT_CPU AGENT_SECCOMP AGENT_EXTRA
    GUESTS GUEST_UID GUEST_GID GUEST_CAPS GUEST_MEMORY GUEST_CPU GUEST_IMAGE GUEST_RELAY GUEST_PROFILE GO_OPTIONS
    GO_GUEST GUESTS_WITHOUT_GO
)

choose_settings() {
    : "${AGENT_UID:=0}" "${AGENT_GID:=0}" "${AGENT_CAPS=$kubernetes_caps,sys_admin}" "${AGENT_NNP:=true}"
    : "${AGENT_MEMORY:=}" "${AGENT_CPU:=}" "${AGENT_SECCOMP:=}" "${AGENT_EXTRA:=}"
    : "${GUEST_UID:=0}" "${GUEST_GID:=0}" "${GUEST_CAPS=$kubernetes_caps}" "${GUEST_IMAGE:=busybox}"
    : "${GUEST_MEMORY:=}" "${GUEST_CPU:=}" "${GUEST_RELAY:=}" "${GUEST_PROFILE:=}" "${GUESTS:=guest}"
    : "${GO_OPTIONS:=}" "${GO_GUEST:=/go}" "${GUESTS_WITHOUT_GO:=}"
    if [ -z "${POD_RUNTIME:-}" ]; then
        for POD_RUNTIME in runc crun unshare; do
            ! type -P "$POD_RUNTIME" >/dev/null || break
        done
    fi
    read -r POD_UID </proc/sys/kernel/random/uuid
}

check_settings() {
    local number setting known name names='' tools=(unshare nsenter setpriv setsid mount umount)
    case $POD_RUNTIME in
        unshare) ;;
        runc | crun) tools+=("$POD_RUNTIME") ;;
        *) die "POD_RUNTIME is runc, crun or unshare, not $POD_RUNTIME" ;;
    esac
    for name in "${tools[@]}"; do
        type -P "$name" >/dev/null || die "$name is not installed"
    done
    for number in AGENT_UID AGENT_GID GUEST_UID GUEST_GID; do
        [[ ${!number} =~ ^[0-9]+$ ]] || die "$number is a number, not ${!number}"
    done
    known=$(setpriv --list-caps)
    for setting in AGENT_CAPS GUEST_CAPS; do
        for name in ${!setting//,/ }; do
            grep -qx "$name" <<<"$known" || die "$setting has $name, which setpriv does not know"
        done
    done
    [[ $AGENT_NNP =~ ^(true|false)$ ]] || die "AGENT_NNP is true or false, not $AGENT_NNP"
    for setting in AGENT_MEMORY GUEST_MEMORY; do
        [[ ${!setting} =~ ^([0-9]+[kmg]?)?$ ]] || die "$setting is a number of bytes, k, m or g, not ${!setting}"
    done
    for setting in AGENT_CPU GUEST_CPU; do
        [[ ${!setting} =~ ^([1-9][0-9]*)?$ ]] || die "$setting is a number of thousandths, not ${!setting}"
    done
    [[ $AGENT_SECCOMP =~ ^[a-z0-9_,]*$ ]] || die "AGENT_SECCOMP is a list of system calls, not $AGENT_SECCOMP"
    for setting in AGENT_MEMORY GUEST_MEMORY AGENT_CPU GUEST_CPU AGENT_SECCOMP; do
        [ -z "${!setting}" ] || [ "$POD_RUNTIME" = runc ] || die "$setting needs runc"
    done
    [[ $GUEST_IMAGE =~ ^(busybox|debian)$ ]] || die "GUEST_IMAGE is busybox or debian, not $GUEST_IMAGE"
    [[ $GO_GUEST == /* ]] || die "GO_GUEST is an absolute path, not $GO_GUEST"
    [ -z "$AGENT_EXTRA" ] || [ -d "$AGENT_EXTRA" ] || die "AGENT_EXTRA is not a folder: $AGENT_EXTRA"
    [ -z "$GUEST_RELAY" ] || [ -x "$GUEST_RELAY" ] || die "GUEST_RELAY is no program: $GUEST_RELAY"
    [ -z "$GUEST_RELAY" ] || [ "$POD_RUNTIME" != unshare ] || die "GUEST_RELAY needs runc or crun"
    [ -z "$GUEST_PROFILE" ] || [ -r "$GUEST_PROFILE" ] || die "GUEST_PROFILE cannot be read: $GUEST_PROFILE"
    for name in $GUESTS; do
        [[ " $names " != *" $name "* ]] || die "GUESTS has $name twice"
        names+=" $name"
        [[ $name =~ ^[a-z0-9][-a-z0-9]*$ ]] || die "not a container's name: $name"
        [[ ! $name =~ ^(agent|pause|go|pods|oci|busybox|profile|relay|settings)$ ]] ||
            die "a guest cannot be named $name"
    done
}

# Sets what holds for the container $1.
choose_container() {
    [ -e "$dir/settings" ] || die "there is no Pod in $dir"
    # shellcheck source=/dev/null
    . "$dir/settings"
    name=$1
    [ "$name" != guest ] || [ -d "$dir/guest" ] || name=${GUESTS%% *}
    [[ $name && -d $dir/$name/rootfs ]] || die "the Pod has no container $1; it has: agent $GUESTS"
    root=$dir/$name/rootfs
    if [ "$name" = agent ]; then
        image=agent uid=$AGENT_UID gid=$AGENT_GID caps=$AGENT_CAPS nnp=$AGENT_NNP profile='' go=/go relay=''
        memory=$AGENT_MEMORY cpu=$AGENT_CPU seccomp=$AGENT_SECCOMP
    else
        image=$GUEST_IMAGE uid=$GUEST_UID gid=$GUEST_GID caps=$GUEST_CAPS nnp=false profile=$GUEST_PROFILE go=$GO_GUEST
        relay=$GUEST_RELAY
        memory=$GUEST_MEMORY cpu=$GUEST_CPU seccomp=''
        [[ " $GUESTS_WITHOUT_GO " != *" $name "* ]] || go=
    fi
}
