#!/usr/bin/env python3
"""Checks a Skein record, format version 1. Needs Python 3.9 and nothing else.

    python3 verify.py [FILE.zip | FOLDER] [--key FINGERPRINT]

Without a file or folder it checks the folder it lies in. The format is described in Skein's docs/records.md.
Ends with 0 if everything agrees, with 1 if something was altered, with 2 if it could not be read.
"""
import base64
import hashlib
import json
import os
import sys
import zipfile

FORMAT = "skein-record/1"
RECORD = "data/record.jsonl"
MANIFEST, TAG_MANIFEST, TAG_SIGNATURE = "manifest-sha256.txt", "tagmanifest-sha256.txt", "signatures/tag.sig"
SIGNED = ("signatures/seal.sig", TAG_SIGNATURE, "signer.pub.pem")
HEADER_KEYS = {"activeTip", "createdAt", "forkedFrom", "format", "kind", "metadata", "state", "thread", "title"}
MESSAGE_KEYS = {"copiedFrom", "createdAt", "id", "kind", "model", "parent", "practice", "prev", "reasoning", "response",
                "role", "seq", "status", "texts"}
EVENT_KEYS = {"detail", "entry", "kind", "salt"}
SEAL_KEYS = {"count", "format", "head", "header", "kind", "previous", "program", "sealedAt", "storeHistory", "thread",
             "threadHistory"}

