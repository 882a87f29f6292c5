#include "options.hpp"

#include <charconv>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "cli/program.hpp"
#include "cli/values.hpp"

namespace pairalign {
namespace {

void add_decoding_options(CLI::App& app, TokenizeOptions& options) {
  app.add_option("--end-quantile", options.decode.end_quantile,
                 "Where in the distribution of its ends pairalign ends a token, between 0 and 1; "
                 "larger gives somewhat fewer tokens")
      ->type_name("Q")
      ->check(cli::not_negative());
  app.add_option("--repetition-penalty", options.decode.repetition_penalty,
                 "Divisor of the probability of tokens that pairalign has just written")
      ->type_name("X")
      ->check(cli::not_negative());
  app.add_option("--cap", options.decode.cap,
                 "Maximum number of tokens per 10 ms of pairalign; a string stops there")
      ->type_name("X")
      ->check(cli::not_negative());
}

void add_listening_options(CLI::App& app, TokenizeOptions& options) {
  app.add_option("--channel", options.channel,
                 "Channel to listen to. mix: the mean of all, a channel that is the inverse of "
                 "another turned first. N: that one, 1 is the first. each: a record for each, with "
                 "#channel=N behind its key where there are several")
      ->type_name("NAME");
  app.add_flag("--partial", options.partial,
               "Write what can be read of recordings that are damaged or cut short; they are "
               "reported, and the exit status is 2, all the same");
  app.add_option("--pre", options.preprocessor,
                 "Read the audio that COMMAND PATH writes to standard output instead of the file; "
                 "it is run for each file, which is its standard input too")
      ->type_name("COMMAND");
  app.add_option("--pre-glob", options.pre_globs,
                 "Run --pre only for files whose names match GLOB; !GLOB leaves those out. May be "
                 "repeated, the last that matches decides. Folders are walked for them too")
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
         "One code for each frame of 20 ms: the nearest, repetitions kept, as those who train "
         "on units of HuBERT want them; with --format km a line for each recording")
      ->excludes("--tokenizer");
  app.add_option(
         "--embeddings", options.embeddings,
         "Write the embedding of each frame of 20 ms to FILE: a matrix for NumPy (.npy, "
         "float32). Standard output says which rows are whose: KEY, SECONDS, first row, rows")
      ->type_name(cli::kFile);
}

// What makes strings, which are not written.
void check_embeddings(const TokenizeOptions& options) {
  const std::pair<const char*, bool> given[] = {
      {"--tokenizer", options.kind.has_value()},
      {"--frames", options.frames},
      {"--rate", options.rate.has_value()},
      {"--penalty", options.penalty.has_value()},
      {"--window", options.window_s.has_value()},
      {"--renderings", options.renderings > 1},
      {"--times", options.times},
      {"--no-times", options.no_times},
      {"--format", options.format != TokenizeOptions().format}};
  for (const auto& [name, is_given] : given) {
    if (is_given) throw cli::UsageError(std::string(name) + " is about tokens, not --embeddings");
  }
}

// Nothing when it is left to the model.
std::optional<model::TokenizerKind> tokenizer_kind(const TokenizeOptions& options) {
  if (options.frames) return model::TokenizerKind::frames;
  if (!options.embeddings.empty()) return model::TokenizerKind::vq;
  if (!options.kind) return std::nullopt;
  try {
    return model::parse_tokenizer_kind(*options.kind);
  } catch (const Error& error) {
    throw cli::UsageError("--tokenizer: " + error.reason());
  }
}

void check_kind_options(const TokenizeOptions& options, model::TokenizerKind kind) {
  const bool decoded = kind == model::TokenizerKind::pairalign;
  const bool penalised = kind == model::TokenizerKind::dpvq;
  if (options.rate && !decoded && !penalised) {
    throw cli::UsageError("--rate needs --tokenizer pairalign or dpvq");
  }
  if (options.penalty && !decoded && !penalised) {
    throw cli::UsageError("--penalty needs --tokenizer pairalign or dpvq");
  }
  if (options.rate && options.penalty) {
    throw cli::UsageError("--rate and --penalty are two ways to say the same");
  }
  const model::DecodeOptions& defaults = model::DecodeOptions();
  const std::pair<const char*, bool> given[] = {
      {"--end-quantile", options.decode.end_quantile != defaults.end_quantile},
      {"--repetition-penalty", options.decode.repetition_penalty != defaults.repetition_penalty},
      {"--cap", options.decode.cap != defaults.cap},
  };
  for (const auto& [name, is_given] : given) {
    if (is_given && !decoded) {
      throw cli::UsageError(std::string(name) + " needs --tokenizer pairalign");
    }
  }
}

}  // namespace

