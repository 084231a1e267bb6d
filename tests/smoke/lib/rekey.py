"""50 MB of output from repeated display commands, rekeying every 16 KB: every byte is compared; and files moved by
AsyncSSH, which goes on talking while keys are exchanged, under a limit of the device's."""
import asyncio
import os
import subprocess
import sys
import threading
import time

from claims import ADDRESS, RUN, check, equal, run
from paste import SSH

COMMAND = b"display current-configuration\n"
TOTAL = 50 << 20


def one_answer():
    return subprocess.run(SSH[:1] + ["-T"] + SSH[2:] + ["admin@192.0.2.2", COMMAND.decode().strip()],
                          stdout=subprocess.PIPE, check=True).stdout


def fifty_megabytes():
    answer = one_answer()
    check("display current-configuration is some lines", len(answer) > 200, answer)
    times = TOTAL // len(answer) + 1
    process = subprocess.Popen(SSH[:1] + ["-T"] + SSH[2:] + ["-o", "RekeyLimit=16K", "admin@192.0.2.2"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    start = time.monotonic()

    def write():
        process.stdin.write(COMMAND * times)
        process.stdin.close()

    threading.Thread(target=write, daemon=True).start()
    right = 0
    for number in range(times):
        got = process.stdout.read(len(answer))
        if got != answer:
            check(f"answer {number} of {times} is whole", False, got[:400], answer[:400])
            process.kill()
            break
        right += 1
    equal(f"{times} answers, {times * len(answer)} bytes, {time.monotonic() - start:.1f} s", right, times)
    equal("nothing follows", process.stdout.read(), b"")
    equal("exit status 0", process.wait(), 0)


def device(*commands):
    subprocess.run(SSH[:1] + ["-T"] + SSH[2:] + ["admin@192.0.2.2"], check=True, stdout=subprocess.DEVNULL,
                   input="".join(f"{c}\n" for c in commands).encode())


async def moved_by_asyncssh(content):
    import asyncssh
    async with asyncssh.connect(ADDRESS[0], username="admin", client_keys=[RUN + "/admin_key"], known_hosts=None,
                                config=None, agent_path=None) as connection:
        async with connection.start_sftp_client() as sftp:
            async with sftp.open("rekeyed", "wb") as file:
                await file.write(content)
            async with sftp.open("rekeyed", "rb") as file:
                back = await file.read()
            await sftp.remove("rekeyed")
    return back


def asyncssh():
    content = os.urandom(8 << 20)
    device("system-view", "ssh server key-re-exchange volume 16")
    back = asyncio.run(asyncio.wait_for(moved_by_asyncssh(content), 60))
    check("AsyncSSH moves 8 MB each way while the device exchanges keys again and again", back == content, len(back))
    device("system-view", "undo ssh server key-re-exchange volume")


if __name__ == "__main__":
    sys.exit(run(fifty_megabytes, asyncssh))
