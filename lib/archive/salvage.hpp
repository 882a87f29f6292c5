// Recovers the intact part of a damaged archive.
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
  /// Segments that cannot be read and whose number of records is unknown for lack of a manifest.
  std::uint64_t unknown_segments = 0;

  bool complete() const { return lost == 0 && unknown_segments == 0; }
};

/// Writes every record of the archive at `damaged` whose bytes match their checksums into a new
/// archive at `target`. Copes with a damaged or lost manifest (all segment files present are then
/// used, even those of an append that was never finished, and model and tokenizer are taken from
/// the segments), with segments that are missing, cut short, or damaged anywhere, and with lost
/// lists of removed records (these records then reappear; `damages` includes the list). Throws
/// Error if there is no folder `damaged`, or if something exists at `target`.
SalvageReport salvage(const std::string& damaged, const std::string& target);

}  // namespace pairalign::archive
