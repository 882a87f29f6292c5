// Records in portions to scan. Not part of the library's face.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "archive/archive.hpp"
#include "base/span.hpp"
#include "tokens/record.hpp"

namespace pairalign::search {

/// Records of an archive, one after the other, or a part of a long one.
struct RecordTile {
  std::size_t archive = 0;
  std::size_t first_record = 0;
  std::vector<Span<const tokens::Token>> documents;
  /// Of a part: where in the record it begins. Further parts of the same record may follow.
  std::size_t part_begin = 0;
  bool part_follows = false;
};

/// The records of archives, numbered from 0 over all of them.
class RecordTiles {
 public:
  /// Archives must outlive it.
  explicit RecordTiles(Span<const archive::Archive> archives);

  std::size_t records() const { return first_record_.back(); }

  /// Hands records [first, last) to `visit`, some ten thousand tokens at a time: enough to fill
  /// lanes, few enough to stay in the cache and to let bounds tighten soon. Where an overlap is
  /// given, a long record comes in parts that share so many tokens with the one before.
  void visit(std::size_t first, std::size_t last, std::optional<std::size_t> overlap,
             const std::function<void(const RecordTile&)>& visit) const;

 private:
  void visit_parts(const archive::Archive& archive, std::size_t overlap, RecordTile& tile,
                   const std::function<void(const RecordTile&)>& visit) const;

  Span<const archive::Archive> archives_;
  std::vector<std::size_t> first_record_{0};  // of each archive, and the total
};

}  // namespace pairalign::search
