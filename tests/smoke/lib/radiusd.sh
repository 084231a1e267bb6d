# A FreeRADIUS of the test's own, on loopback of the appliance's namespace. Source it, then
# radius_up: alice has a password and a role, bob a password and none, otp answers a challenge.
# shellcheck shell=bash

radius_up() {
	radius=$work/raddb
	mkdir -p "$radius"
	radius_configuration >"$radius/radiusd.conf"
	ip netns exec "$name" freeradius -f -d "$radius" -n radiusd >"$work/radius.log" 2>&1 &
	radius_pid=$!
	for _ in $(seq 50); do
		grep -q 'Ready to process requests' "$work/radius.log" && return 0
		kill -0 "$radius_pid" 2>/dev/null || break
		sleep 0.2
	done
	fail "FreeRADIUS starts" "$(tail -n 20 "$work/radius.log")"
	exit 1
}

radius_down() {
	kill "$radius_pid" 2>/dev/null
	wait "$radius_pid" 2>/dev/null
	return 0
}

radius_configuration() {
	cat <<-CONF
		prefix = /usr
		libdir = /usr/lib/freeradius
		raddbdir = $radius
		logdir = $work
		run_dir = $work
		pidfile = $work/radius.pid
		security {
			allow_core_dumps = no
		}
		log {
			destination = stdout
		}
		modules {
			pap {
			}
			always handled {
				rcode = handled
			}
		}
		client loopback {
			ipaddr = 127.0.0.0/8
			secret = "shared, with: blanks"
		}
		server default {
			listen {
				type = auth
				ipaddr = 127.0.0.1
				port = 1812
			}
			authorize {
				if (&User-Name == "alice@system") {
					update control {
						&Cleartext-Password := "Alice-1-secret"
					}
					update reply {
						&Cisco-AVPair := "shell:roles=\"network-admin\""
					}
					pap
				}
				elsif (&User-Name == "bob@system") {
					update control {
						&Cleartext-Password := "Bob-1-secret"
					}
					pap
				}
				elsif (&User-Name == "otp@system" && &State == 0x0102030405) {
					update control {
						&Cleartext-Password := "123456"
					}
					update reply {
						&Service-Type := Administrative-User
					}
					pap
				}
				elsif (&User-Name == "otp@system" && &User-Password == "Otp-1-secret") {
					update control {
						&Auth-Type := Step1
					}
				}
			}
			authenticate {
				Auth-Type PAP {
					pap
				}
				Auth-Type Step1 {
					update reply {
						&Reply-Message := "Token code: "
						&State := 0x0102030405
					}
					update control {
						&Response-Packet-Type := Access-Challenge
					}
					handled
				}
			}
		}
	CONF
}
