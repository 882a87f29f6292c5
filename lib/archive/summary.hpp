// What an archive holds, and what takes up its space.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "archive/archive.hpp"

namespace pairalign::archive {

struct Summary {
  tokens::Header header;
  std::size_t segments = 0;
  std::uint64_t records = 0;
  /// Records whose duration is not known; `seconds` and the rates cover the others.
  std::uint64_t untimed_records = 0;
  double seconds = 0;
  std::uint64_t tokens = 0;
  double tokens_per_second = 0;
  /// Of the stored tokens, with what is needed to decode them but without postings.
  double bits_per_token = 0;
  double token_bits_per_second = 0;
  /// How new segments are written; the tokens covered by postings, and the bits of postings for
  /// each.
  Indexing indexing = Indexing::pairs;
  std::uint64_t indexed_tokens = 0;
  double index_bits_per_token = 0;
  /// Of everything, keys and times included; 0 when some duration is not known.
  double archive_bits_per_second = 0;
  std::uint64_t bytes = 0;
  /// The same audio as 16-bit samples at 16 kHz; 0 when some duration is not known.
  std::uint64_t pcm_bytes = 0;
  /// The files that the strings were made from; 0 when that of some record is not known.
  std::uint64_t source_files = 0;
  std::uint64_t source_bytes = 0;
  /// Removed records and, in proportion to their number, the bytes they occupy: records and tokens
  /// are not counted above, but the bytes are.
  struct {
    std::uint64_t records = 0;
    std::uint64_t tokens = 0;
    std::uint64_t bytes = 0;
  } removed;
  /// Bytes by use: each kind of section over all segments, then "removed" (files of removed
  /// records) and "framing" (heads, padding, sections of unknown kinds, manifest).
  std::vector<std::pair<std::string, std::uint64_t>> sections;
};

/// Rates are 0 where there is nothing to divide by. Throws Error as the archive's accessors do.
Summary summarise(const Archive& archive);

/// As aligned lines for people, and as one JSON object; what is not known is "unknown" or null.
std::string to_text(const Summary& summary);
std::string to_json(const Summary& summary);

}  // namespace pairalign::archive
