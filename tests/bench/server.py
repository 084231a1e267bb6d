"""Reads what an appliance's processes use: memory, CPU, threads, descriptors. From /proc alone."""
import os
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
BIN = TESTS.parent / "build"
sys.path.insert(0, str(TESTS / "smoke" / "lib"))

from claims import RUN  # noqa: E402  (the path above leads there)

HUGE = "/sys/kernel/mm/hugepages/hugepages-2048kB/"


def processes():
    """[(name, pid)] of the pids file."""
    with open(RUN + "/pids") as file:
        return [(name, int(pid)) for name, pid in (line.split() for line in file)]


def rollup(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        rows = (line.split() for line in file)
        return {row[0].rstrip(":"): int(row[1]) * 1024 for row in rows if len(row) == 3 and row[2] == "kB"}


def memory():
    """Bytes by kind. Each page counts once: private and file pages by their proportional share,
    each memfd by the blocks behind it, mapped or not, huge pages as the kernel has handed them out."""
    total = {"anonymous": 0, "file": 0, "huge": 0}
    seen = set()
    for _, pid in processes():
        row = rollup(pid)
        total["anonymous"] += row["Pss_Anon"]
        total["file"] += row["Pss_File"]
        total["huge"] += row.get("Private_Hugetlb", 0) + row.get("Shared_Hugetlb", 0)
        for folder in ("fd", "map_files"):
            for link in os.scandir(f"/proc/{pid}/{folder}"):
                add_memfd(link.path, seen, total)
    return total


def add_memfd(path, seen, total):
    name = os.readlink(path)
    if "memfd:" not in name:
        return
    status = os.stat(path)
    # The pages of a hugetlbfs file are counted as huge.
    if (status.st_dev, status.st_ino) in seen or status.st_blksize > 65536:
        return
    seen.add((status.st_dev, status.st_ino))
    kind = name.split("memfd:")[1].split(" ")[0]
    total[kind] = total.get(kind, 0) + status.st_blocks * 512


def cpu_ns():
    """CPU time by process, all threads, in nanoseconds."""
    used = {}
    for name, pid in processes():
        for task in os.scandir(f"/proc/{pid}/task"):
            with open(task.path + "/schedstat") as file:
                used[name] = used.get(name, 0) + int(file.read().split()[0])
    return used


def threads():
    return {name: len(os.listdir(f"/proc/{pid}/task")) for name, pid in processes()}


def descriptors():
    return {name: len(os.listdir(f"/proc/{pid}/fd")) for name, pid in processes()}
