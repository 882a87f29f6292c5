// Documents cut and ordered for the lanes of a scan. Not part of the library's face.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/span.hpp"
#include "align/distance.hpp"

namespace pairalign::align {

/// Tokens [begin, begin + size) of a document.
struct TextPiece {
  TextPiece(std::size_t of_document, std::size_t at, const Token* text_begin, std::size_t text_size,
            bool is_last)
      : document(of_document), begin(at), tokens(text_begin), size(text_size), last(is_last) {}

  std::size_t document;
  std::size_t begin;
  const Token* tokens;
  std::size_t size;
  bool last;  ///< of its document

  Span<const Token> text() const { return {tokens, size}; }
};

class TextPieces {
 public:
  /// Documents that are much longer than most are cut, unless `uncut`, into pieces that share
  /// `overlap` tokens with the one before: a match of up to overlap + 1 tokens lies within one.
  TextPieces(Strings documents, std::size_t overlap, bool uncut);

  /// In the order of the documents, and within each by where they begin.
  const std::vector<TextPiece>& all() const { return pieces_; }
  /// Positions in `all()`, shortest piece first: neighbours are of about the same length.
  const std::vector<std::uint32_t>& by_size() const { return by_size_; }

 private:
  void sort_by_size();

  std::vector<TextPiece> pieces_;
  std::vector<std::uint32_t> by_size_;
};

}  // namespace pairalign::align
