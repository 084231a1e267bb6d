#!/usr/bin/env bash
# The TCP stories of tests/story against the real clock: frames over a tap, in a namespace each.
. "$(dirname "$0")/_init.sh"
player=$repo/build/tests/story/player
seconds_most=8 tries=20

# live STORY: prints what the player said and its status. On a machine that was too slow to keep the
# story's times it is told again.
live() {
	local try status=3
	for ((try = 0; try < tries && status == 3; try++)); do
		chrt --fifo 10 unshare --net "$player" --live "$1" >"$work/$(basename "$1").log" 2>&1
		status=$?
	done
	echo "$status" >"$work/$(basename "$1").status"
}

seconds_of() {
	awk 'sub(/^\+/, "", $1) { sum += $1 } END { printf "%d", sum + 1 }' "$1"
}

told=()
for story in "$repo"/tests/story/*.seg; do
	[ "$(seconds_of "$story")" -le $seconds_most ] || continue
	told+=("$story")
	[ "$(jobs -pr | wc -l)" -lt 4 ] || wait -n
	live "$story" &
done
wait
for story in "${told[@]}"; do
	story=$(basename "$story")
	title=${story%.seg}
	if [ "$(cat "$work/$story.status")" = 0 ]; then
		pass "${title//_/ }"
	else
		fail "${title//_/ }" "status $(cat "$work/$story.status") of $story" "$(cat "$work/$story.log")"
	fi
done
