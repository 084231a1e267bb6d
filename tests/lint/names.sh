#!/bin/sh
# File base names are unique (main.c apart), so that file:line alone is an address.
set -u
cd "$(dirname "$0")/../.." || exit 1
twice=$(git ls-files -co --exclude-standard '*.c' '*.h' | sed 's|.*/||' | grep -vx main.c | sort | uniq -d)
[ -z "$twice" ] && exit 0
for name in $twice; do
	git ls-files -co --exclude-standard "*/$name"
done
exit 1
