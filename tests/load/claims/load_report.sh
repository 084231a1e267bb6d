#!/usr/bin/env bash
# The report as a page: opened from a file by a browser that has no network, it draws its plots.
. "$(dirname "$0")/../../smoke/_init.sh"
. "$(dirname "$0")/_load.sh"

page=$work/report.html
keep=$repo/build/test-logs

# picture PAGE PNG: what Chromium shows of it, without any network.
picture() {
	timeout 120 unshare --net chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
		--window-size=1280,1500 --user-data-dir="$work/chromium" --screenshot="$2" \
		"file://$1" >"$work/chromium.log" 2>&1
}

# shows CLAIM PNG PLOTS: at least that many plots with lines in them, see claims/picture.py.
shows() {
	check "$1" "$python" "$claims/picture.py" "$2" "$3"
}

appliance_up
printf '%s\n' 'type sessions 6 keys 6' 'phase quiet 5' 'phase storm 4' \
	"login rate 15 arrivals poisson kex 'curve25519-sha256=3,ecdh-sha2-nistp256=1'" \
	'phase after 4' 'exec rate 1..6 command "display version"' >"$work/plan"
check "a plan is run and reported as a page" ip netns exec "$name" timeout 120 "$load" --plan "$work/plan" \
	--target 192.0.2.2 --user admin --key "$run/admin_key" --known-hosts "$run/known_hosts" \
	--quiet --html "$page" --json "$json"

check "Chromium opens it from a file" picture "$page" "$work/report.png"
cp "$page" "$work/report.png" "$keep/"
shows "four plots have lines" "$work/report.png" 4

# The same page without its script is no report: what the last claim sees is drawn by the script.
sed '/^"use strict";$/,/^<\/script>$/d' "$page" >"$work/dead.html"
check "Chromium opens it without its script" picture "$work/dead.html" "$work/dead.png"
shows "then no plot has a line" "$work/dead.png" 0
equal "the page asks for nothing from elsewhere" \
	"$(grep -oE '(src|href)=|https?://[a-z0-9./]*' "$page" | sort -u)" http://www.w3.org/2000/svg
