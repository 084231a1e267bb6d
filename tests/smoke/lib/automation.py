"""netmiko against the device, as its users run it."""
import re

from claims import RUN, admin_password, check, equal, run
from netmiko import ConnectHandler

DEVICE = {"device_type": "hp_comware", "host": "192.0.2.2", "username": "admin"}


# What current netmiko looks for in the answer to `display version`, by the vendor it stands for.
PATTERNS = {"H3C": r"H3C Comware Software", "HPE": r"HPE Comware", "HP": r"HP Comware"}


def detection(device):
    def configure(command):
        for line in ("system-view", command, "return"):
            device.send_command(line, expect_string=r"[>\]]")

    for vendor, pattern in PATTERNS.items():
        configure(f"compatible vendor-string {vendor}")
        got = device.send_command("display version")
        check(f"as {vendor} the device is found by netmiko's pattern", re.search(pattern, got), got)
    configure("undo compatible vendor-string")
    got = device.send_command("display version")
    check("and by none of them under its own name", not any(re.search(p, got) for p in PATTERNS.values()), got)


def by_password():
    device = ConnectHandler(password=admin_password(), **DEVICE)
    equal("netmiko finds the prompt", device.find_prompt(), "<Sallyport>")
    got = device.send_command("display version")
    check("display version has what autodetection looks for", re.search(r"Comware Software, Version", got), got)
    check("the command is stripped from its answer", "display version" not in got, got)
    got = device.send_command("display counters")
    check("a long display comes whole, without a pager", "---- More" not in got and got.count("\n") > 60, got[-300:])
    got = device.send_command_timing("display clock")
    check("send_command_timing works", "UTC" in got, got)
    detection(device)
    device.disconnect()


def configuration():
    device = ConnectHandler(password=admin_password(), **DEVICE)
    got = device.send_config_set(["ssh server authentication-retries 4", "line vty 0 4", "history-command max-size 20"])
    check("configuration mode takes its commands", " % " not in got, got)
    check("and is left again", device.find_prompt() == "<Sallyport>", device.find_prompt())
    got = device.send_command("display current-configuration")
    check("what was set is in force", " ssh server authentication-retries 4" in got
          and " history-command max-size 20" in got, got)
    got = device.send_command("display nonsense")
    check("an error is told as scripts expect", "% Unrecognized command found at '^' position." in got, got)
    got = device.save_config()
    check("save_config saves", "successfully" in got, got)
    device.disconnect()


def with_key():
    device = ConnectHandler(use_keys=True, key_file=RUN + "/admin_key", **DEVICE)
    check("a key logs in", device.is_alive())
    device.disconnect()


run(by_password, configuration, with_key)
