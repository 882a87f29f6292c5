#include "search/record_tiles.hpp"

#include <algorithm>

namespace pairalign::search {
namespace {

using tokens::Token;

constexpr std::size_t kTileTokens = std::size_t{1} << 16;
// New tokens of a part.
constexpr std::size_t kPartTokens = 4 * kTileTokens;

}  // namespace

RecordTiles::RecordTiles(Span<const archive::Archive> archives) : archives_(archives) {
  for (const archive::Archive& archive : archives)
    first_record_.push_back(first_record_.back() + archive.size());
}

void RecordTiles::visit(std::size_t first, std::size_t last, std::optional<std::size_t> overlap,
                        const std::function<void(const RecordTile&)>& visit) const {
  std::vector<Token> values;
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
    if (end == tile.first_record + 1 && overlap && archive.reads_parts(tile.first_record) &&
        archive.token_count(tile.first_record) > 2 * kPartTokens) {
      visit_parts(archive, *overlap, tile, visit);
      continue;
    }
    archive.tokens(tile.first_record, end, values, offsets);
    for (std::size_t d = 0; d + 1 < offsets.size(); ++d)
      tile.documents.emplace_back(values.data() + offsets[d], offsets[d + 1] - offsets[d]);
    visit(tile);
  }
}

void RecordTiles::visit_parts(const archive::Archive& archive, std::size_t overlap,
                              RecordTile& tile,
                              const std::function<void(const RecordTile&)>& visit) const {
  std::vector<Token> values;
  const std::size_t record = tile.first_record;
  const std::size_t size = archive.token_count(record);
  const std::size_t step = std::max(kPartTokens, 8 * overlap);
  for (std::size_t done = 0; done < size;) {
    tile.part_begin = done - std::min(done, overlap);
    done = std::min(size, done + step);
    tile.part_follows = done < size;
    archive.tokens(record, tile.part_begin, done, values);
    tile.documents.assign(1, Span<const Token>(values.data(), values.size()));
    visit(tile);
  }
  tile.part_begin = 0;
}

}  // namespace pairalign::search
