"""no-more-sessions@openssh.com as paramiko says it: OpenSSH says it to servers of its own name only."""
import paramiko

from claims import ADDRESS, admin_password, check, run


def logged_in():
    transport = paramiko.Transport(ADDRESS)
    transport.start_client(timeout=20)
    transport.auth_password("admin", admin_password())
    return transport


def no_more_sessions():
    transport = logged_in()
    channel = transport.open_session(timeout=20)
    transport.global_request("no-more-sessions@openssh.com", wait=False)
    channel.exec_command("display version")
    check("a session that was open goes on after the promise", b"Comware" in channel.recv(100))
    try:
        transport.open_session(timeout=20)
        check("another one ends the connection", False)
    except (paramiko.SSHException, EOFError):
        transport.join(5)
        check("another one ends the connection", not transport.is_active())


run(no_more_sessions)
