// Saving what a damaged archive still holds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace pairalign::archive {

struct SalvageReport {
  /// What is damaged or missing: file and reason.
  std::vector<Error> damages;
  std::uint64_t saved = 0;
  std::uint64_t lost = 0;
  /// Segments that can neither be read nor, without a manifest, be said how many records they held.
  std::uint64_t unknown_segments = 0;

  bool complete() const { return lost == 0 && unknown_segments == 0; }
};

/// Writes every record of the archive at `damaged` whose bytes agree with their checksums into a
/// new archive at `target`. Copes with a damaged or lost manifest (then all segment files there are
/// counted, also of an append that was never finished, and model and tokenizer are as the segments
/// tell), segments that are missing, cut, or damaged anywhere, and lost lists of removed records
/// (these records then are back; it is among the damages). Throws Error when there is no folder
/// `damaged`, or something is at `target`.
SalvageReport salvage(const std::string& damaged, const std::string& target);

}  // namespace pairalign::archive
