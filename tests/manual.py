#!/usr/bin/env python3
"""Every line that the program can log or refuse with is in vrrpd.8, as far as
its fixed words go.  Lists what is missing; the exit status is then 1."""
import glob
import re
import subprocess
import sys

CALL = re.compile(r"\b(?:log_(?:err|warning|notice|info)|fatal|refuse|"
                  r"refuse_start)\s*\(")
LITERAL = r'"((?:[^"\\]|\\.)*)"'
RUN = re.compile(r'(?:"(?:[^"\\]|\\.)*"\s*)+')


def squeeze(text):
    return re.sub(r"\s+", " ", text)


def manual():
    text = subprocess.run(
        ["mandoc", "-Tascii", "-O", "width=900", "vrrpd.8"],
        capture_output=True, text=True, check=True).stdout
    return squeeze(re.sub(r".\x08", "", text))


def arguments(source, start):
    """The text of a call's arguments, from behind its parenthesis."""
    depth, quoted, i = 1, False, start
    while depth > 0:
        if source[i] == "\\":
            i += 1
        elif source[i] == '"':
            quoted = not quoted
        elif not quoted:
            depth += {"(": 1, ")": -1}.get(source[i], 0)
        i += 1
    return source[start:i - 1]


def pieces(body):
    """The fixed words between the conversions of each string."""
    for run in RUN.findall(body):
        text = "".join(re.findall(LITERAL, run)).replace('\\"', '"')
        for piece in re.split(r"%[-0-9.*]*(?:ll|z)?[a-z]", text):
            piece = squeeze(piece.strip(" :;,()"))
            if len(piece) >= 5:
                yield piece


def main():
    man = manual()
    missing = 0
    for name in sorted(glob.glob("*.c") + glob.glob("core/*.c")):
        with open(name, encoding="utf-8") as file:
            source = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        for call in CALL.finditer(source):
            for piece in pieces(arguments(source, call.end())):
                if piece not in man:
                    print(f"{name}: not in vrrpd.8: {piece}")
                    missing += 1
    return missing > 0


sys.exit(main())
