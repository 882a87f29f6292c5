// Iterating over the keys of a segment.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "archive/removed_records.hpp"
#include "archive/segment.hpp"

namespace pairalign::archive {

/// Calls `visit(key, record)` for each record that is not removed. Throws like Segment::block_keys.
template <class Visit>
void for_each_key(const Segment& segment, const RecordNumbers& removed, Visit visit) {
  std::vector<std::string> keys;
  auto gone = removed.begin();
  for (std::size_t block = 0; block < segment.blocks(); ++block) {
    segment.block_keys(block, keys);
    for (std::size_t j = 0; j < keys.size(); ++j) {
      const std::size_t record = block * kBlockRecords + j;
      if (gone != removed.end() && *gone == record) {
        ++gone;
      } else {
        visit(keys[j], record);
      }
    }
  }
}

}  // namespace pairalign::archive
