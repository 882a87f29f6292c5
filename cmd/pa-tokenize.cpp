// pa-tokenize: audio to token strings.
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "audio/decoder.hpp"
#include "cli/inputs.hpp"
#include "cli/ordered_map.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "model/default_model.hpp"
#include "model/model.hpp"
#include "model/tokenizer.hpp"
#include "tokens/writer.hpp"

namespace pairalign {
namespace {

constexpr const char* kSummary =
    "Turns speech into token strings, one line a recording: KEY, SECONDS, TOKENS, separated by "
    "TAB.";

constexpr const char* kFooter =
    "Exit status: 0 done; 2 wrong use, or an input failed (it is named, the others are written).\n"
    "\n"
    "Examples:\n"
    "  pa-tokenize talks/ | pa-index talks.pai\n"
    "  find /audio -name '*.flac' -print0 | pa-tokenize -0 > strings.tsv\n"
    "  pa-tokenize question.wav | pa-search talks.pai";

// Files under way per thread: enough that a long file does not leave the other threads idle.
constexpr int kFilesAhead = 8;

struct Options {
  std::vector<std::string> paths;
  bool null = false;
  std::string model;
  std::optional<std::string> kind;
  std::optional<double> rate;
  std::optional<double> penalty;
  std::optional<double> end_quantile;
  model::DecodeOptions decode;
  std::optional<double> window_s;
  std::optional<double> hop_s;
  bool times = false;
  std::string format = "tsv";
};

void add_decoding_options(CLI::App& app, Options& options) {
  app.add_option("--end-quantile", options.end_quantile,
                 "pairalign: where in the distribution of its ends a token ends, between 0 and 1, "
                 "instead of what suits --rate; larger gives fewer tokens")
      ->type_name("Q");
  app.add_option("--beam", options.decode.beam,
                 "pairalign: strings compared side by side; 1 takes the likeliest token each time")
      ->type_name("N");
  app.add_option("--length-exponent", options.decode.length_exponent,
                 "pairalign with a beam: a string is judged by its log probability over its number "
                 "of tokens to this power")
      ->type_name("X");
  app.add_option("--repetition-penalty", options.decode.repetition_penalty,
                 "pairalign: divides the probability of a token that was written a moment ago")
      ->type_name("X");
  app.add_option("--cap", options.decode.cap,
                 "pairalign: most tokens per 10 ms; a string stops there")
      ->type_name("X");
}

void add_options(CLI::App& app, Options& options) {
  cli::add_paths(app, "PATH", options.paths,
                 "Audio files; folders, which are walked for audio files; - for audio on standard "
                 "input. With none, standard input holds paths, one a line");
  app.add_option("--model", options.model,
                 "Model file, or the name of an installed model. Without it $PAIRALIGN_MODEL, then "
                 "the model that came with the tools")
      ->type_name("FILE");
  app.add_option("--tokenizer", options.kind,
                 "pairalign: written by the model's autoregressive decoder. vq: the nearest code "
                 "of each frame, repetitions removed. dpvq: fewer tokens, found with a penalty on "
                 "each change of code. Default: pairalign; vq where the model has no decoder")
      ->type_name("NAME");
  app.add_option("--rate", options.rate,
                 fmt::format("pairalign, dpvq: tokens per second aimed at (dpvq: {} by default)",
                             model::kDefaultRate))
      ->type_name("R");
  app.add_option("--penalty", options.penalty,
                 "dpvq: penalty per token, instead of one chosen for --rate")
      ->type_name("P");
  add_decoding_options(app, options);
  app.add_option("--window", options.window_s, "A record for each window of S seconds")
      ->type_name("S");
  app.add_option("--hop", options.hop_s,
                 "Seconds from one window to the next (default: windows do not overlap)")
      ->type_name("S");
  app.add_flag("--times", options.times, "Add a field: the start of each token, in milliseconds");
  app.add_option("--format", options.format,
                 "tsv, jsonl, kaldi, km (tokens only), ctm or audacity (a label track)")
      ->type_name("NAME");
  app.add_flag("-0,--null", options.null, "Paths on standard input are separated by NUL");
  app.footer(kFooter);
}

// Nothing when it is left to the model.
std::optional<model::TokenizerKind> tokenizer_kind(const Options& options) {
  if (!options.kind) return std::nullopt;
  try {
    return model::parse_tokenizer_kind(*options.kind);
  } catch (const Error& error) {
    throw cli::UsageError("--tokenizer: " + error.reason());
  }
}

void check_kind_options(const Options& options, model::TokenizerKind kind) {
  const bool decoded = kind == model::TokenizerKind::pairalign;
  const bool penalised = kind == model::TokenizerKind::dpvq;
  if (options.rate && !decoded && !penalised) {
    throw cli::UsageError("--rate needs --tokenizer pairalign or dpvq");
  }
  if (options.penalty && !penalised) throw cli::UsageError("--penalty needs --tokenizer dpvq");
  if (options.rate && options.penalty) {
    throw cli::UsageError("--rate and --penalty are two ways to say the same");
  }
  if (options.rate && options.end_quantile) {
    throw cli::UsageError("--rate and --end-quantile are two ways to say the same");
  }
  const model::DecodeOptions& defaults = model::DecodeOptions();
  const std::pair<const char*, bool> given[] = {
      {"--end-quantile", options.end_quantile.has_value()},
      {"--beam", options.decode.beam != defaults.beam},
      {"--length-exponent", options.decode.length_exponent != defaults.length_exponent},
      {"--repetition-penalty", options.decode.repetition_penalty != defaults.repetition_penalty},
      {"--cap", options.decode.cap != defaults.cap},
  };
  for (const auto& [name, is_given] : given) {
    if (is_given && !decoded) {
      throw cli::UsageError(std::string(name) + " needs --tokenizer pairalign");
    }
  }
}

// Options that do not depend on the model, checked before it is read.
void check_usage(const Options& options) {
  if (const auto kind = tokenizer_kind(options)) check_kind_options(options, *kind);
  if (options.hop_s && !options.window_s) throw cli::UsageError("--hop needs --window");
  if (options.window_s && !(*options.window_s > 0)) {
    throw cli::UsageError("--window must be positive");
  }
  if (options.hop_s && !(*options.hop_s > 0)) throw cli::UsageError("--hop must be positive");
  if (options.null && !options.paths.empty()) {
    throw cli::UsageError("-0 is about path lists on standard input, and paths are given");
  }
  try {
    model::DecodeOptions decode = options.decode;
    decode.end_quantile = options.end_quantile.value_or(decode.end_quantile);
    model::check(decode);
  } catch (const Error& error) {
    throw cli::UsageError(error.reason());
  }
}

model::TokenizerOptions tokenizer_options(const Options& options, const model::Model& model) {
  model::TokenizerOptions result;
  result.kind = tokenizer_kind(options).value_or(model::default_kind(model));
  check_kind_options(options, result.kind);
  result.rate = options.rate;
  result.penalty = options.penalty;
  result.end_quantile = options.end_quantile;
  result.decode = options.decode;
  result.window_s = options.window_s.value_or(0);
  result.hop_s = options.hop_s.value_or(result.window_s);
  return result;
}

tokens::OutputFormat output_format(const Options& options) {
  try {
    return tokens::parse_output_format(options.format);
  } catch (const Error& error) {
    throw cli::UsageError("--format: " + error.reason());
  }
}

// An input; `fault` is set when it was found unusable before it was opened.
struct Item {
  std::string path;
  std::string fault;
};

// The lines of one input.
struct Lines {
  std::string text;
  double seconds = 0;
};

using Pipeline = cli::OrderedMap<Item, Lines>;

// What every worker does, with a tokenizer of its own.
Pipeline::Work make_work(const model::Model& model, const model::TokenizerOptions& options,
                         tokens::RecordFormatter formatter, bool with_starts) {
  const auto tokenizer = std::make_shared<model::Tokenizer>(model, options);
  return [tokenizer, formatter, with_starts](Item& item) {
    if (!item.fault.empty()) throw Error(item.path, item.fault);
    audio::Decoder audio = item.path == "-"
                               ? audio::Decoder::from_descriptor(STDIN_FILENO, "standard input")
                               : audio::Decoder(item.path);
    Lines lines;
    for (tokens::Record& record : tokenizer->tokenize(audio, item.path)) {
      if (!with_starts) record.starts_ms.clear();
      formatter.append(record, lines.text);
    }
    lines.seconds = static_cast<double>(audio.samples_read()) / audio::kSampleRate;
    return lines;
  };
}

// Writes the lines of each input as its turn comes, and counts.
class Delivery {
 public:
  Delivery(cli::Context& context, std::uint64_t inputs)
      : messages_(context.messages),
        out_(context.out),
        progress_("pa-tokenize", inputs, context.options.progress) {}

