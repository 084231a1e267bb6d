"""The same segments to the kernel's TCP and to ours: what comes back is written as a trace of
flags, numbers relative to both sides' first ones, and the options. Arguments: interface, our
address, their address. Prints a line a step, "CASE: ANSWER ANSWER ..."."""
import sys
import threading
import time

from scapy.all import IP, TCP, AsyncSniffer, Ether, Raw, conf, get_if_hwaddr, getmacbyip, sendp

IFACE, US, THEM = sys.argv[1:4]
PORT, CLOSED = 22, 4022
SECONDS = 0.25  # what comes later is a timer's
IRS = 1000
SYN_OPTIONS = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (100, 0)), ("NOP", None), ("WScale", 7)]
conf.verb = 0


class Wire:
    """One connection's segments; its numbers count from the SYN of either side."""

    def __init__(self, port):
        self.port, self.iss, self.ts, self.clock = port, None, None, 100
        self.head = Ether(dst=getmacbyip(THEM), src=get_if_hwaddr(IFACE))

    def sends(self, flags, seq=1, ack=None, text=b"", to=PORT, options=None, back=0):
        self.clock += 10
        if options is None:
            options = [("Timestamp", ((self.clock - back) % 2**32, self.ts))] if self.ts else []
        tcp = TCP(sport=self.port, dport=to, flags=flags, seq=IRS + seq, window=60000,
                  ack=(self.iss + ack) & 0xffffffff if ack is not None and self.iss is not None else 0,
                  options=options)
        listens = threading.Event()
        sniffer = AsyncSniffer(iface=IFACE, started_callback=listens.set,
                               filter=f"tcp and src host {THEM} and dst port {self.port}")
        sniffer.start()
        listens.wait(20)
        sendp(self.head / IP(src=US, dst=THEM) / tcp / Raw(text), iface=IFACE)
        time.sleep(SECONDS)
        answers = [self.told(packet[TCP]) for packet in sniffer.stop()]
        return [a for i, a in enumerate(answers) if not self.is_timers(a, flags, answers[:i])]

    @staticmethod
    def is_timers(answer, flags, before):
        """A SYN-ACK that nobody asked for comes of a timer, which is not compared."""
        return answer.startswith("SA") and ("S" not in flags or answer in before)

    def told(self, tcp):
        flags = str(tcp.flags)
        if "S" in flags:
            self.iss = tcp.seq
        options = dict((kind, value) for kind, value in tcp.options)
        if "Timestamp" in options:
            self.ts = options["Timestamp"][0]
        text = flags.replace("P", "")
        if self.iss is not None:
            text += f" {(tcp.seq - self.iss) % 2**32}"
        if "A" in flags:
            text += f" ack {(tcp.ack - IRS) % 2**32}"
        if "SAck" in options:
            text += " sack " + " ".join(str(n - IRS) for n in options["SAck"])
        names = sorted(set(options) - {"NOP", "EOL", "SAck"})
        return text + (f" <{','.join(names)}>" if names else "")


def opened(port):
    """A connection whose greeting is acknowledged, and how long that is."""
    w = Wire(port)
    w.sends("S", 0, options=SYN_OPTIONS)
    greeting = w.sends("A", 1, 1)
    end = GREETING + 1
    w.sends("A", 1, end)
    return w, end, greeting


def strangers():
    for name, flags, to, ack in (("SYN to a closed port", "S", CLOSED, None),
                                 ("FIN to a closed port", "F", CLOSED, None),
                                 ("ACK to a closed port", "A", CLOSED, 5),
                                 ("RST to a closed port", "R", CLOSED, None),
                                 ("ACK to a listener", "A", PORT, 5),
                                 ("SYN and ACK to a listener", "SA", PORT, 5),
                                 ("FIN to a listener", "F", PORT, None),
                                 ("no flag to a listener", "", PORT, None),
                                 ("FIN, PSH and URG to a listener", "FPU", PORT, None),
                                 ("SYN and FIN to a listener", "SF", PORT, None),
                                 ("SYN and RST to a listener", "SR", PORT, None)):
        yield name, Wire(next(ports)).sends(flags, to=to, ack=ack)


def opening():
    w = Wire(next(ports))
    yield "SYN with all options", w.sends("S", 0, options=SYN_OPTIONS)
    yield "the same SYN again", w.sends("S", 0, options=SYN_OPTIONS)
    w = Wire(next(ports))
    w.sends("S", 0, options=SYN_OPTIONS)
    yield "an ACK of the future", w.sends("A", 1, 99)
    w = Wire(next(ports))
    yield "SYN without options", w.sends("S", 0, options=[])
    w = Wire(next(ports))
    w.sends("S", 0, options=SYN_OPTIONS)
    yield "RST at its number ends it", w.sends("R", 1) + w.sends("A", 1, 1)


def open_ones():
    w, end, _ = opened(next(ports))
    yield "data in order", w.sends("A", 1, end, b"S")
    yield "a gap", w.sends("A", 5, end, b"2.0-")
    yield "another gap", w.sends("A", 12, end, b"xx")
    yield "data again", w.sends("A", 1, end, b"S")
    yield "an old number without data", w.sends("A", 0, end)
    yield "an old timestamp", w.sends("A", 2, end, b"S", back=50000)
    yield "SYN in an open connection", w.sends("S", 20, end)
    time.sleep(0.6)  # challenges are rare
    yield "RST inside the window", w.sends("R", 400)
    yield "RST outside the window", w.sends("R", 10**9)
    yield "an ACK of the future", w.sends("A", 2, end + 10**6)
    yield "RST at its number", w.sends("R", 2)
    yield "data after that", w.sends("A", 2, end, b"S")


ports = iter(range(int(sys.argv[4]), 65000))
GREETING = int(sys.argv[5])

if __name__ == "__main__":
    for group in (strangers, opening, open_ones):
        for step, answers in group():
            print(f"{group.__name__}, {step}: {'; '.join(answers) or 'nothing'}", flush=True)
    print("end: nothing more is asked")
