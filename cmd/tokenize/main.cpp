// pa-tokenize: audio to token strings.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "archive/archived_files.hpp"
#include "audio/decoder.hpp"
#include "cli/default_model.hpp"
#include "cli/inputs.hpp"
#include "cli/last_resort.hpp"
#include "cli/ordered_map.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "model/model.hpp"
#include "model/tokenizer.hpp"
#include "options.hpp"
#include "tokens/audio_list.hpp"
#include "tokens/writer.hpp"

namespace pairalign {
namespace {

// Files under way per thread: enough that short ones are decoded side by side, and that a long one
// does not leave the other threads idle.
constexpr int kFilesAhead = 32;

// An input; `fault` is set when it was found unusable before it was opened.
struct Item {
  std::string path;
  std::string key;  // of its records
  std::string fault;
  std::uint64_t bytes = 0;  // of the file; 0: not known
};

// The lines of one input.
struct Lines {
  std::string text;
  double seconds = 0;
};

using Pipeline = cli::OrderedMap<Item, Lines>;

// What is the same for all workers.
struct Work {
  const model::Model& model;
  model::TokenizerOptions options;
  tokens::RecordFormatter formatter;
  bool with_starts = false;
};

class TokenizeWorker : public cli::Worker<Item, Lines> {
 public:
  explicit TokenizeWorker(const Work& work) : work_(work), tokenizer_(work.model, work.options) {}

  void take(Item& item) override {
    if (!item.fault.empty()) throw Error(item.path, item.fault);
    audio::Decoder audio = item.path == "-"
                               ? audio::Decoder::from_descriptor(STDIN_FILENO, "standard input")
                               : audio::Decoder(item.path);
    tokenizer_.add(audio, item.key);
  }

  bool full() const override { return tokenizer_.full(); }

  std::vector<Lines> finish() override {
    std::vector<Lines> all;
    for (model::TokenizedRecording& recording : tokenizer_.finish()) {
      Lines& lines = all.emplace_back();
      lines.seconds = recording.seconds;
      for (tokens::Record& record : recording.records) {
        if (!work_.with_starts) record.starts_ms.clear();
        work_.formatter.append(record, lines.text);
      }
    }
    return all;
  }

 private:
  const Work& work_;
  model::Tokenizer tokenizer_;
};

// Writes the lines of each input as its turn comes, and counts.
class Delivery {
 public:
  // What is known of the work: nothing when a list of paths is piped in.
  Delivery(cli::Context& context, const std::vector<Item>& given)
      : messages_(context.messages),
        out_(context.out),
        progress_("pa-tokenize", given.size(), context.options.progress) {
    for (const Item& item : given)
      bytes_given_ += item.bytes;
  }

  void operator()(Item& item, std::future<Lines>& result) {
    // Flushed at once: the next tool of the pipeline may be waiting and the next input may take
    // long.
    out_.write(text_of(item, result));
    out_.flush();
    ++done_;
    bytes_done_ += item.bytes;
    if (progress_.shown()) progress_.update(done_, audio_so_far("h"), part_done());
  }

  void finish() {
    progress_.finish();
    messages_.detail(
        fmt::format("{} of {} inputs written, {}", written_, done_, audio_so_far("h of audio")));
  }

 private:
  // Empty for an input that failed, which is named.
  std::string text_of(const Item& item, std::future<Lines>& result) {
    try {
      Lines lines = result.get();
      seconds_ += lines.seconds;
      ++written_;
      return std::move(lines.text);
    } catch (const Error& error) {
      messages_.failure(error);
    } catch (const std::bad_alloc&) {
      cli::memory_is_back();
      messages_.failure(item.path + ": out of memory");
    } catch (const std::exception& error) {
      messages_.failure(item.path + ": " + error.what());
    }
    return {};
  }

  // By size, for time left: recordings of a folder may be seconds and hours long.
  std::optional<double> part_done() const {
    if (bytes_given_ == 0) return std::nullopt;
    return static_cast<double>(bytes_done_) / static_cast<double>(bytes_given_);
  }

