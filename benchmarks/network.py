"""A network of one's own: loopback, and pipes to what may be reached from there.

    python -m benchmarks.network FROM=TO ... [-- COMMAND]

Each pipe listens at FROM and leads to TO: a port of 127.0.0.1, or the path of a socket,
which all networks of a machine share. Ends with the command.
"""

import asyncio
import contextlib
import os
import subprocess
import sys

CHUNK = 64 * 1024  # bytes


def unshared():
    """What a command is started with to be in a network of its own; None where this
    machine does not permit that.

    :rtype: list[str] | None
    """
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", "--net", *as_root]
    try:
        tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return None if tried.returncode else command


async def _pump(reader, writer):
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _open_pipe(source, target):
    async def take(reader, writer):
        try:
            there = await _connect(target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))

    if source.isdigit():
        return await asyncio.start_server(take, "127.0.0.1", int(source))
    return await asyncio.start_unix_server(take, source)


def _connect(target):
    if target.isdigit():
        return asyncio.open_connection("127.0.0.1", int(target))
    return asyncio.open_unix_connection(target)


async def _main(arguments):
    pipes, command = arguments, None
    if "--" in arguments:
        place = arguments.index("--")
        pipes, command = arguments[:place], arguments[place + 1 :]
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    servers = [await _open_pipe(*pipe.split("=", 1)) for pipe in pipes]
    if command:
        process = await asyncio.create_subprocess_exec(*command)
        sys.exit(await process.wait())
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))
