"""A second reader of archives, made after docs/archive-format.md.

Nothing but Python's standard library; for reading along, not for speed.  `archive_reader.py
ARCHIVE` prints what `pa-index --dump ARCHIVE` prints.  XXH3, which the standard library lacks, is
taken from libxxhash where the machine has it; without it checksums are not looked at.
"""

import ctypes
import ctypes.util
import json
import os
import struct
import sys

BLOCK_RECORDS = 32
PAGE_BYTES = 4096
PAIR_BLOCK_TOKENS = 16
END_MARK = b"PAIREND\n"
SECTIONS = {
    1: "page sums", 2: "header", 3: "blocks", 4: "keys", 5: "numbers", 6: "starts", 7: "sources",
    8: "token table", 9: "token blocks", 10: "tokens", 11: "pair lists", 12: "pairs",
}  # fmt: skip


class Damaged(Exception):
    pass


def need(condition, reason):
    if not condition:
        raise Damaged(reason)


def load_xxh3():
    name = ctypes.util.find_library("xxhash")
    if name is None:
        return None
    function = ctypes.CDLL(name).XXH3_64bits
    function.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    function.restype = ctypes.c_uint64
    return lambda data: function(data, len(data))


XXH3 = load_xxh3()


def check_sum(data, expected, what):
    need(XXH3 is None or XXH3(data) == expected, f"checksum of {what}")


def padded(size):
    return (size + 7) // 8 * 8


def unzigzag(code):
    return (code >> 1) ^ -(code & 1)


