#include "options.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/program.hpp"
#include "cli/values.hpp"
#include "tokens/text.hpp"
#include "tokens/writer.hpp"

namespace pairalign {
namespace {

void add_decoding_options(CLI::App& app, TokenizeOptions& options) {
  cli::add_number(app, "--end-quantile", options.tokenizer.decode.end_quantile, "Q",
                  "Quantile of the end distribution at which pairalign ends a token "
                  "(0 to 1); larger values give slightly fewer tokens");
  cli::add_number(app, "--repetition-penalty", options.tokenizer.decode.repetition_penalty, "X",
                  "Divide by X the probability of tokens that pairalign has just written");
  cli::add_number(app, "--cap", options.tokenizer.decode.cap, "X",
                  "Maximum number of tokens per 10 ms for pairalign; a string stops there");
}

void add_listening_options(CLI::App& app, TokenizeOptions& options) {
  app.add_option("--channel", options.channel,
                 "Channel to use. mix: the mean of all, with phase-inverted channels flipped "
                 "first. N: channel N, counted from 1. each: one record per channel, with "
                 "#channel=N appended to the key if there are several")
      ->type_name("NAME");
  app.add_flag("--partial", options.partial,
               "Write what can be read of damaged or truncated recordings; they are still "
               "reported, and the exit status is still 2");
  app.add_option("--pre", options.preprocessor,
                 "Instead of each file, read the audio that COMMAND PATH writes to standard "
                 "output; the file is also its standard input")
      ->type_name("COMMAND");
  app.add_option("--pre-glob", options.pre_globs,
                 "Run --pre only on files whose names match GLOB; !GLOB excludes them. May be "
                 "repeated; the last match decides. Folders are searched for such files too")
      ->type_name("GLOB")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->default_str("");
}

// Instead of strings.
void add_frame_options(CLI::App& app, TokenizeOptions& options) {
  app.add_flag(
         "--frames", options.frames,
         "One code per 20 ms frame: the nearest, repeats kept, as for training on HuBERT units; "
         "with --format km, one line per recording")
      ->excludes("--tokenizer");
  app.add_option("--embeddings", options.embeddings,
                 "Write the embedding of each 20 ms frame to FILE, a NumPy matrix (.npy, float32). "
                 "Standard output maps recordings to rows: KEY, SECONDS, first row, number of rows")
      ->type_name(cli::kFile);
}

// Rejects options about strings, which are not written.
void check_embeddings(const TokenizeOptions& options) {
  const std::pair<const char*, bool> given[] = {
      {"--tokenizer", options.kind.has_value()},
      {"--frames", options.frames},
      {"--rate", options.tokenizer.rate.has_value()},
      {"--penalty", options.tokenizer.penalty.has_value()},
      {"--window", options.window_s.has_value()},
      {"--renderings", options.tokenizer.renderings > 1},
      {"--alternatives", options.tokenizer.alternatives > 0},
      {"--times", options.times},
      {"--no-times", options.no_times},
      {"--format", options.format != TokenizeOptions().format}};
  for (const auto& [name, is_given] : given)
    cli::refuse(is_given, std::string(name) + " applies to tokens, not --embeddings");
}

// Nothing if it is left to the model.
std::optional<model::TokenizerKind> tokenizer_kind(const TokenizeOptions& options) {
  if (options.frames) return model::TokenizerKind::frames;
  if (!options.embeddings.empty()) return model::TokenizerKind::vq;
  if (!options.kind) return std::nullopt;
  return model::parse_tokenizer_kind(*options.kind);
}

void check_kind_options(const TokenizeOptions& options, model::TokenizerKind kind) {
  const auto need = [](bool given, bool fits, const char* option, const char* kinds) {
    cli::refuse(given && !fits, fmt::format("{} needs --tokenizer {}", option, kinds));
  };
  const bool decoded = kind == model::TokenizerKind::pairalign;
  const bool penalised = decoded || kind == model::TokenizerKind::dpvq;
  const model::TokenizerOptions& given = options.tokenizer;
  need(given.rate.has_value(), penalised, "--rate", "pairalign or dpvq");
  need(given.penalty.has_value(), penalised, "--penalty", "pairalign or dpvq");
  cli::refuse(given.rate && given.penalty,
              "--rate and --penalty exclude one another: both set the number of tokens");
  const model::DecodeOptions usual;
  const model::DecodeOptions& decode = given.decode;
  need(decode.end_quantile != usual.end_quantile, decoded, "--end-quantile", "pairalign");
  need(decode.repetition_penalty != usual.repetition_penalty, decoded, "--repetition-penalty",
       "pairalign");
  need(decode.cap != usual.cap, decoded, "--cap", "pairalign");
}

}  // namespace

void add_options(CLI::App& app, TokenizeOptions& options) {
  cli::add_paths(
      app, cli::kPath, options.paths,
      "Audio files; folders, searched recursively for files with an audio extension; - for "
      "audio on standard input. Without PATH, paths are read from standard input, one per line");
  cli::add_model(app, options.model);
  cli::add_choice(
      app, "--tokenizer", options.kind,
      "How strings are made. pairalign: by the model's autoregressive decoder. vq: the "
      "nearest code of each frame, repeats removed. dpvq: fewer tokens, by a penalty on each "
      "change of code. Default: pairalign; vq if the model has no decoder",
      {"pairalign", "vq", "dpvq"});
  add_frame_options(app, options);
  cli::add_number(app, "--rate", options.tokenizer.rate, "R",
                  fmt::format("Target tokens per second for pairalign and dpvq (default: as "
                              "pairalign was trained; dpvq: {})",
                              model::kDefaultRate));
  cli::add_number(
      app, "--penalty", options.tokenizer.penalty, "P",
      "Penalty per token for pairalign and dpvq, instead of one chosen for --rate; larger "
      "values give fewer tokens");
  add_decoding_options(app, options);
  cli::add_number(app, "--window", options.window_s, "S",
                  "Write one record per window of S seconds");
  cli::add_number(app, "--hop", options.hop_s, "S",
                  "Seconds from one window to the next (default: windows do not overlap)");
  app.add_option(
         "--renderings", options.tokenizer.renderings,
         fmt::format("Write N records per recording (at most {}), all with its key: one as it "
                     "is, the others with altered vocal tract and tempo. With them pa-search "
                     "--fuse finds more; recordings of at most ten minutes",
                     model::kMaxRenderings))
      ->type_name("N")
      ->check(CLI::Range(1, model::kMaxRenderings));
  app.add_option(
         "--alternatives", options.tokenizer.alternatives,
         fmt::format("For queries: add a field that lists, for each 40 ms of a token, N tokens (at "
                     "most {}) that may stand in its place, with their probabilities; pa-search "
                     "--cost soft then finds more",
                     model::kMaxAlternatives))
      ->type_name("N")
      ->check(CLI::Range(0, model::kMaxAlternatives));
  app.add_flag("--no-times", options.no_times,
               "Leave out the field with the start time of each token, in milliseconds");
  app.add_flag("--times", options.times, "Write token start times (the default)");
  add_listening_options(app, options);
  app.add_option("--format", options.format,
                 "Output format: " + tokens::describe_output_formats(true))
      ->type_name("NAME")
      ->check(cli::one_of(tokens::output_format_names()));
  cli::add_precision(app, options.precision);
  app.add_option("--skip", options.skip,
                 "Skip files that ARCHIVE has strings of (of whatever channel, if it names none), "
                 "unless they have changed since. An ARCHIVE of another --channel is refused")
      ->type_name(cli::kArchive);
  cli::add_manifest(app, options.list);
  cli::add_null(app, options.null);
}

void check_usage(const TokenizeOptions& options) {
  if (!options.embeddings.empty()) check_embeddings(options);
  if (const auto kind = tokenizer_kind(options)) check_kind_options(options, *kind);
  channel(options);
  const std::vector<std::string>& globs = options.pre_globs;
  const bool listed = !options.list.empty();
  cli::refuse(options.times && options.no_times, "--times and --no-times exclude one another");
  cli::refuse(options.no_times && needs_starts(tokens::parse_output_format(options.format)),
              "--no-times: --format " + options.format + " needs times");
  cli::refuse(
      options.tokenizer.alternatives > 0 && options.format != "tsv" && options.format != "jsonl",
      "--alternatives: only --format tsv and jsonl have a place for them");
  cli::refuse(!globs.empty() && options.preprocessor.empty(), "--pre-glob needs --pre");
  cli::refuse(std::count(globs.begin(), globs.end(), "") > 0,
              "--pre-glob: an empty pattern matches nothing");
  cli::refuse(options.hop_s && !options.window_s, "--hop needs --window");
  cli::refuse(options.window_s && options.tokenizer.renderings > 1,
              "--renderings are of whole recordings, not of windows");
  cli::refuse(options.window_s && !(*options.window_s > 0), "--window must be positive");
  cli::refuse(options.hop_s && !(*options.hop_s > 0), "--hop must be positive");
  cli::refuse(listed && !options.paths.empty(),
              "--manifest names what to read, and paths are given too");
  cli::refuse(listed && !options.skip.empty(),
              "--skip identifies files by path, and --manifest gives them other keys");
  cli::refuse(options.null && listed,
              "-0 applies to path lists on standard input, not to --manifest");
  cli::refuse(options.null && !options.paths.empty(),
              "-0 applies to path lists on standard input, and paths are given");
  try {
    model::check(options.tokenizer.decode);
  } catch (const Error& error) {
    throw cli::UsageError(error.reason());
  }
}

int channel(const TokenizeOptions& options) {
  constexpr int kMaxChannel = 64;
  if (options.channel == "mix") return 0;
  if (options.channel == "each") return -1;
  int number = 0;
  if (!tokens::parse_whole(options.channel, number) || number < 1 || number > kMaxChannel) {
    throw cli::UsageError(
        fmt::format("--channel: '{}' is neither mix, nor each, nor a number from 1 to {}",
                    options.channel, kMaxChannel));
  }
  return number;
}

model::TokenizerOptions tokenizer_options(const TokenizeOptions& options,
                                          const model::Model& model) {
  model::TokenizerOptions result = options.tokenizer;
  result.kind = tokenizer_kind(options).value_or(model::default_kind(model));
  check_kind_options(options, result.kind);
  result.window_s = options.window_s.value_or(0);
  result.hop_s = options.hop_s.value_or(result.window_s);
  return result;
}

}  // namespace pairalign
