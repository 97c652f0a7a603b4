"""An echo server: one event loop, and a coroutine per connection."""

import asyncio
import sys


async def echo(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main(port, address="127.0.0.1"):
    server = await asyncio.start_server(echo, address, int(port), backlog=4096)
    async with server:
        await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
