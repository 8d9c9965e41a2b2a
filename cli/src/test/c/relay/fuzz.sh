#!/bin/sh
# Fuzzes what takes bytes from the other side (fuzz.c), with the sanitizers; needs clang and libclang-rt-14-dev or
# newer.
#
#   fuzz.sh [SECONDS]      default 60
#   fuzz.sh keep SECONDS   what it finds that is new stays in corpus/; 3600 is the long form
#   fuzz.sh coverage       the lines of message.c and strings.c that the corpus reaches
set -eu
c=$(cd "$(dirname "$0")" && pwd)
source=$c/../../../../../src-native/c
folder=$(mktemp -d "${TMPDIR:-/tmp}/relay-fuzz-XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

build() {
    clang -std=c11 -g -O1 -Wall -Wextra -Werror "$@" -I"$source" -I"$source/relay" -o "$folder/fuzz" "$c/fuzz.c" \
        "$source/relay/message.c" "$source/relay/strings.c"
}

if [ "${1:-}" = coverage ]; then
    build -fsanitize=fuzzer -fprofile-instr-generate -fcoverage-mapping
    cd "$folder"
    LLVM_PROFILE_FILE=raw ./fuzz -runs=0 "$c/corpus" 2>/dev/null
    llvm-profdata merge -o merged raw
    llvm-cov report ./fuzz -instr-profile=merged "$source/relay/message.c" "$source/relay/strings.c"
    exit
fi
keep=no
[ "${1:-}" != keep ] || {
    keep=yes
    shift
}
build -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
mkdir "$folder/new"
"$folder/fuzz" -max_total_time="${1:-60}" -max_len=1200 -use_value_profile=1 -print_final_stats=1 \
    -artifact_prefix="$c/" "$folder/new" "$c/corpus" >"$folder/log" 2>&1 || {
    tail -100 "$folder/log"
    exit 1
}
grep -E '^(stat::|Done)' "$folder/log"
[ $keep = yes ] || exit 0
# the smallest set that reaches as much
mkdir "$folder/merged"
"$folder/fuzz" -merge=1 "$folder/merged" "$c/corpus" "$folder/new" 2>/dev/null
for input in "$folder/merged"/*; do
    [ -e "$c/corpus/$(basename "$input")" ] || cp "$input" "$c/corpus/"
done
