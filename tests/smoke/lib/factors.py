"""One-time codes by paramiko, expired passwords by paramiko and asyncssh. Argument: the otpauth URI of tom."""
import asyncio
import base64
import hashlib
import hmac
import struct
import sys
import time
import urllib.parse

import asyncssh
import paramiko

from claims import ADDRESS, check, equal, run

QUERY = urllib.parse.parse_qs(urllib.parse.urlparse(sys.argv[1]).query)
SECRET = base64.b32decode(QUERY["secret"][0])


def code(step):
    """RFC 6238, computed here and nowhere else."""
    mac = hmac.new(SECRET, struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[19] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 10**6:06d}"


def transport_new():
    transport = paramiko.Transport(ADDRESS)
    transport.start_client(timeout=20)
    return transport


def rounds(user, *answers):
    """keyboard-interactive with those answers; the prompts asked, and whether it ended in success."""
    left, asked = list(answers), []

    def handler(title, instructions, prompts):
        asked.extend(prompt for prompt, echo in prompts)
        return [left.pop(0) for prompt in prompts]

    transport = transport_new()
    try:
        more = transport.auth_interactive(user, handler)
        return asked, transport.is_authenticated() and not more
    except paramiko.AuthenticationException:
        return asked, False
    finally:
        transport.close()


def codes():
    step = int(time.time()) // 30
    asked, ok = rounds("tom", "first-secret", code(step))
    equal("a code is asked for behind the password", asked, ["Password: ", "Verification code: "])
    check("password and code open a session", ok)
    check("the same code opens no second one", not rounds("tom", "first-secret", code(step))[1])
    check("nor an older one", not rounds("tom", "first-secret", code(step - 1))[1])
    check("nor one far ahead", not rounds("tom", "first-secret", code(step + 5))[1])
    equal("a wrong password asks for no code", rounds("tom", "wrong", code(step + 1)), (["Password: "], False))


def partial():
    transport = transport_new()
    step = int(time.time()) // 30
    equal("the password alone is half a login", transport.auth_password("tom", "first-secret", fallback=False),
          ["keyboard-interactive"])
    transport.auth_interactive("tom", lambda title, text, prompts: [code(step + 1)])
    check("the next code is the other half", transport.is_authenticated())
    transport.close()


def expired_in_rounds():
    asked, ok = rounds("ida", "old-secret", "new-secret", "new-secret")
    equal("a new password is asked for twice", asked,
          ["Password: ", "New password: ", "Confirm the new password: "])
    check("and opens the session", ok)
    check("from now on it is the password", rounds("ida", "new-secret")[1])
    check("and the old one is not", not rounds("ida", "old-secret")[1])


class Changer(asyncssh.SSHClient):
    def password_change_requested(self, prompt, lang):
        self.prompt = prompt
        return "old-secret", "new-secret"


async def expired_by_password():
    options = {"known_hosts": None, "username": "eva", "client_keys": None,
               "preferred_auth": "password", "config": None}
    connection, client = await asyncssh.create_connection(Changer, *ADDRESS, password="old-secret", **options)
    equal("the client is asked to change it", client.prompt, "Your password has expired.")
    connection.close()
    connection = await asyncssh.connect(*ADDRESS, password="new-secret", **options)
    check("asyncssh logs in with the changed password", True)
    connection.close()


def main():
    codes()
    partial()
    expired_in_rounds()
    asyncio.run(expired_by_password())


run(main)
