#include "archive/summary.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

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

std::string to_text(const Summary& summary) {
  std::string text;
  const auto line = [&](const std::string& name, const std::string& value) {
    text += fmt::format("{:<22} {}\n", name, value);
  };
  const auto rate = [](double value) {
    return value > 0 ? fmt::format("{:.2f}", value) : "unknown";
  };
  const tokens::Header& header = summary.header;
  line("model", header.model.empty() ? "unknown" : header.model);
  line("tokenizer", header.tokenizer.empty() ? "unknown" : header.tokenizer);
  line("vocabulary", header.vocabulary == 0 ? "unknown" : std::to_string(header.vocabulary));
  line("segments", std::to_string(summary.segments));
  line("records", std::to_string(summary.records));
  if (summary.untimed_records > 0) {
    line("  of unknown duration", std::to_string(summary.untimed_records));
  }
  line("hours", fmt::format("{:.4f}", summary.seconds / 3600));
  line("tokens", std::to_string(summary.tokens));
  line("tokens/s", rate(summary.tokens_per_second));
  line("bits/token", rate(summary.bits_per_token));
  line("bits/s, tokens", rate(summary.token_bits_per_second));
  line("bits/s, archive", rate(summary.archive_bits_per_second));
  line("bytes", std::to_string(summary.bytes));
  for (const auto& section : summary.sections) {
    line("  " + section.name, std::to_string(section.bytes));
  }
  return text;
}

std::string to_json(const Summary& summary) {
  const auto known = [](const auto& value, bool is_known) {
    return is_known ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
  };
  const tokens::Header& header = summary.header;
  nlohmann::ordered_json info = {
      {"model", known(header.model, !header.model.empty())},
      {"tokenizer", known(header.tokenizer, !header.tokenizer.empty())},
      {"vocabulary", known(header.vocabulary, header.vocabulary != 0)},
      {"segments", summary.segments},
      {"records", summary.records},
      {"untimed_records", summary.untimed_records},
      {"seconds", summary.seconds},
      {"tokens", summary.tokens},
      {"tokens_per_second", known(summary.tokens_per_second, summary.tokens_per_second > 0)},
      {"bits_per_token", known(summary.bits_per_token, summary.bits_per_token > 0)},
      {"token_bits_per_second",
       known(summary.token_bits_per_second, summary.token_bits_per_second > 0)},
      {"archive_bits_per_second",
       known(summary.archive_bits_per_second, summary.archive_bits_per_second > 0)},
      {"bytes", summary.bytes},
  };
  for (const auto& section : summary.sections)
    info["sections"][section.name] = section.bytes;
  return info.dump(2) + "\n";
}

}  // namespace pairalign::archive
