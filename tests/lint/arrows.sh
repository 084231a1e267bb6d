#!/bin/sh
# Who may include whom: cli -> control -> dataplane -> crypto, and nothing the other way.
# Prints each include that breaks a rule; exit status 1 when there is one.
set -u
cd "$(dirname "$0")/../.." || exit 1

# Rows: folder, and what it may include of the project (extended regular expression).
rules='crypto/core|crypto/core/
crypto/wire|crypto/(core|wire)/
crypto|crypto/
dataplane/base|dataplane/base/|crypto/(core|wire)/
dataplane/link|dataplane/(base|link)/|crypto/(core|wire|suite)/
dataplane|dataplane/|crypto/
control/api|control/api/|crypto/(core|wire)/
control/supervisor|control/(supervisor|main|api)/|dataplane/(link|base)/|crypto/(core|wire)/
control|control/|dataplane/(link|base)/|crypto/
cli|cli/|control/api/|dataplane/(link|base)/|crypto/(core|wire|hostkey)/'

sources() {
	git ls-files -co --exclude-standard "$1/*.c" "$1/*.h" "$1/**/*.c" "$1/**/*.h" | sort -u
}

# The rule of a file is that of the longest folder that names it.
rule_of() {
	printf '%s\n' "$rules" | while IFS='|' read -r folder allowed; do
		case $1 in
		"$folder"/*) printf '%s %s\n' "${#folder}" "$allowed" ;;
		esac
	done | sort -n | tail -n 1 | cut -d ' ' -f 2-
}

bad=0
for layer in crypto dataplane control cli; do
	for file in $(sources "$layer"); do
		allowed=$(rule_of "$file")
		wrong=$(sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$file" |
			grep -vE "^($allowed)")
		case $layer in
		control | cli | crypto) wrong="$wrong $(grep -oE '^#include <rte_[a-z_]*' "$file")" ;;
		esac
		case $file in
		dataplane/base/* | dataplane/link/* | dataplane/tcp/* | dataplane/record/*)
			wrong="$wrong $(grep -oE '^#include <rte_[a-z_]*' "$file")"
			;;
		esac
		for include in $wrong; do
			[ "$include" = '#include' ] && continue
			echo "$file: may not include $include"
			bad=1
		done
	done
done
exit $bad
