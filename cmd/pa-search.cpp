// pa-search: where in archives a token string is found.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "archive/archive.hpp"
#include "base/thread_pool.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "cli/record_inputs.hpp"
#include "model/default_model.hpp"
#include "model/substitution.hpp"
#include "search/hit_format.hpp"
#include "search/searcher.hpp"
#include "tokens/reader.hpp"

namespace pairalign {
namespace {

constexpr const char* kSummary =
    "Finds token strings in archives by edit distance. Prints hits, best first: QUERY, "
    "KEY#t=start,end, DISTANCE, SCORE, separated by TAB.";

constexpr const char* kFooter =
    "Output: QUERY and KEY are keys as in token strings. start and end say where the\n"
    "match is, in seconds of the file: from the token times in the archive, else\n"
    "estimated from the duration; they are missing when that is unknown. Hits of a\n"
    "query are ordered by score, equal scores by key. There is no header line, so\n"
    "that hits of several archives can be merged with sort. trec: query, Q0,\n"
    "document, rank, score, tag; names without folders and extension, each document\n"
    "once.\n"
    "\n"
    "Unit costs: DISTANCE counts tokens replaced, left out and put in. SCORE is 1 -\n"
    "DISTANCE / tokens of the query; in global mode / tokens of the longer string. A\n"
    "record of score 0 shares nothing with the query and is no hit.\n"
    "\n"
    "Soft costs, which find more: the model that wrote the strings tells which tokens\n"
    "stand for one another. SCORE is in bits: how much likelier the tokens found are\n"
    "as another rendering of the query than by chance, 4 bits less for each token\n"
    "left out or put in. It grows with what was said alike, so that one --min-score\n"
    "serves queries of any length. A record of score 0 or less is no hit. DISTANCE is\n"
    "what the score lacks of the best that any tokens could reach, in bits.\n"
    "\n"
    "Exit status: 0 done; 1 nothing found; 2 wrong use, or an input or a line of one\n"
    "failed (it is named, the others are searched).\n"
    "\n"
    "Examples:\n"
    "  pa-tokenize question.wav | pa-search talks.pai\n"
    "  pa-search monday.pai tuesday.pai queries.tsv -k 3 --min-score 0.6\n"
    "  pa-search talks.pai queries.tsv --cost soft --min-score 40\n"
    "  pa-index --dump talks.pai | pa-search talks.pai --mode global --no-self -k 1\n"
    "  pa-search talks.pai queries.tsv -k 0 --format trec > run.txt";

// Of hits, of edits: beyond any use, within any type.
constexpr int kMostAsked = 1'000'000'000;

struct Options {
  std::vector<std::string> arguments;
  search::SearchConfig search;
  std::string mode = "infix";
  std::string cost = "unit";
  std::string model;
  std::string format = "tsv";
  std::string input_format = "auto";
  bool exhaustive = false;
};

void add_options(CLI::App& app, Options& options) {
  cli::add_paths(app, "ARCHIVE", options.arguments,
                 "Archives (folders, or names that end in .pai) and files of token strings to look "
                 "for; - or no file reads these from standard input");
  app.add_option("-k", options.search.k, "Hits per query; 0: all")
      ->type_name("N")
      ->check(CLI::Range(0, kMostAsked));
  app.add_option("--max-distance", options.search.max_distance,
                 "Only hits of at most N edits, with soft costs bits")
      ->type_name("N")
      ->check(CLI::Range(0, kMostAsked));
  app.add_option("--min-score", options.search.min_score, "Only hits of at least this score")
      ->type_name("S")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--mode", options.mode,
                 "infix: the query anywhere in a recording. global: query and recording as wholes")
      ->type_name("NAME");
  app.add_option("--cost", options.cost,
                 "unit: every edit costs 1. soft: by the model's log-odds of token pairs")
      ->type_name("NAME");
  app.add_option("--model", options.model,
                 "Of soft costs: file, or name of an installed model, that wrote the strings; "
                 "without it $PAIRALIGN_MODEL, else the one that ships with pairalign")
      ->type_name("FILE");
  app.add_flag("--no-self", options.search.leave_out_self,
               "Leave out hits whose key is the query's key");
  app.add_option("--format", options.format, "tsv, jsonl or trec")->type_name("NAME");
  app.add_option("--input-format", options.input_format, "auto, tsv, jsonl or kaldi")
      ->type_name("NAME");
  app.add_flag("--exhaustive", options.exhaustive,
               "Compare with every record, which this version always does");
  app.footer(kFooter);
}

bool names_archive(const std::string& argument) {
  constexpr std::string_view kSuffix = ".pai";
  if (argument.size() > kSuffix.size() &&
      argument.compare(argument.size() - kSuffix.size(), kSuffix.size(), kSuffix) == 0) {
    return true;
  }
  struct stat status {};
  return ::stat(argument.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::vector<archive::Archive> open_archives(const std::vector<std::string>& paths,
                                            cli::CommonHeader& header) {
  std::vector<archive::Archive> archives;
  archives.reserve(paths.size());
  for (const std::string& path : paths) {
    archives.push_back(archive::Archive::open(path));
    header.take(archives.back().header(), path);
  }
  return archives;
}

// The log-odds of token pairs, from the model that wrote the strings of these archives.
search::SoftCost read_soft_cost(const std::string& given, const tokens::Header& header) {
  if (header.model.empty() || header.tokenizer.empty()) {
    throw cli::UsageError(
        "--cost soft: the archives do not tell the model and the tokenizer of their strings");
  }
  const std::string path = model::find_model(given);
  model::ModelSubstitutions found = model::read_substitutions(path);
  if (found.model_id != header.model) {
    throw Error(path, "this is model " + found.model_id + ", the strings are of model " +
                          header.model + "; name that one with --model");
  }
  const auto table = found.tables.find(header.tokenizer);
  if (table == found.tables.end()) {
    throw Error(path, "the model has no log-odds for " + header.tokenizer +
                          " strings; search with --cost unit");
  }
  return {table->second.vocabulary, std::move(table->second.scores)};
}

// Takes queries batch by batch, so that any number of them needs bounded memory.
class Session {
 public:
  Session(const Options& options, const std::vector<archive::Archive>& archives,
          const search::HitFormatter& formatter, cli::Context& context)
      : config_(options.search),
        pool_(context.options.jobs),
        searcher_(archives, pool_),
        formatter_(formatter),
        context_(context),
        progress_("pa-search", 0, context.options.progress) {}

  void run(cli::RecordInputs& inputs) {
    const std::size_t batch_size = searcher_.batch_size(config_);
    std::vector<tokens::Record> batch;
    for (tokens::Record record; inputs.next(record);) {
      if (record.tokens.empty()) {
        context_.messages.warning(record.key + ": no tokens to look for");
      }
      batch.push_back(std::move(record));
      if (batch.size() == batch_size) answer(batch);
    }
    answer(batch);
    progress_.finish();
  }

  std::size_t hits() const { return hits_; }
  std::size_t queries() const { return queries_; }

 private:
  void answer(std::vector<tokens::Record>& batch) {
    const auto results = searcher_.search(batch, config_);
    for (std::size_t q = 0; q < batch.size(); ++q) {
      context_.out.write(formatter_.lines(batch[q].key, results[q]));
      hits_ += results[q].size();
    }
    queries_ += batch.size();
    progress_.update(queries_, "queries");
    batch.clear();
  }

  search::SearchConfig config_;
  ThreadPool pool_;
  search::Searcher searcher_;
  const search::HitFormatter& formatter_;
  cli::Context& context_;
  cli::Progress progress_;
  std::size_t queries_ = 0;
  std::size_t hits_ = 0;
};

void check_conflicts(const Options& options, search::Cost cost) {
  if (cost == search::Cost::soft) return;
  if (!options.model.empty()) throw cli::UsageError("--model goes with --cost soft");
  if (options.search.min_score > 1) {
    throw cli::UsageError("--min-score: the highest score is 1, but with --cost soft");
  }
}

cli::ExitStatus find(Options& options, cli::Context& context) {
  options.search.mode = cli::parse_option("--mode", options.mode, search::parse_mode);
  const auto cost = cli::parse_option("--cost", options.cost, search::parse_cost);
  const auto format = cli::parse_option("--format", options.format, search::parse_hit_format);
  const auto input_format =
      cli::parse_option("--input-format", options.input_format, tokens::parse_input_format);
  check_conflicts(options, cost);
  std::vector<std::string> paths = options.arguments;
  const auto files = std::stable_partition(paths.begin(), paths.end(), names_archive);
  if (files == paths.begin()) throw cli::UsageError("no archive to search in");

  cli::CommonHeader header;
  const std::vector<archive::Archive> archives = open_archives({paths.begin(), files}, header);
  std::optional<search::SoftCost> soft;
  if (cost == search::Cost::soft) {
    options.search.soft = &soft.emplace(read_soft_cost(options.model, header.header()));
  }
  cli::RecordInputs inputs({files, paths.end()}, input_format,
                           "give files of token strings, or pipe them in", context.messages,
                           header);
  const search::HitFormatter formatter(archives, format, options.search.mode, cost);
  Session session(options, archives, formatter, context);
  session.run(inputs);
  context.messages.detail(std::to_string(session.queries()) + " queries, " +
                          std::to_string(session.hits()) + " hits");
  return session.hits() > 0 ? cli::kDone : cli::kNothingFound;
}

}  // namespace
}  // namespace pairalign

int main(int argc, char** argv) {
  using namespace pairalign;
  Options options;
  return cli::run(
      argc, argv, "pa-search", kSummary, cli::kJobs | cli::kProgress,
      [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) { return find(options, context); });
}
