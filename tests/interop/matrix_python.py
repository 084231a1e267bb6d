"""matrix_python.py paramiko|asyncssh HOST PORT SENT BACK: a file there and back again over SFTP."""
import asyncio
import os
import sys

RUN = os.environ["RUN"]


def with_paramiko(host, port, sent, back):
    import paramiko
    transport = paramiko.Transport((host, port))
    transport.start_client(timeout=60)
    transport.auth_publickey("admin", paramiko.Ed25519Key.from_private_key_file(RUN + "/admin_key"))
    client = paramiko.SFTPClient.from_transport(transport)
    client.put(sent, "matrix", confirm=True)
    client.get("matrix", back)
    transport.close()


async def with_asyncssh(host, port, sent, back):
    import asyncssh
    from asyncssh.encryption import get_encryption_algs
    from asyncssh.kex import get_kex_algs
    from asyncssh.mac import get_mac_algs
    from asyncssh.public_key import get_public_key_algs
    words = {"kex_algs": get_kex_algs(), "encryption_algs": get_encryption_algs(), "mac_algs": get_mac_algs(),
             "server_host_key_algs": get_public_key_algs()}
    words = {k: [w.decode() for w in v if not w.startswith((b"gss", b"sk-", b"rsa1024", b"rsa2048"))]
             for k, v in words.items()}
    async with asyncssh.connect(host, port, username="admin", client_keys=[RUN + "/admin_key"], known_hosts=None,
                                config=None, agent_path=None, **words) as connection:
        async with connection.start_sftp_client() as client:
            await client.put(sent, "matrix")
            await client.get("matrix", back)


if __name__ == "__main__":
    where = sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]
    if sys.argv[1] == "paramiko":
        with_paramiko(*where)
    else:
        asyncio.run(with_asyncssh(*where))
