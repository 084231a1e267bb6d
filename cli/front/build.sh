# Building: one build directory in the checkout, one builder at a time.
# shellcheck shell=sh

build_targets='control/sallyport-supervisor control/sallyport-keeper control/sallyport-control
	dataplane/sallyport-dataplane cli/sallyport-cli'

build_all() {
	[ -w "$top" ] || die "cannot write to $top" "give root write access, or copy the checkout"
	exec 9<"$top"
	flock -n 9 || {
		note "Waiting for another build ..."
		flock 9
	}
	build_log=$bin/sallyport-build.log
	build_moved
	mkdir -p "$bin"
	if [ ! -e "$bin/build.ninja" ]; then
		slow "Configuring the build" "$build_log" meson setup "$bin" "$top" ||
			build_failed
		printf '%s\n' "$top" >"$bin/.source"
	fi
	# shellcheck disable=SC2086
	slow "Building (a first build takes a minute or two)" "$build_log" \
		ninja -C "$bin" $build_targets || build_failed
	exec 9<&-
}

# A build directory remembers absolute paths: one that came along with a moved checkout is
# made anew.
build_moved() {
	[ -e "$bin/.source" ] || return 0
	[ "$(cat "$bin/.source")" != "$top" ] || return 0
	rm -rf "$bin"
}

build_failed() {
	die "the build failed" "read $build_log" \
		"after a half-finished build: rm -rf $bin, then run this again"
}
