"""Run a client in a terminal, type `display version` at the prompt, then `quit`.

Prints what it showed; ends with the client's exit status. Arguments: the client's command line.
"""
import sys

from terminal import Terminal

terminal = Terminal(sys.argv[1:])
shown = terminal.wait_for(b"<Sallyport>", 20)
terminal.type(b"display version\r")
shown += terminal.wait_for(b"<Sallyport>", 20)
terminal.type(b"quit\r")
status = terminal.ended()
print(shown.decode(errors="replace").replace("\r", ""))
sys.exit(status)
