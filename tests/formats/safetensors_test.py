"""The shipped model, opened with nothing but Python's standard library.

Checks what the reader of the safetensors project insists on, and compares a tensor of each dtype with
what libpairalign reads.  usage: safetensors_test.py MODEL PRINT_TENSOR
"""

import json
import math
import struct
import subprocess
import sys
import unittest

FORMATS = {"F32": "f", "I8": "b", "U16": "H"}


def read(path):
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        return header, file.read()


def values(entry, data):
    begin, end = entry["data_offsets"]
    count = math.prod(entry["shape"])
    return struct.unpack(f"<{count}{FORMATS[entry['dtype']]}", data[begin:end])


class Safetensors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.header, cls.data = read(MODEL)
        cls.metadata = cls.header.pop("__metadata__")

    def of_library(self, name):
        lines = subprocess.run([PRINT_TENSOR, MODEL, name], check=True, capture_output=True, text=True)
        shape, numbers = lines.stdout.splitlines()
        return [int(n) for n in shape.split()], [float(n) for n in numbers.split()]

    def test_metadata_are_strings(self):
        for key, value in self.metadata.items():
            self.assertIsInstance(value, str, key)
        json.loads(self.metadata["pairalign"])

    def test_tensors_cover_the_data_without_gap(self):
        place = 0
        for entry in sorted(self.header.values(), key=lambda entry: entry["data_offsets"]):
            begin, end = entry["data_offsets"]
            self.assertEqual(begin, place)
            size = struct.calcsize(FORMATS[entry["dtype"]])
            self.assertEqual(end - begin, math.prod(entry["shape"]) * size)
            place = end
        self.assertEqual(place, len(self.data))

    def test_codes_are_unit_vectors(self):
        entry = self.header["codebook"]
        codes, width = entry["shape"]
        table = values(entry, self.data)
        for code in range(codes):
            row = table[code * width : (code + 1) * width]
            self.assertAlmostEqual(math.fsum(v * v for v in row), 1.0, places=4)

    def test_one_tensor_of_each_dtype_is_as_the_library_reads_it(self):
        for name, dtype in ("codebook", "F32"), ("substitution.vq", "I8"):
            entry = self.header[name]
            self.assertEqual(entry["dtype"], dtype)
            shape, numbers = self.of_library(name)
            self.assertEqual(shape, entry["shape"], name)
            # Nine digits bring a float back exactly, once rounded to one again.
            numbers = struct.unpack(f"{len(numbers)}f", struct.pack(f"{len(numbers)}f", *numbers))
            self.assertEqual(numbers, tuple(map(float, values(entry, self.data))), name)


if __name__ == "__main__":
    PRINT_TENSOR = sys.argv.pop()
    MODEL = sys.argv.pop()
    unittest.main()
