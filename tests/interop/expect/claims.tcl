# Claims of an expect script, as _init.sh counts them, and a login by password as `admin`.
set timeout 20
match_max -d 1000000
log_user 0

proc good {claim} { puts "ok   $claim" }
proc bad {claim got} {
	puts "FAIL $claim"
	foreach line [lrange [split $got "\n"] 0 20] { puts "     | $line" }
}

# The next thing that comes must match, to the end of what has come.
proc comes {claim pattern} {
	global expect_out spawn_id
	expect {
		-re $pattern { good $claim; return $expect_out(buffer) }
		timeout { bad "$claim: not within the time" "it was not: $pattern" }
		eof { bad "$claim: the session ended" "it was not: $pattern" }
	}
	return ""
}

proc type {text} { send -- "$text\r" }

proc session {columns} {
	global env spawn_id stty_init
	set stty_init "rows 24 columns $columns"
	spawn ssh -F /dev/null -o UserKnownHostsFile=$env(RUN)/known_hosts -o GlobalKnownHostsFile=/dev/null \
		-o PubkeyAuthentication=no -o LogLevel=ERROR admin@192.0.2.2
	uplevel #0 set spawn_id $spawn_id
}

proc password {} {
	global env
	set file [open $env(RUN)/admin_password]
	gets $file text
	close $file
	return $text
}

proc ends {claim} {
	global spawn_id
	expect {
		eof { good $claim }
		timeout { bad $claim "the session goes on" }
	}
	puts done
}
