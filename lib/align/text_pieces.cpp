#include "align/text_pieces.hpp"

#include <algorithm>

namespace pairalign::align {
namespace {

// New tokens per piece: enough that few are repeated, few enough that the pieces of one document
// fill the lanes.
constexpr std::size_t kPieceTokens = 4096;
// Pieces longer than this are sorted as equally long.
constexpr std::size_t kMaxSortedTokens = 16 * kPieceTokens;

}  // namespace

TextPieces::TextPieces(Strings documents, std::size_t overlap, bool uncut) {
  const std::size_t step = std::max(kPieceTokens, 4 * overlap);
  pieces_.reserve(documents.size());
  for (std::size_t d = 0; d < documents.size(); ++d) {
    const Token* tokens = documents[d].data();
    const std::size_t size = documents[d].size();
    const std::size_t most = uncut || size <= 2 * step ? size : step;
    std::size_t done = 0;
    do {
      const std::size_t begin = done - std::min(done, overlap);
      done += std::min(most, size - done);
      pieces_.push_back({d, begin, tokens + begin, done - begin});
    } while (done < size);
  }
  sort_by_size();
}

// Counting sort: a comparison sort would take as long as scanning a tile of short documents.
void TextPieces::sort_by_size() {
  const auto key = [](const TextPiece& piece) { return std::min(piece.size, kMaxSortedTokens); };
  std::size_t longest = 0;
  for (const TextPiece& piece : pieces_)
    longest = std::max(longest, key(piece));
  std::vector<std::uint32_t> next(longest + 2, 0);
  for (const TextPiece& piece : pieces_)
    ++next[key(piece) + 1];
  for (std::size_t i = 1; i < next.size(); ++i)
    next[i] += next[i - 1];
  by_size_.resize(pieces_.size());
  for (std::size_t i = 0; i < pieces_.size(); ++i)
    by_size_[next[key(pieces_[i])]++] = static_cast<std::uint32_t>(i);
}

}  // namespace pairalign::align
