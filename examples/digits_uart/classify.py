#!/usr/bin/env python3
"""Sends digits to classify.elf and prints what it answers: classify.py PORT SPIKES.npy [LABELS.npy] [COUNT].

Needs Python alone. The frames are those of runtime/frame.hpp: COBS between zeros, a CRC-32 at the end.
"""
import ast, os, select, struct, sys, termios, time, zlib

HEADER = bytes([0x10]) + bytes(8)  # version 1; type, session and number mean nothing here


def load(path):
    """A C-ordered .npy of bytes or 64-bit integers: (shape, values)."""
    with open(path, "rb") as file:
        file.seek(8)
        header = ast.literal_eval(file.read(struct.unpack("<H", file.read(2))[0]).decode())
        code = {"|u1": "B", "|b1": "B", "|i1": "b", "<i4": "i", "<i8": "q"}[header["descr"]]
        bytes_ = file.read()
        return header["shape"], struct.unpack(f"<{len(bytes_) // struct.calcsize(code)}{code}", bytes_)


def stuffed(frame):
    frame, out = frame + struct.pack("<I", zlib.crc32(frame)), bytearray()
    for part in frame.split(b"\0"):
        while len(part) >= 254:
            out, part = out + b"\xff" + part[:254], part[254:]
        out += bytes([len(part) + 1]) + part
    return b"\0" + bytes(out) + b"\0"


def unstuffed(code):
    frame, at = bytearray(), 0
    while at < len(code):
        frame += code[at + 1 : at + code[at]] + (b"\0" if code[at] < 255 and at + code[at] < len(code) else b"")
        at += code[at]
    good = len(frame) >= 13 and zlib.crc32(frame[:-4]) == struct.unpack("<I", frame[-4:])[0]
    return bytes(frame[9:-4]) if good else None


def ask(line, payload):
    for _ in range(10):
        os.write(line, stuffed(HEADER + payload))
        came, end = b"", time.monotonic() + 1
        while select.select([line], [], [], max(0, end - time.monotonic()))[0]:
            came += os.read(line, 4096)
            for code in came.split(b"\0")[:-1]:
                answer = unstuffed(code)
                if answer is not None:
                    return answer
    sys.exit("no answer: is classify.elf running on this port?")


def main(port, spikes, labels=None, count="20"):
    line = os.open(port, os.O_RDWR | os.O_NOCTTY)
    mode = termios.tcgetattr(line)
    mode[0], mode[1], mode[2], mode[3] = 0, 0, termios.CS8 | termios.CREAD | termios.CLOCAL, 0
    mode[4] = mode[5] = termios.B115200
    termios.tcsetattr(line, termios.TCSANOW, mode)
    (samples, steps, width), values = load(spikes)
    truth = load(labels)[1] if labels else None
    right = 0
    for k in range(min(samples, int(count))):
        packed = bytearray()
        for t in range(k * steps, (k + 1) * steps):
            row = values[t * width : (t + 1) * width]
            packed += bytes(sum(row[i + b] << b for b in range(8)) for i in range(0, width, 8))
        answer = ask(line, bytes(packed))
        right += truth is not None and answer[0] == truth[k]
        print(f"digit {k}: {answer[0]}, spikes {list(answer[1:])}" + (f", label {truth[k]}" if truth else ""))
    if truth:
        print(f"{right} of {min(samples, int(count))} right")


main(*sys.argv[1:])