  void operator()(Item& item, std::future<Lines>& result) {
    // Flushed at once: the next tool of the pipeline may be waiting and the next input may take
    // long.
    out_.write(text_of(item, result));
    out_.flush();
    progress_.update(++done_, progress_.shown() ? audio_so_far() : std::string());
  }

  void finish() {
    progress_.finish();
    messages_.detail(fmt::format("{} of {} inputs written, {}", written_, done_, audio_so_far()));
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
    } catch (const std::exception& error) {
      messages_.failure(item.path + ": " + error.what());
    }
    return {};
  }

  std::string audio_so_far() const {
    const double elapsed =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    return fmt::format("{:.2f} h of audio, {:.0f} x real time", seconds_ / 3600,
                       seconds_ / elapsed);
  }

  cli::Messages& messages_;
  cli::Output& out_;
  cli::Progress progress_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double seconds_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t written_ = 0;
};

void for_each_item(const Options& options, const std::function<void(Item)>& take) {
  cli::for_each_input(
      options.paths, options.null,
      [&](const std::string& path) {
        take({path, ""});
      },
      [&](const std::string& path, const std::string& reason) {
        take({path, reason});
      });
}

cli::ExitStatus tokenize(const Options& options, cli::Context& context) {
  check_usage(options);
  const tokens::OutputFormat format = output_format(options);
  if (options.paths.empty()) {
    cli::require_piped_stdin("give audio files or folders, or pipe in a list of paths");
  }

  const model::Model model = model::Model::load(model::find_model(options.model));
  const model::TokenizerOptions how = tokenizer_options(options, model);
  if (!options.kind && how.kind != model::TokenizerKind::pairalign) {
    context.messages.detail("the model has no decoder: its tokenizer vq is used");
  }
  const tokens::RecordFormatter formatter(format);
  context.out.write(formatter.header(model::Tokenizer(model, how).header()));

  // Paths that are given are counted first, so that progress knows the end; a list that is piped in
  // is worked on as it comes.
  std::vector<Item> given;
  if (!options.paths.empty()) {
    for_each_item(options, [&](Item item) { given.push_back(std::move(item)); });
  }
  const bool with_starts = options.times || tokens::needs_starts(format);
  const int jobs = context.options.jobs;
  Delivery delivery(context, given.size());
  Pipeline pipeline(
      jobs, static_cast<std::size_t>(jobs) * kFilesAhead,
      [&] { return make_work(model, how, formatter, with_starts); }, std::ref(delivery));
  if (options.paths.empty()) {
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
  Options options;
  return cli::run(
      argc, argv, "pa-tokenize", kSummary, cli::kJobs | cli::kProgress,
      [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) { return tokenize(options, context); });
}
