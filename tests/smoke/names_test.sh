#!/usr/bin/env bash
# Names are checked, namespaces of others are refused, commands at the same time do no harm.
. "$(dirname "$0")/_init.sh"

for bad in UPPER under_score waytoolongforaname../x '' '-x' 'a b' 'a;b'; do
	"$sallyport" up --name "$bad" >"$work/log" 2>&1
	equal "up refuses the name '$bad'" "$? $(grep -c 'not a name' "$work/log")" "1 1"
done
for bad in nothing pci:1 af_packet: af_packet:sp0 'memif;x'; do
	"$sallyport" up --name tx --link "$bad" >"$work/log" 2>&1
	equal "up refuses the link '$bad'" "$?" 1
done

strange=$(name_new s)
ip netns add "$strange"
"$sallyport" up --name "$strange" >"$work/log" 2>&1
equal "up refuses a namespace that is not ours" "$? $(grep -c 'not ours' "$work/log")" "1 1"
"$sallyport" down --name "$strange" >/dev/null 2>&1
check "down leaves it alone" ip netns exec "$strange" true
ip netns del "$strange"

# Two ups of one name, one of another, all at once.
name=$(name_new b)
other=$(name_new c)
export appliances="$name $other"
run=/run/sallyport/$name
export NAME=$name RUN=$run
"$sallyport" up --name "$name" >"$work/one" 2>&1 &
one=$!
"$sallyport" up --name "$name" >"$work/two" 2>&1 &
two=$!
"$sallyport" up --name "$other" >"$work/three" 2>&1 &
three=$!
wait $one
equal "the first up succeeds" "$?" 0
wait $two
equal "the second up of the same name succeeds" "$?" 0
wait $three
equal "an up of another name succeeds" "$?" 0
equal "one of the two found it up already" "$(cat "$work/one" "$work/two" | grep -c 'already up')" 1
for each in "$name" "$other"; do
	match "$each answers" "$(cd / && "$sallyport" ssh --name "$each" "display version" 2>&1)" '^Comware Software'
done
check "the two have different keys" test "$(cat "/run/sallyport/$name/known_hosts")" != \
	"$(cat "/run/sallyport/$other/known_hosts")"

ln -s "$sallyport" "$work/link"
match "it works through a symbolic link" "$(cd / && "$work/link" ssh --name "$name" "display version" 2>&1)" \
	'^Comware Software'
"$sallyport" up --name "$name" --link memif >"$work/log" 2>&1
equal "up with another link than the running one is refused" "$? $(grep -c 'another link' "$work/log")" "1 1"