class Bytes:
    """Reads varints and bytes one behind the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def varint(self):
        value = 0
        for shift in range(0, 64, 7):
            need(self.at < len(self.data), "a number is cut off")
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & (1 << 64) - 1
        raise Damaged("a number of more than 64 bits")

    def signed(self):
        return unzigzag(self.varint())

    def take(self, size):
        need(size <= len(self.data) - self.at, "bytes are missing")
        self.at += size
        return self.data[self.at - size : self.at]

    def at_end(self):
        return self.at == len(self.data)


# --- Entropy-coded tokens


def normalise(counts, scale):
    """Frequencies that sum up to `scale`; what division leaves goes to the most frequent."""
    total = sum(counts)
    need(0 < total <= scale, "token frequencies")
    result = [count * scale // total for count in counts]
    result[result.index(max(result))] += scale - sum(result)
    return result


class TokenTable:
    def __init__(self, data):
        table = Bytes(data)
        self.scale_bits = table.varint()
        self.rows = []  # of (token, start, frequency)
        for _ in range(table.varint()):
            tokens, counts, following = [], [], 0
            for _ in range(table.varint()):
                tokens.append(following + table.varint())
                counts.append(table.varint())
                following = tokens[-1] + 1
            self.rows.append(self.intervals(tokens, counts))
        need(table.at_end(), "bytes behind the token table")

    def intervals(self, tokens, counts):
        row, start = [], 0
        frequencies = normalise(counts, 1 << self.scale_bits) if counts else []
        for token, frequency in zip(tokens, frequencies):
            row.append((token, start, frequency))
            start += frequency
        return row

    def decode(self, stream, counts):
        """The tokens of the records of one coded block, `counts` tokens each."""
        states = list(struct.unpack_from("<2I", stream))
        at, lane = 8, 0
        mask = (1 << self.scale_bits) - 1
        records = []
        for count in counts:
            row, record = self.rows[-1], []
            for _ in range(count):
                slot = states[lane] & mask
                token, start, frequency = next(e for e in row if e[1] <= slot < e[1] + e[2])
                states[lane] = frequency * (states[lane] >> self.scale_bits) + slot - start
                if states[lane] < 1 << 16:
                    need(at + 2 <= len(stream), "a coded block is cut off")
                    (word,) = struct.unpack_from("<H", stream, at)
                    states[lane] = states[lane] << 16 | word
                    at += 2
                lane ^= 1
                record.append(token)
                if len(self.rows) > 1:
                    row = self.rows[token]
            records.append(record)
        need(at == len(stream) and states == [1 << 16] * 2, "end of a coded block")
        return records


# --- Segments


class StartCode:
    """The table at the front of the starts of a segment of version 3, and what it codes."""

    def __init__(self, section):
        table = Bytes(section)
        symbols, value = [], 0
        for _ in range(table.varint()):
            value += table.varint()
            symbols.append((table.take(1)[0], False, value))
        announcing = table.take(1)[0]
        if announcing > 0:
            symbols.append((announcing, True, 0))
        self.size, self.symbols, code, length = table.at, {}, 0, 0
        for bits, announces, value in sorted(symbols):
            code, length = code << bits - length, bits
            self.symbols[bits, code] = (announces, value)
            code += 1

    def read(self, coded, count):
        bits = [byte >> i & 1 for byte in coded for i in range(8)]
        starts, start, at = [], 0, 0
        for _ in range(count):
            code, length = 0, 0
            while (length, code) not in self.symbols:
                need(at < len(bits) and length < 24, "a code of starts")
                code, length, at = code << 1 | bits[at], length + 1, at + 1
            announces, step = self.symbols[length, code]
            if announces:
                step = sum(bit << i for i, bit in enumerate(bits[at : at + 32]))
                at += 32
            start += step
            starts.append(start)
        need(at <= len(bits) < at + 8, "bytes behind the starts")
        return starts


class Record:
    def __init__(self, key):
        self.key, self.seconds, self.tokens, self.starts, self.source = key, None, [], [], None

    def line(self):
        escaped = self.key.replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\n", b"\\n")
        if escaped.startswith(b"#"):
            escaped = b"\\" + escaped
        hundredths = self.seconds
        seconds = "-" if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02}"
        fields = [seconds, " ".join(map(str, self.tokens))]
        if self.starts:
            fields.append(" ".join(map(str, self.starts)))
        return escaped + b"\t" + "\t".join(fields).encode() + b"\n"


class Segment:
    def __init__(self, data):
        self.data = data
        magic, order, version, size = struct.unpack_from("<8sIIQ", data)
        need(magic == b"PAIRSEG\n", "magic")
        need(order == 0x01020304, "byte order")
        need(version in (2, 3), f"version {version}")
        self.version = version
        need(size == len(data) and data.endswith(END_MARK), "cut off")
        self.records, self.tokens = struct.unpack_from("<QQ", data, 24)
        self.bits, self.coding, count = struct.unpack_from("<HHI", data, 40)
        self.top = 56 + 24 * count
        need(2 * self.top + len(END_MARK) <= size, "sections exceed the file")
        self.hash = int.from_bytes(data[self.top - 8 : self.top], "little")
        check_sum(data[: self.top - 8], self.hash, "head")
        need(data[size - 8 - self.top : size - 8] == data[: self.top], "second head")
        self.read_sections(count)

    def read_sections(self, count):
        self.sections, at = {}, self.top
        for i in range(count):
            kind, zero, size, checksum = struct.unpack_from("<IIQQ", self.data, 48 + 24 * i)
            name = SECTIONS.get(kind, kind)
            need(zero == 0 and at + padded(size) <= len(self.data) - self.top - 8, "section ends")
            check_sum(self.data[at : at + padded(size)], checksum, name)
            self.sections[name] = self.data[at : at + size]
            at += padded(size)
        need(at == len(self.data) - self.top - 8, "bytes behind the sections")
        self.check_pages(self.data[self.top + padded(len(self.sections["page sums"])) : at])

    def check_pages(self, paged):
        sums = struct.unpack(f"<{-(-len(paged) // PAGE_BYTES)}I", self.sections["page sums"])
        for page, expected in enumerate(sums):
            if XXH3 is not None:
                found = XXH3(paged[page * PAGE_BYTES : (page + 1) * PAGE_BYTES]) & 0xFFFFFFFF
                need(found == expected, f"checksum of page {page}")

    def read(self):
        """All records, in order."""
        rows = list(struct.iter_unpack("<5I", self.sections["blocks"]))
        need(len(rows) == -(-self.records // BLOCK_RECORDS) + 1, "rows of blocks")
        records = []
        if self.version > 2 and "starts" in self.sections:
            self.start_code = StartCode(self.sections["starts"])
        for block in range(len(rows) - 1):
            count = min(BLOCK_RECORDS, self.records - block * BLOCK_RECORDS)
            names = ("keys", "numbers", None, "starts", "sources")
            parts = {
                name: Bytes(self.sections[name][rows[block][i] : rows[block + 1][i]])
                for i, name in enumerate(names)
                if name in self.sections
            }
            records += self.read_block(count, parts)
        self.add_tokens(records)
        return records

    def read_block(self, count, parts):
        records, key, numbers = [], b"", parts["numbers"]
        for _ in range(count):
            shared, rest = parts["keys"].varint(), parts["keys"].varint()
            key = key[:shared] + parts["keys"].take(rest)
            records.append(Record(key))
        for record in records:
            record.tokens = numbers.varint()  # their number, for now
        start_bytes = [numbers.varint() for _ in records] if "starts" in parts else [0] * count
        if "sources" in parts:
            self.read_sources(records, numbers, parts["sources"])
        seconds = 0
        for record in records:
            seconds += numbers.signed()
            record.seconds = None if seconds == 0 else seconds - 1
        for record, size in zip(records, start_bytes):
            if size > 0:
                coded = parts["starts"].take(size)
                if self.version == 2:
                    record.starts = self.read_starts(Bytes(coded))
                else:
                    record.starts = self.start_code.read(coded, record.tokens)
                need(len(record.starts) == record.tokens, "number of starts")
        need(all(part.at_end() for part in parts.values()), "bytes behind a block")
        return records

    @staticmethod
    def read_starts(steps):
        starts, start = [], 0
        while not steps.at_end():
            start += steps.varint()
            starts.append(start)
        return starts

    @staticmethod
    def read_sources(records, numbers, sources):
        size = mtime = 0
        source = None
        for record in records:
            reference = numbers.varint()
            if reference == 2:
                size, mtime = size + sources.signed(), mtime + sources.signed()
                source = (size, mtime, int.from_bytes(sources.take(8), "little"))
            record.source = source if reference > 0 else None

    def add_tokens(self, records):
        counts = [record.tokens for record in records]
        need(sum(counts) == self.tokens, "number of tokens")
        if self.coding == 0:
            self.unpack(records, counts)
            return
        need(self.coding == 1, "coding of the tokens")
        table = TokenTable(self.sections["token table"])
        blocks = list(struct.iter_unpack("<II", self.sections["token blocks"]))
        for (first, begin), (last, end) in zip(blocks, blocks[1:]):
            decoded = table.decode(self.sections["tokens"][begin:end], counts[first:last])
            for record, tokens in zip(records[first:last], decoded):
                record.tokens = tokens

    def unpack(self, records, counts):
        packed, mask, at = self.sections["tokens"], (1 << self.bits) - 1, 0
        need(len(packed) == -(-self.tokens * self.bits // 8), "size of the tokens")
        for record, count in zip(records, counts):
            begin, end = at * self.bits // 8, -(-(at + count) * self.bits // 8)
            stream = int.from_bytes(packed[begin:end], "little") >> (at * self.bits % 8)
            record.tokens = [stream >> i * self.bits & mask for i in range(count)]
            at += count

    def pair_postings(self):
        """For each bucket the token blocks in which it has a pair; none in a small segment."""
        if "pair lists" not in self.sections:
            return None
        ends = [end for (end,) in struct.iter_unpack("<I", self.sections["pair lists"])]
        postings = []
        for begin, end in zip(ends, ends[1:]):
            steps, blocks, block = Bytes(self.sections["pairs"][begin:end]), [], -1
            while not steps.at_end():
                block += steps.varint()
                blocks.append(block)
            postings.append(blocks)
        return postings


# --- The folder


def read_file(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def read_removed(folder, entry, segment):
    if "removed" not in entry:
        return set()
    told = entry["removed"]
    data = read_file(folder, f"removed-{told['file']:06}")
    *head, number, count = struct.unpack_from("<8sIIQQ", data)
    need(head == [b"PAIRDEL\n", 0x01020304, 1], "head of removed records")
    need((number, count) == (entry["segment"], told["records"]), "removed records of another one")
    need(data[-8:] == END_MARK and len(data) == 32 + padded(4 * count) + 16, "removed records")
    checksum = int.from_bytes(data[-16:-8], "little")
    need(checksum == int(told["hash"], 16), "checksum of removed records")
    check_sum(data[:-16], checksum, "removed records")
    numbers = struct.unpack_from(f"<{count}I", data, 32)
    need(all(a < b for a, b in zip(numbers, numbers[1:])), "order of removed records")
    need(numbers[-1] < segment.records, "a removed record that there is not")
    return set(numbers)


def read_manifest(folder):
    text = read_file(folder, "manifest")
    lines = [json.loads(line) for line in text.splitlines()]
    last = text.rindex(b"\n", 0, -1) + 1
    need(lines[0]["pairalign_archive"] == 2, "version of the archive")
    need(lines[-1]["end"] == len(lines) - 2, "number of segments")
    check_sum(text[:last], int(lines[-1]["xxh3"], 16), "manifest")
    return lines[0], lines[1:-1]


def read_segments(folder):
    """Yields each segment with its records that are not removed."""
    for entry in read_manifest(folder)[1]:
        segment = Segment(read_file(folder, f"segment-{entry['segment']:06}"))
        told = entry["bytes"], entry["records"], entry["tokens"], int(entry["hash"], 16)
        found = len(segment.data), segment.records, segment.tokens, segment.hash
        need(found == told, "not the segment that the manifest describes")
        removed = read_removed(folder, entry, segment)
        yield segment, [r for i, r in enumerate(segment.read()) if i not in removed]


def dump(folder):
    top = read_manifest(folder)[0]
    fields = [f"{name}={top[name]}" for name in ("model", "tokenizer", "vocab") if name in top]
    header = f"#pairalign 1 {' '.join(fields)}\n".encode() if fields else b""
    records = [record for _, records in read_segments(folder) for record in records]
    return header + b"".join(record.line() for record in records)


if __name__ == "__main__":
    sys.stdout.buffer.write(dump(sys.argv[1]))
