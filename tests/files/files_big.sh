#!/usr/bin/env bash
# Files of 4 GB and trees of 10,000 files, both ways, with every client: byte-identical, resumed,
# times and modes kept.
# FILE_MB=4096 TREE_FILES=10000 tests/files/files_big.sh
. "$(dirname "$0")/../smoke/_init.sh"
. "$smoke/lib/files_claims.sh"

export limit=3600
appliance_up
files_prepare
files_make "$((${FILE_MB:-4096} << 20))" "${TREE_FILES:-10000}"
for claim in claim_sftp 'claim_scp -s' 'claim_scp -O' claim_psftp 'claim_pscp -sftp' 'claim_pscp -scp' \
	claim_lftp 'claim_python 1073741824' claim_node; do
	start=$SECONDS
	$claim
	echo "     $claim: $((SECONDS - start)) s"
done
