#!/bin/sh
# Comments are // only, no promises for later, each file opens with a sentence.
# Prints what breaks that; exit status 1 when something does.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0

complain() {
	[ -z "$1" ] && return
	printf '%s\n' "$1" | sed "s|\$|: $2|"
	bad=1
}

sources=$(git ls-files -co --exclude-standard '*.c' '*.h')
# shellcheck disable=SC2086
complain "$(grep -nE '(^|[^"*/])/\*' $sources | grep -vE '"[^"]*/\*[^"]*"' | cut -c 1-80)" \
	"a /* comment"
words='TO''DO|FIX''ME|XX''X|HA''CK'
# shellcheck disable=SC2086
complain "$(grep -nwE "$words" $sources | cut -c 1-80)" "a promise for later"
for file in $sources; do
	case $(head -n 1 "$file") in
	//*) ;;
	*) complain "$file" "does not open with a sentence" ;;
	esac
done
exit $bad
