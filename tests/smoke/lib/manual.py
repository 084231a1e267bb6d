"""The manual's tasks at a terminal, as an operator types them."""
import os
import sys

from claims import RUN, check, equal, run
from terminal import Terminal

SSH = ["ssh", "-tt", "-F", "/dev/null", "-o", f"UserKnownHostsFile={RUN}/known_hosts",
       "-o", "GlobalKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"]


def login(key, user):
    terminal = Terminal(SSH + ["-i", key, f"{user}@192.0.2.2"])
    terminal.wait_for(b">")
    return terminal


def type_at(terminal, prompt, *lines):
    """Type each line and wait for the prompt; returns all that was shown."""
    shown = b""
    for line in lines:
        terminal.type(line.encode() + b"\r")
        shown += terminal.wait_for(prompt)
    return shown


def refused(shown):
    return b" % " in shown or b"Permission denied" in shown


def key_pairs(t):
    t.type(b"system-view\r")
    t.wait_for(b"[Sallyport]")
    t.type(b"public-key local create rsa\r")
    got = t.wait_for(b"[Y/N]:")
    check("task 1: an existing pair is asked about", b"The local key pair already exists." in got, got)
    t.type(b"y\r")
    got = t.wait_for(b"Input the modulus length [default = 3072]:")
    check("task 1: the dialogue is the manual's", b"The range of public key modulus is (" in got
          and b"Press CTRL+C to abort." in got, got)
    t.type(b"2048\r")
    got = t.wait_for(b"[Sallyport]", 60)
    check("task 1: generate key pairs", b"Generating Keys..." in got and b"Create the key pair successfully." in got, got)
    got = type_at(t, b"[Sallyport]", "display public-key local rsa public | include Key type")
    check("task 1: the key displays", b"Key type: RSA" in got, got)


def server(t):
    got = type_at(t, b"[Sallyport]", "ssh server enable", "display ssh server status | include Stelnet")
    check("task 2: enable the server", b"Stelnet server: Enable" in got, got)


def user_interfaces(t):
    t.type(b"user-interface vty 0 4\r")
    t.wait_for(b"[Sallyport-line-vty0-4]")
    got = type_at(t, b"[Sallyport-line-vty0-4]", "authentication-mode scheme", "protocol inbound ssh", "idle-timeout 30 0")
    check("task 3: configure user interfaces", not refused(got), got)
    got = type_at(t, b"[Sallyport-line-vty0-4]", "display this")
    check("task 3: the view shows it", b" authentication-mode scheme" in got and b" idle-timeout 30 0" in got, got)
    type_at(t, b"[Sallyport]", "quit")


def client_key(t):
    with open(os.environ["CLIENT_DER"], "rb") as file:
        code = file.read().hex().upper()
    t.type(b"public-key peer client001\r")
    got = t.wait_for(b"[Sallyport-pkey-public-key-client001]")
    check("task 4: the view says how to leave", b'"peer-public-key end"' in got, got)
    t.type(b"public-key-code begin\r")
    t.wait_for(b"[Sallyport-pkey-key-code]")
    for at in range(0, len(code), 64):
        type_at(t, b"[Sallyport-pkey-key-code]", code[at:at + 64])
    type_at(t, b"[Sallyport-pkey-public-key-client001]", "public-key-code end")
    got = type_at(t, b"[Sallyport]", "peer-public-key end")
    check("task 4: configure a client public key", not refused(got), got)
    got = type_at(t, b"[Sallyport]", "display public-key peer brief")
    check("task 4: the key is known with its size", b"RSA      2048     client001" in got, got)


def ssh_user(t):
    t.type(b"local-user client002 class manage\r")
    t.wait_for(b"[Sallyport-luser-manage-client002]")
    got = type_at(t, b"[Sallyport-luser-manage-client002]", "service-type ssh",
                  "authorization-attribute user-role network-admin")
    type_at(t, b"[Sallyport]", "quit")
    got += type_at(t, b"[Sallyport]", "ssh user client002 service-type stelnet authentication-type publickey "
                   "assign publickey client001")
    check("task 5: configure an SSH user", not refused(got), got)
    got = type_at(t, b"[Sallyport]", "display ssh user-information client002")
    check("task 5: the user displays", b" client002                publickey             client001               stelnet" in got, got)


def management(t):
    got = type_at(t, b"[Sallyport]", "ssh server authentication-timeout 30", "ssh server authentication-retries 2",
                  "ssh server key-re-exchange enable interval 2", "sftp server enable", "sftp server idle-timeout 20")
    check("task 6: set the management parameters", not refused(got), got)
    t.type(b"save\r")
    t.wait_for(b"Are you sure? [Y/N]:")
    t.type(b"y\r")
    t.wait_for(b"press the enter key):")
    t.type(b"\r")
    got = t.wait_for(b"[Sallyport]")
    check("task 6: save", b"Configuration is saved to device successfully." in got, got)
    t.type(b"save startup.cfg\r")
    t.wait_for(b"flash:/startup.cfg exists, overwrite? [Y/N]:")
    t.type(b"y\r")
    got = t.wait_for(b"[Sallyport]")
    check("task 6: save again, over the file", b"Configuration is saved to device successfully." in got, got)


def second_user(admin):
    other = login(os.environ["CLIENT_KEY"], "client002")
    got = type_at(admin, b"[Sallyport]", "display users")
    lines = [line.split()[2:4] if line.startswith(b"+") else line.split()[1:3]
             for line in got.split(b"\r\n") if b"VTY" in line and b"SSH" in line]
    check("a second user is on a second line", len(lines) == 2 and lines[0] != lines[1], got)
    check("by name", b"User name: client002" in got, got)
    return other


def tasks():
    admin = login(RUN + "/admin_key", "admin")
    for task in key_pairs, server, user_interfaces, client_key, ssh_user, management:
        task(admin)
    other = second_user(admin)
    admin.type(b"return\rfree line vty 1\r")
    admin.wait_for(b"Are you sure to free line vty1? [Y/N]:")
    admin.type(b"y\r")
    admin.wait_for(b" [OK]")
    check("an administrator ends the second session", other.ended() != 0)
    admin.wait_for(b">")
    got = type_at(admin, b"<Sallyport>", "display logbuffer | include save.startup")
    check("the log names who typed what", b"-IPAddr=192.0.2.1-User=admin; Command is save startup.cfg\r\n" in got, got)
    admin.type(b"quit\r")
    admin.ended()


def again():
    other = login(os.environ["CLIENT_KEY"], "client002")
    other.type(b"screen-length disable\r")
    other.wait_for(b"disabled for current user.")
    other.wait_for(b">")
    got = type_at(other, b">", "display ssh server status", "display current-configuration")
    check("after a restart: timeout and retries", b"authentication-timeout : 30 second(s)" in got
          and b"authentication retries : 2 time(s)" in got, got)
    check("after a restart: the lines", b" idle-timeout 30 0\r\n" in got, got)
    check("after a restart: the renewal of keys", b" ssh server key-re-exchange enable interval 2\r\n" in got, got)
    other.type(b"quit\r")
    equal("quit logs out with 0", other.ended(), 0)


run({"tasks": tasks, "again": again}[sys.argv[1]])
