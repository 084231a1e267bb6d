"""Files with paramiko and asyncssh: prefetching downloads, uploads, trees, attributes."""
import asyncio
import filecmp
import os
import sys

import asyncssh
import paramiko

from claims import ADDRESS, RUN, check, run

CLIENT, BIG, TREE = sys.argv[1:4]
AT_ONCE = min(int(sys.argv[4]) or 1 << 62, os.path.getsize(BIG))
PIECE = 1 << 20  # a whole file at once takes paramiko a time that grows with its square


def same_files(claim, one, other):
    check(claim, filecmp.cmp(one, other, shallow=False))


def tree_facts(tree):
    facts = []
    for folder, _, names in os.walk(tree):
        for name in names:
            st = os.stat(os.path.join(folder, name))
            facts.append((os.path.relpath(folder, tree), name, st.st_mode & 0o777, int(st.st_mtime)))
    return sorted(facts)


def same_trees(claim, one, other):
    check(claim, os.system(f"diff -r '{one}' '{other}'") == 0)
    check(claim + " with its modes and times", tree_facts(one) == tree_facts(other))


def transport():
    made = paramiko.Transport(ADDRESS)
    made.start_client(timeout=20)
    made.auth_publickey("admin", paramiko.Ed25519Key.from_private_key_file(RUN + "/admin_key"))
    return made


def comes_back(remote, local, at_once):
    """Read it all, that many bytes asked for at a time."""
    for end in range(at_once, os.path.getsize(BIG) + at_once, at_once):
        end = min(end, os.path.getsize(BIG))
        remote.prefetch(end)
        while remote.tell() < end:
            if remote.read(min(PIECE, end - remote.tell())) != local.read(min(PIECE, end - local.tell())):
                return False
    return local.read(1) == b""


def paramiko_prefetches_without_bound():
    with transport() as made:
        sftp = paramiko.SFTPClient.from_transport(made)
        sftp.put(BIG, "by-paramiko")
        with sftp.open("by-paramiko", "rb") as remote, open(BIG, "rb") as local:
            check(f"paramiko: an upload, and a download that asks for {AT_ONCE >> 20} MB at once",
                  comes_back(remote, local, AT_ONCE))


def paramiko_tree_up(sftp, tree, there):
    for folder, _, names in os.walk(tree):
        to = os.path.normpath(os.path.join(there, os.path.relpath(folder, tree)))
        sftp.mkdir(to)
        for name in names:
            st = os.stat(os.path.join(folder, name))
            sftp.put(os.path.join(folder, name), f"{to}/{name}")
            sftp.chmod(f"{to}/{name}", st.st_mode & 0o777)
            sftp.utime(f"{to}/{name}", (st.st_atime, st.st_mtime))


def paramiko_tree_down(sftp, there, tree):
    os.mkdir(tree)
    for entry in sftp.listdir_attr(there):
        to = os.path.join(tree, entry.filename)
        if entry.st_mode & 0o170000 == 0o040000:
            paramiko_tree_down(sftp, f"{there}/{entry.filename}", to)
            continue
        sftp.get(f"{there}/{entry.filename}", to)
        os.chmod(to, entry.st_mode & 0o777)
        os.utime(to, (entry.st_atime, entry.st_mtime))


def paramiko_moves_a_tree():
    with transport() as made:
        sftp = paramiko.SFTPClient.from_transport(made)
        paramiko_tree_up(sftp, TREE, "paramiko-tree")
        paramiko_tree_down(sftp, "paramiko-tree", TREE + ".paramiko")
        same_trees("paramiko: a tree comes back", TREE, TREE + ".paramiko")


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
            same_trees("asyncssh: a tree comes back", TREE, TREE + ".asyncssh")
        await asyncssh.scp(BIG, (connection, "by-asyncssh-scp"))
        await asyncssh.scp((connection, "by-asyncssh-scp"), BIG + ".scp")
        same_files("asyncssh: scp both ways", BIG + ".scp", BIG)


def asyncssh_moves_files():
    asyncio.run(asyncssh_both_ways())


CLAIMS = {
    "paramiko": (paramiko_prefetches_without_bound, paramiko_moves_a_tree, paramiko_sets_and_reads_attributes),
    "asyncssh": (asyncssh_moves_files,),
}
run(*CLAIMS[CLIENT])
