// pa-search: where in archives a token string is found.
#include <algorithm>
#include <cstddef>
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
    "estimated from the duration; they are missing when that is unknown. DISTANCE\n"
    "counts tokens replaced, left out and put in. SCORE is 1 - DISTANCE / tokens of\n"
    "the query; in global mode / tokens of the longer string. A record of score 0\n"
    "shares nothing with the query and is no hit. Hits of a query are ordered by\n"
    "score, equal scores by key. There is no header line, so that hits of several\n"
    "archives can be merged with sort. trec: query, Q0, document, rank, score, tag;\n"
    "names without folders and extension, each document once.\n"
    "\n"
    "Exit status: 0 done; 1 nothing found; 2 wrong use, or an input or a line of one\n"
    "failed (it is named, the others are searched).\n"
    "\n"
    "Examples:\n"
    "  pa-tokenize question.wav | pa-search talks.pai\n"
    "  pa-search monday.pai tuesday.pai queries.tsv -k 3 --min-score 0.6\n"
    "  pa-index --dump talks.pai | pa-search talks.pai --mode global --no-self -k 1\n"
    "  pa-search talks.pai queries.tsv -k 0 --format trec > run.txt";

// Of hits, of edits: beyond any use, within any type.
constexpr int kMostAsked = 1'000'000'000;

struct Options {
  std::vector<std::string> arguments;
  search::SearchConfig search;
  std::string mode = "infix";
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
  app.add_option("--max-distance", options.search.max_distance, "Only hits of at most N edits")
      ->type_name("N")
      ->check(CLI::Range(0, kMostAsked));
  app.add_option("--min-score", options.search.min_score, "Only hits of at least this score")
      ->type_name("S")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--mode", options.mode,
                 "infix: the query anywhere in a recording. global: query and recording as wholes")
      ->type_name("NAME");
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

cli::ExitStatus find(Options& options, cli::Context& context) {
  options.search.mode = cli::parse_option("--mode", options.mode, search::parse_mode);
  const auto format = cli::parse_option("--format", options.format, search::parse_hit_format);
  const auto input_format =
      cli::parse_option("--input-format", options.input_format, tokens::parse_input_format);
  std::vector<std::string> paths = options.arguments;
  const auto files = std::stable_partition(paths.begin(), paths.end(), names_archive);
  if (files == paths.begin()) throw cli::UsageError("no archive to search in");

  cli::CommonHeader header;
  const std::vector<archive::Archive> archives = open_archives({paths.begin(), files}, header);
  cli::RecordInputs inputs({files, paths.end()}, input_format,
                           "give files of token strings, or pipe them in", context.messages,
                           header);
  const search::HitFormatter formatter(archives, format, options.search.mode);
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
