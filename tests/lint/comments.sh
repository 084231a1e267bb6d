#!/bin/sh
# Comments are // only (but inside a list macro, where // cannot be), no promises for later, each
# file opens with a sentence. Prints what breaks that; exit status 1 when something does.
set -u
cd "$(dirname "$0")/../.." || exit 1
words='TO''DO|FIX''ME|XX''X|HA''CK'

git ls-files -co --exclude-standard '*.c' '*.h' | xargs -r awk -v words="$words" '
function complain(text) {
	print FILENAME ":" FNR ": " text
	bad = 1
}
FNR == 1 && !/^\/\// { complain("does not open with a sentence") }
$0 ~ "(^|[^A-Za-z_])(" words ")([^A-Za-z_]|$)" { complain("a promise for later") }
{
	gsub(/"([^"\\]|\\.)*"/, "")
	gsub(/\/\/.*/, "")
}
/\/\*/ && !/\\$/ { complain("a /* comment") }
END { exit bad }'