  std::string audio_so_far(const char* unit) const {
    const double elapsed =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    return fmt::format("{:.2f} {}, {:.0f} x real time", seconds_ / 3600, unit, seconds_ / elapsed);
  }

  cli::Messages& messages_;
  cli::Output& out_;
  cli::Progress progress_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double seconds_ = 0;
  std::uint64_t bytes_given_ = 0;
  std::uint64_t bytes_done_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t written_ = 0;
};

std::uint64_t size_of(const std::string& path) {
  std::error_code none;
  const std::uintmax_t bytes = std::filesystem::file_size(path, none);
  return none ? 0 : bytes;
}

void for_each_listed(const std::string& list, const std::function<void(Item)>& take) {
  tokens::AudioListReader reader(list);
  for (bool more = true; more;) {
    Item item;
    try {
      tokens::ListedAudio entry;
      more = reader.next(entry);
      item = {std::move(entry.path), std::move(entry.key), "", 0};
    } catch (const Error& error) {
      item = {error.subject(), "", error.reason(), 0};
    }
    if (more) take(std::move(item));
  }
}

// Files that an archive has, as they are, are passed over when the user wants that.
void for_each_item(const TokenizeOptions& options, const std::function<void(Item)>& take) {
  if (!options.list.empty()) {
    for_each_listed(options.list, take);
    return;
  }
  std::optional<archive::ArchivedFiles> archived;
  if (!options.skip.empty()) archived.emplace(options.skip);
  cli::for_each_input(
      options.paths, options.null,
      [&](const std::string& path) {
        if (!archived || !archived->holds(path)) take({path, path, "", 0});
      },
      [&](const std::string& path, const std::string& reason) {
        take({path, path, reason, 0});
      });
}

cli::ExitStatus tokenize(const TokenizeOptions& options, cli::Context& context) {
  check_usage(options);
  const tokens::OutputFormat format = output_format(options);
  const bool piped_paths = options.paths.empty() && options.list.empty();
  if (piped_paths) {
    cli::require_piped_stdin("give audio files or folders, or pipe in a list of paths");
  }

  const model::Model model = model::Model::load(cli::find_model(options.model), precision(options));
  model::TokenizerOptions how = tokenizer_options(options, model);
  if (!options.kind && how.kind != model::TokenizerKind::pairalign) {
    context.messages.detail("the model has no decoder: its tokenizer vq is used");
  }
  const tokens::RecordFormatter formatter(format);
  context.out.write(formatter.header(model::Tokenizer(model, how).header()));

  // Paths that are given or listed are counted first, so that progress knows the end; a list that
  // is piped in is worked on as it comes.
  std::vector<Item> given;
  if (!piped_paths) {
    for_each_item(options, [&](Item item) {
      if (item.fault.empty()) item.bytes = size_of(item.path);
      given.push_back(std::move(item));
    });
  }
  const int jobs = context.options.jobs;
  how.overlapped = !piped_paths && given.size() < static_cast<std::size_t>(jobs);
  const Work work{model, how, formatter, !options.no_times || tokens::needs_starts(format)};
  Pipeline::Workers workers;
  for (int i = 0; i < jobs; ++i)
    workers.push_back(std::make_unique<TokenizeWorker>(work));
  Delivery delivery(context, given);
  Pipeline pipeline(std::move(workers), static_cast<std::size_t>(jobs) * kFilesAhead,
                    std::ref(delivery));
  if (piped_paths) {
    for_each_item(options, [&](Item item) { pipeline.push(std::move(item)); });
  }
  for (Item& item : given)
    pipeline.push(std::move(item));
  pipeline.finish();
  delivery.finish();
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int main(int argc, char** argv) {
  using namespace pairalign;
  TokenizeOptions options;
  return cli::run(
      argc, argv, tokenize_tool(), [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) { return tokenize(options, context); });
}
