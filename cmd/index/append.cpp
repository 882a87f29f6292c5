#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "archive/writer.hpp"
#include "cli/progress.hpp"
#include "cli/record_inputs.hpp"
#include "actions.hpp"
#include "tokens/reader.hpp"

namespace pairalign {
namespace {

// How often the progress bar is told, in records.
constexpr std::uint64_t kProgressStep = 1024;

// Takes in one input after the other, each whole or, when its header does not fit, not at all.
class Appending {
 public:
  Appending(const IndexOptions& options, tokens::InputFormat format, cli::Context& context)
      : archive_(options.archive),
        format_(format),
        messages_(context.messages),
        progress_("pa-index", 0, context.options.progress),
        writer_(archive_, {}, writer_options(options, context)) {
    tell_strays(archive_, writer_, messages_);
  }

  void take(const std::string& path) {
    const archive::ArchiveWriter::Mark mark = writer_.mark();
    try {
      take_records(path);
    } catch (const tokens::HeaderError& error) {
      writer_.roll_back(mark);
      messages_.failure(error.what() + std::string("; nothing is archived from this input"));
    }
  }

  void finish() {
    progress_.finish();
    const bool nothing_known = writer_.header() == tokens::Header();
    if (nothing_known && writer_.committed() + writer_.pending() == 0) {
      if (messages_.failures() == 0) {
        messages_.warning(archive_ + ": no records to archive, and no header: not created");
      }
      return;
    }
    const std::size_t added = writer_.pending();
    const std::size_t replaced = writer_.commit();
    messages_.detail(fmt::format("{}: {} records added, {} replaced, {} in all", archive_, added,
                                 replaced, writer_.committed()));
  }

 private:
  void take_records(const std::string& path) {
    std::optional<tokens::RecordReader> reader = open(path);
    if (!reader) return;
    tokens::Header taken;
    tokens::Record record;
    const std::size_t before = writer_.pending();
    while (next(*reader, record)) {
      if (reader->header() != taken) take_header(*reader), taken = reader->header();
      add(*reader, record);
      if (writer_.pending() % kProgressStep == 0) progress_.update(writer_.pending(), "records");
    }
    take_header(*reader);  // of an input without records
    if (!taken.known() && writer_.header().known() && writer_.pending() > before) {
      messages_.warning(reader->name() + ": no model in its header: taken for strings of " +
                        describe(writer_.header()));
    }
  }

  std::optional<tokens::RecordReader> open(const std::string& path) {
    try {
      return tokens::RecordReader(path, format_);
    } catch (const Error& error) {
      messages_.failure(error);
      return std::nullopt;
    }
  }

  // The next good record; names the bad lines on the way to it.
  bool next(tokens::RecordReader& reader, tokens::Record& record) {
    for (;;) {
      try {
        return reader.next(record);
      } catch (const tokens::HeaderError&) {
        throw;
      } catch (const Error& error) {
        messages_.failure(error);
      }
    }
  }

  void take_header(const tokens::RecordReader& reader) {
    const std::uint64_t present = writer_.committed() + writer_.pending();
    const bool model_was_known = writer_.header().known();
    try {
      writer_.take_header(reader.header());
    } catch (const Error& error) {
      throw tokens::HeaderError(reader.name(), error.reason());
    }
    if (!model_was_known && writer_.header().known() && present > 0) {
      messages_.warning(
          fmt::format("{}: records of unknown model ({}) are now taken for strings of {}", archive_,
                      present, describe(writer_.header())));
    }
  }

  void add(const tokens::RecordReader& reader, const tokens::Record& record) {
    try {
      writer_.add(record, sources_.of(record.key));
    } catch (const archive::RefusedRecord& error) {
      messages_.failure(fmt::format("{}:{}: {}", reader.name(), reader.line(), error.reason()));
    }
  }

  std::string archive_;
  tokens::InputFormat format_;
  cli::Messages& messages_;
  cli::Progress progress_;
  archive::ArchiveWriter writer_;
  archive::SourceReader sources_;
};

}  // namespace

void append(const IndexOptions& options, cli::Context& context) {
  const auto format =
      cli::parse_option("--input-format", options.input_format, tokens::parse_input_format);
  std::vector<std::string> files = options.files;
  if (files.empty()) {
    cli::require_piped_stdin("give files of token strings, or pipe them in");
    files = {"-"};
  }
  Appending appending(options, format, context);
  for (const std::string& file : files)
    appending.take(file);
  appending.finish();
}

}  // namespace pairalign
