#include "archive/summary.hpp"

namespace pairalign::archive {
namespace {

double ratio(double value, double divisor) {
  return divisor > 0 ? value / divisor : 0;
}

}  // namespace

Summary summarise(const Archive& archive) {
  Summary summary;
  summary.header = archive.header();
  summary.segments = archive.segment_count();
  summary.records = archive.size();
  summary.tokens = archive.token_total();
  summary.sections = archive.section_totals();
  double packed_bytes = 0;
  for (const Archive::SectionTotal& section : summary.sections) {
    summary.bytes += section.bytes;
    if (section.kind == kTokens) packed_bytes = static_cast<double>(section.bytes);
  }

  std::uint64_t timed_tokens = 0;
  std::int64_t centiseconds = 0;
  for (std::size_t i = 0; i < archive.size(); ++i) {
    const double seconds = archive.seconds(i);
    if (seconds < 0) {
      ++summary.untimed_records;
    } else {
      centiseconds += tokens::centiseconds(seconds);
      timed_tokens += archive.token_count(i);
    }
  }
  summary.seconds = static_cast<double>(centiseconds) / 100;
  summary.tokens_per_second = ratio(static_cast<double>(timed_tokens), summary.seconds);
  summary.bits_per_token = ratio(8 * packed_bytes, static_cast<double>(summary.tokens));
  summary.token_bits_per_second = summary.bits_per_token * summary.tokens_per_second;
  if (summary.untimed_records == 0) {
    summary.archive_bits_per_second =
        ratio(8 * static_cast<double>(summary.bytes), summary.seconds);
  }
  return summary;
}

}  // namespace pairalign::archive
