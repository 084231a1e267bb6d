"""keyboard-interactive with one answer a round: rounds.py USER ANSWER..."""
import socket
import sys

import paramiko

user, answers = sys.argv[1], sys.argv[2:]


def answer(title, instructions, prompts):
    for prompt, _ in prompts:
        print("asked:", prompt)
    return [answers.pop(0) for _ in prompts]


transport = paramiko.Transport(socket.create_connection(("192.0.2.2", 22), 20))
transport.start_client(timeout=20)
try:
    transport.auth_interactive(user, answer)
    print("logged in")
except paramiko.AuthenticationException:
    print("refused")
transport.close()
