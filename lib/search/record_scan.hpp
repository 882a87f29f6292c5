// Records in batches to scan. Not part of the public interface.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "archive/archive.hpp"
#include "base/span.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// Consecutive records of an archive.
struct RecordTile {
  std::size_t archive = 0;
  std::size_t first_record = 0;
  std::vector<Span<const tokens::Token>> documents;
};

/// The records of archives, numbered from 0 over all of them.
class RecordTiles {
 public:
  /// Archives must outlive it.
  explicit RecordTiles(Span<const archive::Archive> archives);

  std::size_t records() const { return first_record_.back(); }

  /// Passes records [first, last) to `visit`, tens of thousands of tokens at a time: enough to fill
  /// lanes, few enough to stay in the cache and to let bounds tighten soon.
  void visit(std::size_t first, std::size_t last,
             const std::function<void(const RecordTile&)>& visit) const;

 private:
  Span<const archive::Archive> archives_;
  std::vector<std::size_t> first_record_{0};  // of each archive, and the total
};

}  // namespace pairalign::search
