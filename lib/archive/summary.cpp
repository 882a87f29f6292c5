#include "archive/summary.hpp"

#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace pairalign::archive {
namespace {

double ratio(double value, double divisor) {
  return divisor > 0 ? value / divisor : 0;
}

constexpr std::uint64_t kPcmBytesPerSecond = 2 * 16000;

void add_records(const Archive& archive, Summary& summary) {
  std::int64_t centiseconds = 0;
  std::uint64_t timed_tokens = 0;
  bool sources_known = true;
  std::string path;  // of the last file
  for_each_record(archive, [&](const ScannedRecord& record) {
    const Segment::Metadata& metadata = record.metadata();
    if (metadata.seconds < 0) {
      ++summary.untimed_records;
    } else {
      centiseconds += tokens::centiseconds(metadata.seconds);
      timed_tokens += metadata.tokens;
    }
    sources_known = sources_known && metadata.source;
    const std::string_view own = tokens::split_fragment(record.key()).path;
    if (!metadata.source || (own == path && summary.source_files > 0)) return;
    path = own;
    ++summary.source_files;
    summary.source_bytes += metadata.source->size;
  });
  if (!sources_known) summary.source_files = summary.source_bytes = 0;
  summary.seconds = static_cast<double>(centiseconds) / 100;
  summary.tokens_per_second = ratio(static_cast<double>(timed_tokens), summary.seconds);
  if (summary.untimed_records == 0) {
    summary.pcm_bytes = static_cast<std::uint64_t>(centiseconds) * kPcmBytesPerSecond / 100;
  }
}

// Adds up the files of the archive.
void add_files(const Archive& archive, Summary& summary) {
  std::uint64_t removed_files = 0, framing = to_text(archive.manifest()).size();
  for (std::size_t s = 0; s < archive.segment_count(); ++s) {
    const Segment& segment = archive.segment(s);
    framing += segment.file_size();
    if (segment.pair_index().present()) summary.indexed_tokens += segment.token_total();
    const std::uint64_t removed = archive.removed(s).size();
    if (removed == 0) continue;
    removed_files += removed_file_size(removed);
    summary.removed.records += removed;
    summary.removed.tokens += archive.manifest().segments[s].removed.tokens;
    summary.removed.bytes += segment.file_size() * removed / segment.size();
  }
  summary.removed.bytes += removed_files;
  summary.bytes = framing + removed_files;
  std::uint64_t token_bytes = 0, index_bytes = 0;
  for (std::uint32_t number = kPageSums; number < kSectionKinds; ++number) {
    const auto kind = static_cast<SectionKind>(number);
    std::uint64_t bytes = 0;
    for (std::size_t s = 0; s < archive.segment_count(); ++s)
      bytes += archive.segment(s).section(kind).size;
    framing -= bytes;
    if (kind == kTokens || kind == kTokenTable || kind == kTokenBlocks) token_bytes += bytes;
    if (kind == kPairLists || kind == kPairs) index_bytes += bytes;
    summary.sections.emplace_back(Segment::section_name(kind), bytes);
  }
  summary.sections.emplace_back("removed", removed_files);
  summary.sections.emplace_back("framing", framing);
  summary.bits_per_token =
      ratio(8 * static_cast<double>(token_bytes),
            static_cast<double>(archive.token_total() + summary.removed.tokens));
  summary.index_bits_per_token =
      ratio(8 * static_cast<double>(index_bytes), static_cast<double>(summary.indexed_tokens));
}

}  // namespace

Summary summarise(const Archive& archive) {
  Summary summary;
  summary.header = archive.header();
  summary.segments = archive.segment_count();
  summary.records = archive.size();
  summary.tokens = archive.token_total();
  summary.indexing = archive.manifest().indexing;
  add_files(archive, summary);
  add_records(archive, summary);
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
  const std::string indexed = fmt::format("{} tokens, {:.2f} bits each", summary.indexed_tokens,
                                          summary.index_bits_per_token);
  line("index", summary.indexed_tokens > 0 ? indexed : "none");
  if (summary.removed.records > 0) {
    line("removed records", fmt::format("{}, some {} bytes until --merge", summary.removed.records,
                                        summary.removed.bytes));
  }
  const auto compared = [&](std::uint64_t bytes) {
    if (bytes == 0) return std::string("unknown");
    return fmt::format("{:>12} {:>9.1f} x the archive", bytes,
                       ratio(static_cast<double>(bytes), static_cast<double>(summary.bytes)));
  };
  line("", "       bytes  bits/s of audio");
  const auto part = [&](const std::string& name, std::uint64_t bytes) {
    const bool timed = summary.untimed_records == 0 && summary.seconds > 0;
    const double bits = ratio(8 * static_cast<double>(bytes), summary.seconds);
    line(name, fmt::format("{:>12} {:>9}", bytes, timed ? fmt::format("{:.2f}", bits) : "unknown"));
  };
  part("archive", summary.bytes);
  for (const auto& [name, bytes] : summary.sections) {
    if (bytes > 0) part("  " + name, bytes);
  }
  line("16-bit PCM at 16 kHz", compared(summary.pcm_bytes));
  line("source files", compared(summary.source_bytes));
  return text;
}

std::string to_json(const Summary& summary) {
  const auto known = [](const auto& value, bool is_known) {
    return is_known ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
  };
  const auto positive = [&](auto value) { return known(value, value > 0); };
  const auto text = [&](const std::string& value) { return known(value, !value.empty()); };
  nlohmann::ordered_json info = {
      {"model", text(summary.header.model)},
      {"tokenizer", text(summary.header.tokenizer)},
      {"vocabulary", positive(summary.header.vocabulary)},
      {"segments", summary.segments},
      {"records", summary.records},
      {"untimed_records", summary.untimed_records},
      {"seconds", summary.seconds},
      {"tokens", summary.tokens},
      {"tokens_per_second", positive(summary.tokens_per_second)},
      {"bits_per_token", positive(summary.bits_per_token)},
      {"index", name_of(summary.indexing)},
      {"indexed_tokens", summary.indexed_tokens},
      {"index_bits_per_token", summary.index_bits_per_token},
      {"token_bits_per_second", positive(summary.token_bits_per_second)},
      {"archive_bits_per_second", positive(summary.archive_bits_per_second)},
      {"bytes", summary.bytes},
      {"pcm_bytes", positive(summary.pcm_bytes)},
      {"source_files", positive(summary.source_files)},
      {"source_bytes", known(summary.source_bytes, summary.source_files > 0)},
      {"removed",
       {{"records", summary.removed.records},
        {"tokens", summary.removed.tokens},
        {"bytes", summary.removed.bytes}}},
  };
  for (const auto& [name, bytes] : summary.sections)
    info["sections"][name] = bytes;
  return info.dump(2) + "\n";
}

}  // namespace pairalign::archive
