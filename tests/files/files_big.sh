#!/usr/bin/env bash
# Files of 4 GB and trees of 10,000 files, both ways, with every client: byte-identical, resumed,
# times and modes kept.
#
#   tests/files/files_big.sh [CLIENT...]    all of them, or these
#   CLIENTS='sftp scp' tests/run files-big  the same through the runner
#   FILE_MB=4096 TREE_FILES=10000           how much
. "$(dirname "$0")/../smoke/_init.sh"
. "$smoke/lib/files_claims.sh"

declare -A claims=(
	[sftp]='claim_sftp' [scp]='claim_scp -s' [scp-old]='claim_scp -O' [psftp]='claim_psftp'
	[pscp]='claim_pscp -sftp' [pscp-old]='claim_pscp -scp' [lftp]='claim_lftp'
	[paramiko]='claim_python paramiko 1073741824' [asyncssh]='claim_python asyncssh 0'
	[ssh2-sftp-client]='claim_node'
)
[ $# -gt 0 ] || read -ra wanted <<<"${CLIENTS:-sftp scp scp-old psftp pscp pscp-old lftp paramiko asyncssh ssh2-sftp-client}"
[ $# -eq 0 ] || wanted=("$@")
for one in "${wanted[@]}"; do
	[ -n "${claims[$one]:-}" ] && continue
	fail "$one is one of: ${!claims[*]}"
	exit 1
done

export limit=3600
appliance_up
files_prepare
files_make "$((${FILE_MB:-4096} << 20))" "${TREE_FILES:-10000}"
for one in "${wanted[@]}"; do
	start=$SECONDS
	${claims[$one]}
	echo "     $one: $((SECONDS - start)) s"
done
