#include "archive/section_list.hpp"

#include <algorithm>
#include <cstring>

#include "base/hash.hpp"

namespace pairalign::archive {
namespace {

std::string filled(const void* data, std::size_t size) {
  std::string bytes(static_cast<const char*>(data), size);
  bytes.resize(padded(size), '\0');
  return bytes;
}

}  // namespace

std::vector<std::uint32_t> page_sums(const unsigned char* bytes, std::size_t size) {
  std::vector<std::uint32_t> sums;
  for (std::size_t at = 0; at < size; at += kPageBytes) {
    const std::uint64_t hash = hash64(bytes + at, std::min(kPageBytes, size - at));
    sums.push_back(static_cast<std::uint32_t>(hash));
  }
  return sums;
}

void SectionList::add(SectionKind kind, const void* data, std::size_t size) {
  const std::size_t begin = bytes_.size();
  bytes_.append(static_cast<const char*>(data), size);
  bytes_.resize(begin + padded(size), '\0');
  rows_.push_back({kind, 0, size, hash64(bytes_.data() + begin, bytes_.size() - begin)});
}

std::string SectionList::file(SegmentHead head) const {
  const std::vector<std::uint32_t> sums =
      page_sums(reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size());
  const std::size_t sums_size = sums.size() * sizeof sums[0];
  const std::string first = filled(sums.data(), sums_size);

  std::memcpy(head.magic, kSegmentMagic, sizeof head.magic);
  head.byte_order = kByteOrderMark;
  head.version = kSegmentVersion;
  head.sections = static_cast<std::uint32_t>(rows_.size() + 1);
  const std::size_t top_size = head_size(head.sections);
  head.file_size = 2 * top_size + first.size() + bytes_.size() + sizeof kSegmentEnd;

  const SectionRow first_row = {kPageSums, 0, sums_size, hash64(first.data(), first.size())};
  std::string top(reinterpret_cast<const char*>(&head), sizeof head);
  top.append(reinterpret_cast<const char*>(&first_row), sizeof first_row);
  top.append(reinterpret_cast<const char*>(rows_.data()), rows_.size() * sizeof(SectionRow));
  const std::uint64_t hash = hash64(top.data(), top.size());
  top.append(reinterpret_cast<const char*>(&hash), sizeof hash);

  std::string file;
  file.reserve(head.file_size);
  file += top;
  file += first;
  file += bytes_;
  file += top;
  file.append(kSegmentEnd, sizeof kSegmentEnd);
  return file;
}

}  // namespace pairalign::archive
