"""Sessions over a link that loses packets: logins, commands, long output; all complete."""
import asyncio
import sys

from claims import equal, run
from many import ask, login


async def everything():
    results = []
    for _ in range(4):
        results += await asyncio.gather(*[login() for _ in range(10)], return_exceptions=True)
    equal("40 logins with loss, 10 at a time", [repr(result) for result in results if result is not True], [])
    answer = await ask("display current-configuration")
    long_ones = await asyncio.gather(*[ask("\n".join(["display current-configuration"] * 400)) for _ in range(8)],
                                     return_exceptions=True)
    right = [long_one == answer * 400 for long_one in long_ones]
    equal(f"8 sessions with {len(answer) * 400} bytes of output each, all whole", right, [True] * 8)


def with_loss():
    asyncio.run(everything())


if __name__ == "__main__":
    sys.exit(run(with_loss))
