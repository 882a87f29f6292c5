// pa-index: token strings to archives, and what is in them.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "archive/archive.hpp"
#include "archive/summary.hpp"
#include "archive/writer.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "cli/record_inputs.hpp"
#include "tokens/reader.hpp"
#include "tokens/writer.hpp"

namespace pairalign {
namespace {

constexpr const char* kSummary =
    "Appends token strings to an archive, which is made when it does not exist. All of one call "
    "becomes visible together, or none of it.";

constexpr const char* kFooter =
    "Exit status: 0 done; 2 wrong use, damage found, or an input or a line of one\n"
    "failed (it is named, the others are archived).\n"
    "\n"
    "Examples:\n"
    "  pa-tokenize talks/ | pa-index talks.pai\n"
    "  pa-index talks.pai monday.tsv tuesday.tsv\n"
    "  pa-index --dump talks.pai | grep '^talks/keynote'\n"
    "  pa-index --check talks.pai";

// How often the progress bar is told, in records.
constexpr std::uint64_t kProgressStep = 1024;

struct Options {
  std::string archive;
  std::vector<std::string> files;
  bool dump = false;
  bool info = false;
  bool check = false;
  std::string input_format = "auto";
  std::string format;
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("ARCHIVE", options.archive, "Folder of the archive, by custom NAME.pai")
      ->required();
  cli::add_paths(app, "FILE", options.files,
                 "Token strings to append; - or none reads standard input");
  app.add_flag("--dump", options.dump, "Print the records of ARCHIVE as they went in");
  app.add_flag("--info", options.info, "Print what ARCHIVE holds and what takes up its room");
  app.add_flag("--check", options.check, "Compare all of ARCHIVE with its checksums");
  app.add_option("--input-format", options.input_format, "auto, tsv, jsonl or kaldi")
      ->type_name("NAME");
  app.add_option(
         "--format", options.format,
         "--dump: tsv, jsonl, kaldi, km, ctm or audacity (default: tsv). --info: text or json "
         "(default: text)")
      ->type_name("NAME");
  app.footer(kFooter);
}

void check_options(const Options& options) {
  const int actions = int{options.dump} + int{options.info} + int{options.check};
  if (actions > 1) throw cli::UsageError("--dump, --info and --check exclude one another");
  if (actions == 1 && !options.files.empty()) {
    throw cli::UsageError("files to append, and an option that only reads the archive");
  }
  if (actions == 1 && options.input_format != "auto") {
    throw cli::UsageError("--input-format is about appending");
  }
  if (!options.format.empty() && !options.dump && !options.info) {
    throw cli::UsageError("--format is about --dump and --info");
  }
}

// Takes in one input after the other, each whole or, when its header does not fit, not at all.
class Appending {
 public:
  Appending(const std::string& archive, tokens::InputFormat format, cli::Context& context)
      : archive_(archive),
        format_(format),
        messages_(context.messages),
        progress_("pa-index", 0, context.options.progress),
        writer_(archive) {}

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
    writer_.commit();
    messages_.detail(
        fmt::format("{}: {} records added, {} in all", archive_, added, writer_.committed()));
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

void append(const Options& options, cli::Context& context) {
  const auto format =
      cli::parse_option("--input-format", options.input_format, tokens::parse_input_format);
  std::vector<std::string> files = options.files;
  if (files.empty()) {
    cli::require_piped_stdin("give files of token strings, or pipe them in");
    files = {"-"};
  }
  Appending appending(options.archive, format, context);
  for (const std::string& file : files)
    appending.take(file);
  appending.finish();
}

void dump(const Options& options, cli::Context& context) {
  const std::string name = options.format.empty() ? "tsv" : options.format;
  const tokens::RecordFormatter formatter(
      cli::parse_option("--format", name, tokens::parse_output_format));
  const archive::Archive archive = archive::Archive::open(options.archive);
  context.out.write(formatter.header(archive.header()));
  tokens::Record record;
  std::string text;
  for (std::size_t i = 0; i < archive.size(); ++i) {
    text.clear();
    try {
      archive.record(i, record);
      formatter.append(record, text);
    } catch (const Error& error) {
      context.messages.failure(error);
    }
    context.out.write(text);
  }
}

void check(const Options& options, cli::Context& context) {
  for (const Error& damage : archive::Archive::verify(options.archive)) {
    context.messages.failure(damage);
  }
  if (context.messages.failures() == 0) context.messages.detail(options.archive + ": sound");
}

void info(const Options& options, cli::Context& context) {
  const std::string format = options.format.empty() ? "text" : options.format;
  if (format != "text" && format != "json") {
    throw cli::UsageError("--format: '" + format + "' is no format of --info: text or json");
  }
  const archive::Summary summary = archive::summarise(archive::Archive::open(options.archive));
  context.out.write(format == "json" ? archive::to_json(summary) : archive::to_text(summary));
}

cli::ExitStatus index(const Options& options, cli::Context& context) {
  check_options(options);
  if (options.dump) {
    dump(options, context);
  } else if (options.info) {
    info(options, context);
  } else if (options.check) {
    check(options, context);
  } else {
    append(options, context);
  }
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int main(int argc, char** argv) {
  using namespace pairalign;
  Options options;
  return cli::run(
      argc, argv, "pa-index", kSummary, cli::kProgress,
      [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) { return index(options, context); });
}
