// Documents cut and ordered for the lanes of a scan. Not part of the public interface.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "align/distance.hpp"
#include "base/span.hpp"

namespace pairalign::align {

/// Tokens [begin, begin + size) of a document.
struct TextPiece {
  std::size_t document;
  std::size_t begin;
  const Token* tokens;
  std::size_t size;

  Span<const Token> text() const { return {tokens, size}; }
};

class TextPieces {
 public:
  /// Unless `uncut`, long documents are cut into pieces that share `overlap` tokens with the
  /// previous one: a match of up to overlap + 1 tokens lies within one piece.
  TextPieces(Strings documents, std::size_t overlap, bool uncut);

  /// In the order of the documents, and within each by position.
  const std::vector<TextPiece>& all() const { return pieces_; }
  /// Indices into `all()`, shortest piece first: neighbours are of about the same length.
  const std::vector<std::uint32_t>& by_size() const { return by_size_; }

 private:
  void sort_by_size();

  std::vector<TextPiece> pieces_;
  std::vector<std::uint32_t> by_size_;
};

}  // namespace pairalign::align
