#include "archive/removed_records.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

#include "archive/segment_format.hpp"
#include "base/error.hpp"
#include "base/hash.hpp"

namespace pairalign::archive {
namespace {

constexpr char kMagic[8] = {'P', 'A', 'I', 'R', 'D', 'E', 'L', '\n'};
constexpr std::uint32_t kVersion = 1;

struct Head {
  char magic[8];
  std::uint32_t byte_order;
  std::uint32_t version;
  std::uint64_t segment;
  std::uint64_t records;
};
static_assert(sizeof(Head) == 32);

constexpr std::size_t kTailSize = sizeof(std::uint64_t) + sizeof kSegmentEnd;

}  // namespace

// Of the records before removed[j], removed[j] − j are not removed; that number ascends with j.
std::size_t nth_live(const RecordNumbers& removed, std::size_t i) {
  const auto next =
      std::partition_point(removed.begin(), removed.end(), [&](const std::uint32_t& record) {
        return record - static_cast<std::size_t>(&record - removed.data()) <= i;
      });
  return i + static_cast<std::size_t>(next - removed.begin());
}

std::size_t live_before(const RecordNumbers& removed, std::size_t record) {
  const auto at = std::lower_bound(removed.begin(), removed.end(), record);
  return record - static_cast<std::size_t>(at - removed.begin());
}

bool is_removed(const RecordNumbers& removed, std::size_t record) {
  return std::binary_search(removed.begin(), removed.end(), record);
}

std::uint64_t removed_file_size(std::uint64_t records) {
  return sizeof(Head) + padded(records * sizeof(std::uint32_t)) + kTailSize;
}

std::string to_bytes(RemovedFile& file) {
  Head head{};
  std::memcpy(head.magic, kMagic, sizeof head.magic);
  head.byte_order = kByteOrderMark;
  head.version = kVersion;
  head.segment = file.segment;
  head.records = file.records.size();
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
  bytes.append(reinterpret_cast<const char*>(file.records.data()),
               file.records.size() * sizeof file.records[0]);
  bytes.resize(padded(bytes.size()), '\0');
  file.hash = hash64(bytes.data(), bytes.size());
  bytes.append(reinterpret_cast<const char*>(&file.hash), sizeof file.hash);
  bytes.append(kSegmentEnd, sizeof kSegmentEnd);
  return bytes;
}

RemovedFile parse_removed(const std::string& path, std::string_view bytes) {
  const auto check = [&](bool good, const char* reason) {
    if (!good) throw Error(path, std::string("damaged: ") + reason);
  };
  Head head;
  check(bytes.size() >= sizeof head + kTailSize, "too short for a file of removed records");
  std::memcpy(&head, bytes.data(), sizeof head);
  check(std::memcmp(head.magic, kMagic, sizeof kMagic) == 0,
        "does not begin like a file of removed records");
  check(head.byte_order == kByteOrderMark && head.version == kVersion,
        "another byte order or version");
  check(head.records > 0, "it names no record");
  const std::size_t room = bytes.size() - sizeof head - kTailSize;
  check(head.records <= room / sizeof(std::uint32_t) &&
            room == padded(head.records * sizeof(std::uint32_t)),
        "its size does not match its number of records");
  const std::size_t body = sizeof head + room;
  RemovedFile file;
  file.segment = head.segment;
  std::memcpy(&file.hash, bytes.data() + body, sizeof file.hash);
  check(file.hash == hash64(bytes.data(), body), "its checksum does not match");
  check(bytes.substr(body + sizeof file.hash) == std::string_view(kSegmentEnd, sizeof kSegmentEnd),
        "the end mark is missing");
  file.records.resize(head.records);
  const std::size_t size = head.records * sizeof(std::uint32_t);
  std::memcpy(file.records.data(), bytes.data() + sizeof head, size);
  const std::string_view padding = bytes.substr(sizeof head + size, room - size);
  check(padding.find_first_not_of('\0') == padding.npos, "it is not padded with zeros");
  const auto& records = file.records;
  check(std::adjacent_find(records.begin(), records.end(), std::greater_equal<>()) == records.end(),
        "its records do not ascend");
  return file;
}

}  // namespace pairalign::archive