# Ed25519 (RFC 8032, section 5.1): points in extended coordinates (X, Y, Z, T).
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    A = (a[1] - a[0]) * (b[1] - b[0]) % P
    B = (a[1] + a[0]) * (b[1] + b[0]) % P
    C = 2 * a[3] * b[3] * D % P
    E = 2 * a[2] * b[2] % P
    e, f, g, h = B - A, E - C, E + C, B + A
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, point)
        point = add(point, point)
        n >>= 1
    return result


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_from(data):
    """The point that 32 bytes stand for, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if len(data) != 32 or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point_from((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def small_order(point):
    return same(times(8, point), (0, 1, 1, 0))


def verifies(key, message, signature):
    if len(signature) != 64:
        return False
    a, r, s = point_from(key), point_from(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L or small_order(a) or small_order(r):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    return same(times(s, BASE), add(r, times(k, a)))


DER = bytes.fromhex("302a300506032b6570032100")


def key_from_pem(pem):
    lines = pem.decode("ascii", "replace").split("\n")
    if lines[:1] != ["-----BEGIN PUBLIC KEY-----"] or lines[-2:] != ["-----END PUBLIC KEY-----", ""]:
        return None
    try:
        der = base64.b64decode("".join(lines[1:-2]), validate=True)
    except ValueError:
        return None
    return der[12:] if der[:12] == DER and len(der) == 44 else None


def fingerprint_of(key):
    return hashlib.sha256(DER + key).hexdigest()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Folder:
    """A record that was unpacked."""

    def __init__(self, path):
        self.path, self.names = path, []
        for folder, folders, files in os.walk(path):
            for name in folders + files:
                full = os.path.join(folder, name)
                inside = os.path.relpath(full, path).replace(os.sep, "/")
                if os.path.islink(full) or name in files and not os.path.isfile(full):
                    raise Unreadable(inside + " is no file of a record")
                if name in files:
                    self.names.append(inside)

    def open(self, name):
        return open(os.path.join(self.path, *name.split("/")), "rb")


class Zip:
    """A record as it was sent."""

    def __init__(self, path):
        self.zip, self.names, self.folder = zipfile.ZipFile(path), [], None
        room = max(1 << 30, 200 * os.path.getsize(path))
        for info in self.zip.infolist():
            folder, slash, name = info.filename.partition("/")
            room -= info.file_size
            plain = folder and name and all(part not in ("", ".", "..") for part in name.split("/"))
            if not plain or folder != (self.folder or folder) or any(c in info.filename for c in "\\:\0"):
                raise Unreadable(info.filename + " is no file of a record")
            if name in self.names:
                raise Unreadable(name + " is there twice")
            if room < 0:
                raise Unreadable("the zip would unpack to far more than a record holds")
            self.folder = folder
            self.names.append(name)

    def open(self, name):
        return self.zip.open(self.folder + "/" + name)


class Unreadable(Exception):
    pass


class Check:
    def __init__(self, files):
        self.files, self.names, self.found = files, set(files.names), []
        self.key = self.seal = self.thread = None
        self.count = 0

    def say(self, words):
        self.found.append(words)

    def small(self, name):
        if name not in self.names:
            self.say(name + " is missing")
            return b""
        with self.files.open(name) as file:
            return file.read(4 << 20)

    def all(self):
        named = {TAG_MANIFEST, TAG_SIGNATURE}
        for manifest, payload in ((MANIFEST, True), (TAG_MANIFEST, False)):
            for line in self.small(manifest).decode("utf-8", "replace").splitlines():
                self.manifest_line(line, manifest, payload, named)
        for name in sorted(self.names - named):
            self.say(name + " was added: no manifest names it")
        for name in (RECORD, MANIFEST, "bagit.txt"):
            if name not in named:
                self.say("no manifest names " + name)
        self.signatures()
        if "seal.json" in self.names:
            self.read_seal()
        if RECORD in self.names:
            self.lines()

    def manifest_line(self, line, manifest, payload, named):
        digest, _, name = line.partition("  ")
        if not name or name.startswith("data/") != payload:
            return self.say(manifest + " has a line that makes no sense")
        if name in named:
            return self.say(name + " is named twice")
        named.add(name)
        if name not in self.names:
            return self.say(name + " is missing")
        total = hashlib.sha256()
        with self.files.open(name) as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                total.update(piece)
        if total.hexdigest() != digest:
            self.say(name + " is not what its manifest says")

    def signatures(self):
        if not any(name in self.names for name in SIGNED):
            return
        self.key = key_from_pem(self.small("signer.pub.pem"))
        if self.key is None:
            return self.say("signer.pub.pem holds no Ed25519 key")
        for name, over in (("signatures/seal.sig", "seal.json"), (TAG_SIGNATURE, TAG_MANIFEST)):
            if not verifies(self.key, self.small(over), self.small(name)):
                self.say(name + " is no signature over " + over + " by the key in signer.pub.pem")

    def read_seal(self):
        seal = parse(self.small("seal.json"), SEAL_KEYS)
        if seal is None or seal["format"] != FORMAT or seal["kind"] != "seal":
            return self.say("seal.json is no seal of this format")
        self.seal = seal

    def lines(self):
        header = head = None
        history, number, ledger, state, ids, events = "", 0, None, None, set(), 0
        with self.files.open(RECORD) as file:
            for at, raw in enumerate(file, 1):
                line = raw[:-1]
                value = parse(line) if raw.endswith(b"\n") else None
                keys = value.keys() if isinstance(value, dict) else ()
                if at == 1 and keys == HEADER_KEYS and value["kind"] == "header" and value["format"] == FORMAT:
                    header = head = sha256(line)
                    self.thread, state = value["thread"], value["state"]
                elif at > 1 and keys == MESSAGE_KEYS and value["kind"] == "message" and not events:
                    self.message(value, head, ids)
                    head = sha256(line)
                elif at > 1 and keys == EVENT_KEYS and value["kind"] == "event":
                    events += 1
                    history, number, ledger = self.event(value, events, history, number, ledger)
                else:
                    return self.say("line %d of %s is not one of this format" % (at, RECORD))
        if self.seal is not None:
            self.compare(header, head, history, state)

    def message(self, message, head, ids):
        self.count += 1
        number, seq = self.count, message["seq"]
        if not isinstance(seq, int) or isinstance(seq, bool):
            self.say("message %d has no number" % number)
            seq = number
        if seq > number:
            self.say("message %d is missing: message %d follows" % (number, seq))
        elif seq < number or message["id"] in ids:
            self.say("message %d stands where message %d should: added, doubled or moved" % (seq, number))
        elif message["prev"] != head:
            before = "message %d" % (number - 1) if number > 1 else "the header"
            self.say("%s is not the one that message %d was bound to" % (before, number))
        elif message["parent"] is not None and message["parent"] not in ids:
            self.say("message %d follows a message that does not stand before it" % number)
        self.count = max(seq, number)
        ids.add(message["id"])

    def event(self, event, n, history, number, ledger):
        try:
            entry = json.loads(event["entry"])
            told = sha256(bytes.fromhex(event["salt"]) + event["detail"].encode())
            place, thread = entry["seq"], entry["thread"]
            wrong = (
                (entry["threadPrev"] != history, "does not follow the one before it: an entry is missing"),
                (entry["detail"] != told, "does not say what it said"),
                (thread != (thread if ledger is None else ledger), "is that of another thread"),
                (place <= number, "stands before an earlier one"),
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            self.say("entry %d of the history cannot be read" % n)
            return history, number, ledger
        for found, what in wrong:
            if found:
                self.say("entry %d of the history (%s) %s" % (n, entry.get("kind"), what))
        return sha256(event["entry"].encode()), place, thread

    def compare(self, header, head, history, state):
        seal = self.seal
        if seal["thread"] != self.thread:
            self.say("the seal is that of another thread, %s" % seal["thread"])
        if state not in ("locked", "archived"):
            self.say("the record is sealed, but not of a thread that was locked or archived")
        if seal["header"] != header:
            self.say("the header (title, metadata, state, active path) is not the one that was sealed")
        if seal["count"] != self.count:
            self.say("%s messages were sealed, %d are there" % (seal["count"], self.count))
        elif seal["head"] != head:
            self.say("the messages are not those that were sealed")
        if seal["threadHistory"] != history:
            self.say("the history is not the one that was sealed: an entry is missing or another")


def parse(line, keys=None):
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if keys is None or isinstance(value, dict) and value.keys() == keys else None


def shown(text):
    """Text that cannot steer a terminal."""
    return "".join(c if c.isprintable() else "?" for c in str(text))


def main(arguments):
    wanted = None
    if "--key" in arguments:
        at = arguments.index("--key")
        wanted = "".join(arguments[at + 1:]).replace(" ", "").lower()
        del arguments[at:]
    path = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    try:
        check = Check(Folder(path) if os.path.isdir(path) else Zip(path))
        check.all()
    except (OSError, zipfile.BadZipFile, EOFError, Unreadable, NotImplementedError, RuntimeError) as error:
        print("unreadable: " + shown(error))
        return 2
    except Exception as error:  # zlib's own errors, and whatever else a damaged file brings about
        print("altered: it cannot be read: " + shown(error))
        return 1
    if wanted is not None and check.key is not None and fingerprint_of(check.key) != wanted:
        check.say("it was signed with another key than the one you named")
    if wanted is not None and check.key is None:
        check.say("it is not signed, and you named a key")
    if check.found:
        print("altered:")
        for words in check.found:
            print("  " + shown(words) + ".")
        return 1
    print("Thread       " + shown(check.thread))
    print("Messages     %d" % check.count)
    if check.seal is not None:
        print("Sealed       " + shown(check.seal["sealedAt"]))
    if check.key is None:
        print("unsigned: everything agrees, but nobody has signed it." if check.seal is not None
              else "unsigned: everything agrees, but this is a draft, and not sealed.")
        return 0
    digits = fingerprint_of(check.key)
    print("Fingerprint  " + " ".join(digits[at:at + 4] for at in range(0, 64, 4)))
    if wanted is None:
        print("valid, if that fingerprint is the sender's: have it read out to you and compare.")
    else:
        print("valid, under the key you named.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
