#include "search/record_tiles.hpp"

#include <algorithm>

namespace pairalign::search {
namespace {

using tokens::Token;

constexpr std::size_t kTileTokens = std::size_t{1} << 16;

}  // namespace

RecordTiles::RecordTiles(Span<const archive::Archive> archives) : archives_(archives) {
  for (const archive::Archive& archive : archives)
    first_record_.push_back(first_record_.back() + archive.size());
}

void RecordTiles::visit(std::size_t first, std::size_t last,
                        const std::function<void(const RecordTile&)>& visit) const {
  std::vector<Token> values;
  values.reserve(kTileTokens + kTileTokens / 4);  // enough for all tiles but those of a long record
  std::vector<std::size_t> offsets;
  RecordTile tile;
  for (std::size_t i = first; i < last;) {
    while (i >= first_record_[tile.archive + 1])
      ++tile.archive;
    const archive::Archive& archive = archives_[tile.archive];
    const std::size_t begin = first_record_[tile.archive];
    tile.first_record = i - begin;
    tile.documents.clear();
    const std::size_t end = std::min(archive.run_end(tile.first_record, kTileTokens), last - begin);
    i = begin + end;
    archive.tokens(tile.first_record, end, values, offsets);
    for (std::size_t d = 0; d + 1 < offsets.size(); ++d)
      tile.documents.emplace_back(values.data() + offsets[d], offsets[d + 1] - offsets[d]);
    visit(tile);
  }
}

}  // namespace pairalign::search
