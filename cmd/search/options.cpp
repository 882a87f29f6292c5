#include "options.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string_view>

#include <unistd.h>

#include "cli/record_inputs.hpp"
#include "cli/values.hpp"

namespace pairalign {
namespace {

// Hits or edits: more than anyone needs, and within the range of any type.
constexpr int kMaxAsked = 1'000'000'000;

constexpr const char* kTableFormat = "table";
constexpr const char* kGlobalMode = "global";

bool names_archive(const std::string& argument) {
  constexpr std::string_view kSuffix = ".pai";
  std::error_code ignored;
  return (argument.size() > kSuffix.size() &&
          argument.substr(argument.size() - kSuffix.size()) == kSuffix) ||
         std::filesystem::is_directory(argument, ignored);
}

// Excludes options that do not apply to pairs of records.
void exclude_queries(CLI::App& app, CLI::Option& duplicates) {
  for (const char* name : {"-k", "--places", "--max-distance", "--min-score", "--no-self", "--fuse",
                           "--format", "--input-format", "--alignment", "--between"}) {
    duplicates.excludes(app.get_option(name));
  }
  for (const char* name : {"--min-tokens", "--min-seconds", "--part"})
    app.get_option(name)->needs(&duplicates);
}

void check_conflicts(const SearchOptions& options, const SearchRequest& request) {
  if (options.between) {
    cli::refuse(!request.archives.empty() || request.files.size() != 2,
                "--between takes two files of token strings and no archive");
    cli::refuse(request.files[0] == "-" && request.files[1] == "-",
                "--between: only one of the files can be standard input");
  } else {
    cli::refuse(request.archives.empty(), "no archive to search in; name one, such as talks.pai");
  }
  if (options.duplicates) {
    const double highest = std::min<double>(request.cost->max_score, kMaxAsked);
    const double lowest = options.search.max_evalue ? 0 : std::numeric_limits<double>::min();
    cli::refuse(
        *options.duplicates < lowest || *options.duplicates > highest,
        "--duplicates: the score must be above 0 (or 0 with --max-evalue) and at most 1 (or any "
        "number of bits with --cost soft)");
    cli::refuse(request.pairs.window > 0 && request.search.mode != search::Mode::infix,
                "--part requires --mode infix");
    if (!request.files.empty()) {
      throw cli::UsageError("--duplicates compares archives: " + request.files[0] +
                            " is not an archive");
    }
  }
  cli::refuse(options.fuse && options.tells_alignment(),
              "--fuse excludes --alignment and --between: fused hits have no single alignment");
  cli::refuse(options.fuse && options.places.value_or(1) != 1,
              "--fuse reports one place per recording: --places must be 1");
  cli::refuse(options.search.min_score > request.cost->max_score,
              "--min-score: the highest score is 1, except with --cost soft");
}

std::optional<search::HitFormat> hit_format(const SearchOptions& options) {
  const bool table = ::isatty(STDOUT_FILENO) == 1 && !options.tells_alignment();
  const std::string name = options.format.value_or(table ? kTableFormat : "tsv");
  cli::refuse(options.tells_alignment() && name != "tsv" && name != "jsonl",
              "--alignment and --between require --format tsv or jsonl");
  if (name == kTableFormat) return std::nullopt;
  return cli::parse_option("--format", name, search::parse_hit_format);
}

}  // namespace

void add_options(CLI::App& app, SearchOptions& options) {
  const auto add_count = [&](const char* name, auto& value, const char* description) {
    app.add_option(name, value, description)->type_name("N")->check(CLI::Range(0, kMaxAsked));
  };
  cli::add_paths(app, cli::kArchiveOrFile, options.arguments,
                 "Archives to search (folders, or names that end in .pai) and files of token "
                 "strings to search for; - or no file reads these from standard input");
  add_count("-k", options.search.k, "Maximum number of hits per query; 0: all");
  add_count("--places", options.places,
            "Maximum number of hits in one recording; 0: all. Default: all; 1 with --format trec, "
            "which ranks documents");
  add_count("--max-distance", options.search.max_distance,
            "Only hits with at most N edits (bits with soft costs)");
  cli::add_number(app, "--min-score", options.search.min_score, "S",
                  "Only hits with a score of at least S");
  cli::add_number(app, "--max-evalue", options.search.max_evalue, "E",
                  "Only hits with an E-value of at most E; see EVALUE");
  cli::add_choice(
      app, "--mode", options.mode,
      "What is compared. infix: the query with any part of a recording. global: the whole "
      "query with the whole recording. Default: infix; global with --duplicates",
      {"infix", kGlobalMode});
  std::vector<std::string> costs;
  std::string meanings;
  for (const align::Cost& cost : align::costs()) {
    costs.emplace_back(cost.name);
    meanings += std::string(". ") + cost.name + ": " + cost.meaning;
  }
  cli::add_choice(app, "--cost", options.cost, "Edit costs" + meanings, costs);
  cli::add_model(app, options.model);
  app.add_flag("--no-self", options.search.exclude_self,
               "Leave out hits whose key is the query's key");
  app.add_flag("--fuse", options.fuse,
               "Treat queries with the same key as renderings of one query, fusing scores; see "
               "pa-tokenize --renderings");
  cli::add_choice(
      app, "--format", options.format,
      "Output format: tsv, jsonl, trec, textgrid (for Praat), eaf (for ELAN), or table (for "
      "reading). Default: table on a terminal, else tsv",
      {"tsv", "jsonl", "trec", "textgrid", "eaf", kTableFormat});
  app.add_flag("--alignment", options.alignment,
               "Also print the alignment of query and match, and their offset in seconds");
  app.add_flag("--between", options.between,
               "Search for the strings of one file in those of another, without an archive; "
               "implies --alignment");
  cli::add_input_format(app, options.input_format);
  app.add_flag("--exhaustive", options.exhaustive,
               "Compare with every record, to check the index; the hits are the same");
  CLI::Option* duplicates =
      cli::add_number(app, "--duplicates", options.duplicates, "S",
                      "Find pairs of records with a score of at least S, without queries");
  add_count("--min-tokens", options.pairs.min_tokens,
            "Only what has at least N tokens, with --part when joined (with --duplicates)");
  cli::add_number(
      app, "--min-seconds", options.pairs.min_seconds, "S",
      "Only what lasts at least S seconds, with --part when joined (with --duplicates)");
  app.add_option("--part", options.pairs.window,
                 "Search for parts of N tokens, overlapping by half, instead of whole records "
                 "(with --duplicates --mode infix)")
      ->type_name("N")
      ->check(CLI::Range(2, kMaxAsked));
  exclude_queries(app, *duplicates);
}

SearchRequest parse_request(const SearchOptions& options) {
  SearchRequest request;
  request.search = options.search;
  request.pairs = options.pairs;
  const bool global = options.mode ? *options.mode == kGlobalMode : options.duplicates.has_value();
  request.search.mode = global ? search::Mode::global : search::Mode::infix;
  request.cost = &cli::parse_option("--cost", options.cost, align::parse_cost);
  request.format = hit_format(options);
  request.input_format =
      cli::parse_option("--input-format", options.input_format, tokens::parse_input_format);
  const bool documents = request.format == search::HitFormat::trec;
  request.search.places = options.places.value_or(documents ? 1 : 0);
  if (options.exhaustive) request.search.postings = search::Postings::never;
  request.evalues = request.search.max_evalue || !(documents || options.duplicates);
  request.pairs.mode = request.search.mode;
  request.pairs.min_score = options.duplicates.value_or(0);
  request.pairs.max_evalue = request.search.max_evalue;
  request.pairs.postings = request.search.postings;
  for (const std::string& argument : options.arguments) {
    (names_archive(argument) ? request.archives : request.files).push_back(argument);
  }
  check_conflicts(options, request);
  return request;
}

}  // namespace pairalign
