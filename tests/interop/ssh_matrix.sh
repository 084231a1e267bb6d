#!/usr/bin/env bash
# Every client with every algorithm that both it and the device support. The device is configured to
# one algorithm of a kind at a time, so that nothing else can be agreed on; the client moves 1 MB each way
# over SFTP while the device exchanges keys anew every 256 KB. What a client supports is read from the
# KEXINIT that it sends to a listener of ours. The table goes to ssh_matrix.md in $LOGS and, with KEEP=1,
# beside this script.
#
#   CLIENTS="openssh putty" KINDS="key-exchange public-key" tests/run ssh-matrix       a part; the table keeps the others
. "$(dirname "$0")/../smoke/_init.sh"

here=$repo/tests/interop
. "$here/_ssh2.sh"
appliance_up

case " ${CLIENTS:-ssh2} " in *" ssh2 "*) check "npm brings ssh2" npm_prepare ;; esac

puttygen "$run/admin_key" -O private -o "$work/admin.ppk"
dropbearconvert openssh dropbear "$run/admin_key" "$work/admin.dropbear" >/dev/null 2>&1
export WORK=$work LOAD=$repo/build/tests/load/sallyport-load
export TABLE=$repo/build/test-logs/ssh_matrix.md
mkdir -p "${TABLE%/*}"
limit=${LIMIT:-7000}
log=$work/matrix.log
client timeout "$limit" "$python" "$here/ssh_matrix.py" 2>&1 | tee "$log" | grep --line-buffered -E '^(ok  |FAIL|    ) '
passed=$((passed + $(grep -c '^ok   ' "$log")))
failed=$((failed + $(grep -c '^FAIL ' "$log")))
grep -q '^done$' "$log" || fail "the matrix runs to its end" "$(tail -n 25 "$log")"
[ -z "${KEEP-}" ] || cp "$TABLE" "$here/ssh_matrix.md"
