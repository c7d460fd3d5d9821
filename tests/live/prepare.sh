# What the live tests share; to be sourced. Sets `here`, `relupc`, `work` (a folder of its own) and clears the environment.
#
# RELUPC names the binary (default: target/release/relupc). KEEP=1 keeps the folder. Needs erl, erlc and OTP's sasl.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
relupc=${RELUPC:-$here/../../target/release/relupc}
for tool in "$relupc" erl erlc timeout; do
    command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 2; }
done
relupc=$(realpath "$(command -v "$relupc")")

work=$(mktemp -d "${TMPDIR:-/tmp}/live.XXXXXX")
# A node dies with the `timeout` that it runs under.
tidy() {
    local left
    while read -r left; do kill "$(cat "$left")" 2>/dev/null || true; done < <(find "$work" -name pid -type f 2>/dev/null)
    wait || true
    if [ -n "${KEEP:-}" ]; then echo "kept: $work" >&2; else rm -rf "$work"; fi
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export HOME=${HOME:-$work} ERL_CRASH_DUMP_SECONDS=0
unset ERL_LIBS ERL_FLAGS ERL_AFLAGS ERL_ZFLAGS ERL_COMPILER_OPTIONS

# boot AT ROOT ERTS MODULE ARGUMENT...: boots release 1.0.0 of ROOT as erl does, but for its root, and has MODULE:start/0 run
# there; the arguments go to the node, its output to AT/log. Gives the node's status.
boot() {
    local at=$1 root=$2 erts=$3 module=$4 status=0
    shift 4
    ROOTDIR=$root BINDIR=$root/$erts/bin EMU=beam PROGNAME=erl timeout -k 5 60 "$root/$erts/bin/erlexec" \
        -boot "$root/releases/1.0.0/start" -config "$root/releases/1.0.0/sys" -mode embedded -noinput \
        -sasl releases_dir "\"$root/releases\"" -pa "$work/tools" "$@" \
        -eval "[{module, _} = code:load_file(M) || M <- [live_tools, $module]], $module:start()." > "$at/log" 2>&1 &
    echo $! > "$at/pid"
    wait $! || status=$?
    rm "$at/pid"
    return "$status"
}
