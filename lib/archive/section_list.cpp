#include "archive/section_list.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/hash.hpp"

namespace pairalign::archive {
namespace {

std::string padding(std::size_t size) {
  return std::string(padded(size) - size, '\0');
}

std::uint64_t hash_of(const std::string& bytes, const std::string& fill) {
  Hasher hasher;
  hasher.update(bytes.data(), bytes.size());
  hasher.update(fill.data(), fill.size());
  return hasher.digest();
}

}  // namespace

std::uint32_t page_sum(const void* bytes, std::size_t size) {
  return static_cast<std::uint32_t>(hash64(bytes, size));
}

std::vector<std::uint32_t> page_sums(const std::vector<std::string>& pieces) {
  std::vector<std::uint32_t> sums;
  std::string page;  // one that spans several pieces
  for (const std::string& piece : pieces) {
    std::size_t at = 0;
    while (at < piece.size()) {
      const std::size_t size = std::min(kPageBytes - page.size(), piece.size() - at);
      if (size == kPageBytes) {
        sums.push_back(page_sum(&piece[at], size));
      } else {
        page.append(piece, at, size);
      }
      at += size;
      if (page.size() < kPageBytes) continue;
      sums.push_back(page_sum(page.data(), page.size()));
      page.clear();
    }
  }
  if (!page.empty()) sums.push_back(page_sum(page.data(), page.size()));
  return sums;
}

void SectionList::add(SectionKind kind, std::string bytes) {
  std::string fill = padding(bytes.size());
  rows_.push_back({kind, 0, bytes.size(), hash_of(bytes, fill)});
  pieces_.push_back(std::move(bytes));
  pieces_.push_back(std::move(fill));
}

void SectionList::append(SectionList others) {
  rows_.insert(rows_.end(), others.rows_.begin(), others.rows_.end());
  std::move(others.pieces_.begin(), others.pieces_.end(), std::back_inserter(pieces_));
}

std::vector<std::string> SectionList::take_file(SegmentHead head) {
  SectionList first;
  first.add(kPageSums, page_sums(pieces_));
  first.append(std::exchange(*this, {}));

  std::memcpy(head.magic, kSegmentMagic, sizeof head.magic);
  head.byte_order = kByteOrderMark;
  if (head.version == 0) head.version = kSegmentVersion;
  head.sections = static_cast<std::uint32_t>(first.rows_.size());
  head.file_size = 2 * head_size(head.sections) + sizeof kSegmentEnd;
  for (const SectionRow& row : first.rows_)
    head.file_size += padded(row.size);

  std::string top(reinterpret_cast<const char*>(&head), sizeof head);
  top.append(reinterpret_cast<const char*>(first.rows_.data()),
             first.rows_.size() * sizeof(SectionRow));
  const std::uint64_t hash = hash64(top.data(), top.size());
  top.append(reinterpret_cast<const char*>(&hash), sizeof hash);

  std::vector<std::string> file = std::move(first.pieces_);
  file.insert(file.begin(), top);
  file.push_back(top + std::string(kSegmentEnd, sizeof kSegmentEnd));
  return file;
}

}  // namespace pairalign::archive
