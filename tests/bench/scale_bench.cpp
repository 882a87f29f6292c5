// Queries of an archive one at a time, by postings and by comparing with every record: how long
// each takes, and whether the answers are the same. Prints JSON: the seconds of all queries.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "archive/archive.hpp"
#include "base/error.hpp"
#include "base/thread_pool.hpp"
#include "cli/program.hpp"
#include "search/searcher.hpp"
#include "tokens/reader.hpp"

namespace pairalign {
namespace {

using search::Hit;
using tokens::Record;

struct Options {
  std::string archive;
  std::string queries;
  search::SearchConfig search;
};

template <class Work>
double seconds_of(Work work) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool same(const std::vector<Hit>& a, const std::vector<Hit>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Hit& x, const Hit& y) {
    return x.record == y.record && x.match.distance == y.match.distance &&
           x.match.begin == y.match.begin && x.match.end == y.match.end;
  });
}

cli::ExitStatus run_bench(const Options& options, cli::Context& context) {
  std::vector<archive::Archive> archives;
  archives.push_back(archive::Archive::open(options.archive));
  ThreadPool pool(context.options.jobs);
  const search::Searcher searcher(archives, pool);
  search::SearchConfig indexed = options.search;
  search::SearchConfig exhaustive = options.search;
  exhaustive.postings = search::Postings::never;
  nlohmann::json report = {{"indexed", nlohmann::json::array()},
                           {"exhaustive", nlohmann::json::array()},
                           {"hits", nlohmann::json::array()}};
  tokens::RecordReader reader(options.queries);
  for (Record query; reader.next(query);) {
    const Span<const Record> one(&query, 1);
    std::vector<std::vector<Hit>> expected, found;
    report["exhaustive"].push_back(
        seconds_of([&] { expected = searcher.search(one, exhaustive); }));
    report["indexed"].push_back(seconds_of([&] { found = searcher.search(one, indexed); }));
    report["hits"].push_back(found[0].size());
    if (!same(found[0], expected[0])) throw Error(query.key, "other hits by postings");
  }
  context.out.write(report.dump() + "\n");
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int main(int argc, char** argv) {
  using namespace pairalign;
  Options options;
  return cli::run(
      argc, argv,
      cli::Tool{"scale_bench", "", "Measures queries of an archive, by postings and without.",
                cli::kJobs},
      [&](CLI::App& app) {
        app.add_option("ARCHIVE", options.archive)->required();
        app.add_option("QUERIES", options.queries, "Token strings")->required();
        app.add_option("-k", options.search.k, "Hits per query");
        app.add_option("--min-score", options.search.min_score, "Only hits of at least this score");
      },
      [&](cli::Context& context) { return run_bench(options, context); });
}
