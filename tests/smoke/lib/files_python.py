"""Files with paramiko and asyncssh: prefetching downloads, uploads, trees, attributes."""
import asyncio
import filecmp
import os
import sys

import asyncssh
import paramiko

from claims import ADDRESS, RUN, check, run

BIG, TREE = sys.argv[1:3]
AT_ONCE = min(int(sys.argv[3]), os.path.getsize(BIG))
PIECE = 1 << 20  # a whole file at once takes paramiko a time that grows with its square


def same_files(claim, one, other):
    check(claim, filecmp.cmp(one, other, shallow=False))


def transport():
    made = paramiko.Transport(ADDRESS)
    made.start_client(timeout=20)
    made.auth_publickey("admin", paramiko.Ed25519Key.from_private_key_file(RUN + "/admin_key"))
    return made


def paramiko_prefetches_without_bound():
    with transport() as made:
        sftp = paramiko.SFTPClient.from_transport(made)
        sftp.put(BIG, "by-paramiko")
        with sftp.open("by-paramiko", "rb") as file:
            file.prefetch(AT_ONCE)
            with open(BIG, "rb") as big:
                same = all(file.read(PIECE) == big.read(PIECE) for _ in range(0, AT_ONCE, PIECE))
            check(f"paramiko: an upload, and a download that asks for {AT_ONCE >> 20} MB at once", same)


def paramiko_sets_and_reads_attributes():
    with transport() as made:
        sftp = paramiko.SFTPClient.from_transport(made)
        sftp.mkdir("paramiko")
        with sftp.open("paramiko/a", "w") as file:
            file.write("text")
        sftp.utime("paramiko/a", (1000, 2000))
        sftp.chmod("paramiko/a", 0o640)
        st = sftp.stat("paramiko/a")
        check("paramiko: mode and times", (st.st_mode & 0o777, st.st_mtime, st.st_size) == (0o640, 2000, 4), st)
        sftp.symlink("a", "paramiko/link")
        check("paramiko: a link", sftp.readlink("paramiko/link") == "a")
        sftp.posix_rename("paramiko/a", "paramiko/b")
        check("paramiko: a rename", sorted(sftp.listdir("paramiko")) == ["b", "link"])


async def asyncssh_both_ways():
    async with asyncssh.connect(ADDRESS[0], username="admin", client_keys=[RUN + "/admin_key"],
                                known_hosts=None) as connection:
        async with connection.start_sftp_client() as sftp:
            await sftp.put(BIG, "by-asyncssh")
            await sftp.get("by-asyncssh", BIG + ".asyncssh")
            same_files("asyncssh: a large file comes back", BIG + ".asyncssh", BIG)
            await sftp.put(TREE, "asyncssh-tree", recurse=True, preserve=True)
            await sftp.get("asyncssh-tree", TREE + ".asyncssh", recurse=True, preserve=True)
            check("asyncssh: a tree comes back", os.system(f"diff -r '{TREE}' '{TREE}.asyncssh'") == 0)
        await asyncssh.scp(BIG, (connection, "by-asyncssh-scp"))
        await asyncssh.scp((connection, "by-asyncssh-scp"), BIG + ".scp")
        same_files("asyncssh: scp both ways", BIG + ".scp", BIG)


def asyncssh_moves_files():
    asyncio.run(asyncssh_both_ways())


run(paramiko_prefetches_without_bound, paramiko_sets_and_reads_attributes, asyncssh_moves_files)