void add_options(CLI::App& app, TokenizeOptions& options) {
  cli::add_paths(app, cli::kPath, options.paths,
                 "Audio files; folders, which are walked for audio files; - for audio on standard "
                 "input. With none, standard input holds paths, one a line");
  cli::add_model(app, options.model);
  app.add_option(
         "--tokenizer", options.kind,
         "How strings are made. pairalign: written by the model's autoregressive decoder. vq: "
         "the nearest code of each frame, repetitions removed. dpvq: fewer tokens, found with "
         "a penalty on each change of code. Default: pairalign; vq where the model has no "
         "decoder")
      ->type_name("NAME")
      ->check(cli::one_of({"pairalign", "vq", "dpvq"}));
  add_frame_options(app, options);
  app.add_option("--rate", options.rate,
                 fmt::format("Tokens per second aimed at by pairalign and dpvq (default: what "
                             "pairalign was trained with; dpvq: {})",
                             model::kDefaultRate))
      ->type_name("R")
      ->check(cli::not_negative());
  app.add_option(
         "--penalty", options.penalty,
         "Penalty per token of pairalign and dpvq, instead of one chosen for --rate; larger gives "
         "fewer tokens")
      ->type_name("P")
      ->check(cli::not_negative());
  add_decoding_options(app, options);
  app.add_option("--window", options.window_s, "A record for each window of S seconds")
      ->type_name("S")
      ->check(cli::not_negative());
  app.add_option("--hop", options.hop_s,
                 "Seconds from one window to the next (default: windows do not overlap)")
      ->type_name("S")
      ->check(cli::not_negative());
  app.add_option(
         "--renderings", options.renderings,
         fmt::format("Of each recording N records, all with its key: as it is, and with other "
                     "vocal tracts and tempos, up to {}. For pa-search --fuse, which finds "
                     "more by them; recordings of at most ten minutes",
                     model::kMaxRenderings))
      ->type_name("N")
      ->check(CLI::Range(1, model::kMaxRenderings));
  app.add_flag(
      "--no-times", options.no_times,
      "Leave out the field with the start of each token, in milliseconds. On synthetic audio "
      "with known onsets these starts are off by 20.5 ms in the median and 59.6 ms at the "
      "95th percentile, no better than chance for that many tokens (21.0 ms)");
  app.add_flag("--times", options.times, "Write that field, as is done without this option");
  add_listening_options(app, options);
  app.add_option("--format", options.format,
                 "Format of the output. " + tokens::describe_output_formats(true))
      ->type_name("NAME")
      ->check(cli::one_of(tokens::output_format_names()));
  cli::add_precision(app, options.precision);
  app.add_option("--skip", options.skip,
                 "Pass over files that ARCHIVE has strings of, unless they have changed since")
      ->type_name(cli::kArchive);
  cli::add_manifest(app, options.list);
  cli::add_null(app, options.null);
}

void check_usage(const TokenizeOptions& options) {
  if (!options.embeddings.empty()) check_embeddings(options);
  if (const auto kind = tokenizer_kind(options)) check_kind_options(options, *kind);
  if (options.times && options.no_times) {
    throw cli::UsageError("--times and --no-times exclude one another");
  }
  channel(options);
  if (!options.pre_globs.empty() && options.preprocessor.empty()) {
    throw cli::UsageError("--pre-glob says which files --pre is for, and it is missing");
  }
  for (const std::string& glob : options.pre_globs) {
    if (glob.empty()) throw cli::UsageError("--pre-glob: an empty pattern matches nothing");
  }
  if (options.hop_s && !options.window_s) throw cli::UsageError("--hop needs --window");
  if (options.window_s && options.renderings > 1) {
    throw cli::UsageError("--renderings are of whole recordings, not of windows");
  }
  if (options.window_s && !(*options.window_s > 0)) {
    throw cli::UsageError("--window must be positive");
  }
  if (options.hop_s && !(*options.hop_s > 0)) throw cli::UsageError("--hop must be positive");
  if (!options.list.empty() && !options.paths.empty()) {
    throw cli::UsageError("--manifest names what to read, and paths are given too");
  }
  if (!options.list.empty() && !options.skip.empty()) {
    throw cli::UsageError(
        "--skip knows files by their paths, and --manifest gives them other keys");
  }
  if (options.null && !options.list.empty()) {
    throw cli::UsageError("-0 is about path lists on standard input, not about --manifest");
  }
  if (options.null && !options.paths.empty()) {
    throw cli::UsageError("-0 is about path lists on standard input, and paths are given");
  }
  try {
    model::check(options.decode);
  } catch (const Error& error) {
    throw cli::UsageError(error.reason());
  }
}

int channel(const TokenizeOptions& options) {
  constexpr int kMaxChannel = 64;
  if (options.channel == "mix") return 0;
  if (options.channel == "each") return -1;
  int number = 0;
  const char* end = options.channel.data() + options.channel.size();
  const auto [rest, error] = std::from_chars(options.channel.data(), end, number);
  if (error != std::errc() || rest != end || number < 1 || number > kMaxChannel) {
    throw cli::UsageError(
        fmt::format("--channel: '{}' is neither mix, nor each, nor a number from 1 to {}",
                    options.channel, kMaxChannel));
  }
  return number;
}

model::TokenizerOptions tokenizer_options(const TokenizeOptions& options,
                                          const model::Model& model) {
  model::TokenizerOptions result;
  result.kind = tokenizer_kind(options).value_or(model::default_kind(model));
  check_kind_options(options, result.kind);
  result.rate = options.rate;
  result.penalty = options.penalty;
  result.decode = options.decode;
  result.renderings = options.renderings;
  result.window_s = options.window_s.value_or(0);
  result.hop_s = options.hop_s.value_or(result.window_s);
  return result;
}

nn::Precision precision(const TokenizeOptions& options) {
  try {
    return nn::parse_precision(options.precision);
  } catch (const Error& error) {
    throw cli::UsageError("--precision: " + error.reason());
  }
}

tokens::OutputFormat output_format(const TokenizeOptions& options) {
  try {
    return tokens::parse_output_format(options.format);
  } catch (const Error& error) {
    throw cli::UsageError("--format: " + error.reason());
  }
}

}  // namespace pairalign
