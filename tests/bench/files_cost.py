"""Times and server CPU of one file by SFTP, the appliance and OpenSSH in turns. Arguments: a
directory with the file `file`, and how many rounds."""
import os
import subprocess
import sys
import time

import server
from claims import RUN, check, run

WORK, ROUNDS = sys.argv[1], int(sys.argv[2])
SIZE = os.path.getsize(WORK + "/file")
TICK = os.sysconf("SC_CLK_TCK")
COMMON = ["-q", "-F", "/dev/null", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes",
          "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-b", "-"]
PEERS = {
    "Sallyport": ["-i", RUN + "/admin_key", "admin@192.0.2.2"],
    "OpenSSH": ["-i", WORK + "/user_key", "root@198.51.100.2"],
}
BATCHES = {"up": "put file file\n", "down": "get file back\n"}


def process_seconds(pid):
    """Of a process and of all its children that have ended."""
    with open(f"/proc/{pid}/stat") as file:
        return sum(int(n) for n in file.read().rsplit(")", 1)[1].split()[11:15]) / TICK


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return file.read().split()


def used(peer):
    """{what: CPU seconds so far} of a server and of what stands between it and the client."""
    if peer == "Sallyport":
        return {name: ns / 1e9 for name, ns in server.cpu_ns().items()}
    while children(os.environ["SSHD_PID"]):
        time.sleep(0.05)  # the session's process is about to end
    return {"sshd": process_seconds(os.environ["SSHD_PID"]),
            "forwarder": process_seconds(os.environ["FORWARD_PID"])}


def transfer(peer, way):
    before, start = used(peer), time.monotonic()
    subprocess.run(["sftp", *COMMON, *PEERS[peer]], input=BATCHES[way], text=True, cwd=WORK,
                   stdout=subprocess.DEVNULL, check=True)
    seconds = time.monotonic() - start
    after = used(peer)
    return seconds, {name: after[name] - before[name] for name in after}


def show(peer, way, seconds, cpu):
    parts = ", ".join(f"{name} {one:.2f}" for name, one in cpu.items() if one >= 0.01)
    print(f"     {peer:9} {way:4} {seconds:6.2f} s  {SIZE / seconds / 1e6:4.0f} MB/s  "
          f"{sum(cpu.values()):5.2f} s of CPU: {parts}")


def files_cost():
    best = {}
    for way in BATCHES:
        for _ in range(ROUNDS):
            for peer in PEERS:
                seconds, cpu = transfer(peer, way)
                show(peer, way, seconds, cpu)
                if (peer, way) not in best or seconds < best[peer, way][0]:
                    best[peer, way] = seconds, sum(cpu.values())
        ours, theirs = best["Sallyport", way], best["OpenSSH", way]
        check(f"{SIZE >> 20} MB {way} by the appliance in {ours[0]:.2f} s and {ours[1]:.2f} s of CPU: "
              f"not slower than OpenSSH's {theirs[0]:.2f} s and {theirs[1]:.2f} s", ours[0] <= theirs[0])


if __name__ == "__main__":
    sys.exit(run(files_cost))
