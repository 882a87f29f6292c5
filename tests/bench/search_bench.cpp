// Exhaustive infix search beside edlib, on the same strings: query tokens × document tokens are not
// what is counted, but queries × document tokens scanned per second, as the work on a document
// token hardly depends on the length of a query of up to 64 tokens.
//
// Strings are random, so that no document is near a query and nothing can be given up early for the
// sake of a good hit. The search is that of pa-search, with archive, ranking and the place of the
// ten hits; edlib gets plain bytes in memory, computes distances only and has one thread. Every
// distance that edlib finds is compared with ours. Its alphabet ends at 256 symbols: larger
// vocabularies and soft costs are measured without it. Prints JSON: the rates of all repetitions.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <edlib.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "align/soft_cost.hpp"
#include "archive/archive.hpp"
#include "archive/writer.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/thread_pool.hpp"
#include "cli/program.hpp"
#include "search/searcher.hpp"

namespace pairalign {
namespace {

using tokens::Record;
using tokens::Token;

constexpr unsigned kMaxForEdlib = 256;
constexpr unsigned kSoftVocabulary = 512;
constexpr std::size_t kQueryTokens = 38;  // 3 s at 12.7 tokens/s
constexpr std::size_t kBatch = 16;
constexpr std::size_t kHits = 10;

struct Options {
  std::string scratch;
  int repeats = 5;
  std::size_t tokens = 10'000'000;
  std::size_t document_tokens = 51;
};

std::vector<Token> random_tokens(std::size_t count, unsigned vocabulary, Random& random) {
  std::vector<Token> values(count);
  for (Token& value : values)
    value = static_cast<Token>(random.below(vocabulary));
  return values;
}

std::vector<Record> random_queries(unsigned vocabulary, Random& random) {
  std::vector<Record> queries(kBatch);
  for (Record& query : queries)
    query.tokens = random_tokens(kQueryTokens, vocabulary, random);
  return queries;
}

// Scores in the range of those of a trained model.
align::SoftCost random_cost(Random& random) {
  std::vector<std::int8_t> scores(std::size_t{kSoftVocabulary} * kSoftVocabulary);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const bool same = i % (kSoftVocabulary + 1) == 0;
    scores[i] = static_cast<std::int8_t>(same ? random.uniform(16, 36) : random.uniform(-30, 8));
  }
  return {static_cast<int>(kSoftVocabulary), scores};
}

std::string as_bytes(const std::vector<Token>& values) {
  return {values.begin(), values.end()};
}

// Documents of one length, as an archive and, for a small vocabulary, as the bytes that edlib
// reads.
struct Corpus {
  unsigned vocabulary;
  std::size_t documents;
  std::size_t document_tokens;
  std::string bytes;
  std::vector<archive::Archive> archives;  // one

  std::size_t tokens() const { return documents * document_tokens; }
};

Corpus make_corpus(const std::string& path, unsigned vocabulary, std::size_t documents,
                   std::size_t document_tokens, Random& random) {
  Corpus corpus{vocabulary, documents, document_tokens, {}, {}};
  archive::ArchiveWriter writer(path, {"", "", static_cast<int>(vocabulary)});
  for (std::size_t i = 0; i < documents; ++i) {
    const Record record{
        fmt::format("{:08}", i), -1, random_tokens(document_tokens, vocabulary, random), {}};
    if (vocabulary <= kMaxForEdlib) corpus.bytes += as_bytes(record.tokens);
    writer.add(record);
  }
  writer.commit();
  corpus.archives.push_back(archive::Archive::open(path));
  return corpus;
}

std::vector<std::size_t> edlib_distances(const Record& query, const Corpus& corpus) {
  const std::string bytes = as_bytes(query.tokens);
  const EdlibAlignConfig config =
      edlibNewAlignConfig(-1, EDLIB_MODE_HW, EDLIB_TASK_DISTANCE, nullptr, 0);
  std::vector<std::size_t> distances;
  distances.reserve(corpus.documents);
  for (std::size_t i = 0; i < corpus.documents; ++i) {
    const char* document = corpus.bytes.data() + i * corpus.document_tokens;
    const EdlibAlignResult result =
        edlibAlign(bytes.data(), static_cast<int>(bytes.size()), document,
                   static_cast<int>(corpus.document_tokens), config);
    if (result.status != EDLIB_STATUS_OK) throw Error("edlib", "cannot align");
    distances.push_back(static_cast<std::size_t>(result.editDistance));
    edlibFreeAlignResult(result);
  }
  return distances;
}

search::SearchConfig exhaustive() {
  search::SearchConfig config;
  config.k = kHits;
  config.places = 1;  // of each document the best, which is what edlib finds
  config.postings = search::Postings::never;
  return config;
}

// Asks for all hits; a record that is none has nothing of the query in it.
std::vector<std::size_t> our_distances(const Record& query, const Corpus& corpus,
                                       const search::Searcher& searcher) {
  search::SearchConfig all = exhaustive();
  all.k = 0;
  std::vector<std::size_t> distances(corpus.documents, query.tokens.size());
  const Span<const Record> queries(&query, 1);
  const std::vector<std::vector<search::Hit>> hits = searcher.search(queries, all);
  for (const search::Hit& hit : hits[0])
    distances[hit.record] = hit.match.distance;
  return distances;
}

template <class Work>
double seconds_of(Work work) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

using Rates = std::map<std::string, std::vector<double>>;

// Queries × tokens per second, of one query and of a batch.
void add_search_rates(const Corpus& corpus, const std::vector<Record>& queries, std::size_t repeat,
                      const search::SearchConfig& config, int threads, const std::string& name,
                      Rates& rates) {
  ThreadPool pool(threads);
  const search::Searcher searcher(corpus.archives, pool);
  const auto rate = [&](std::size_t first, std::size_t count) {
    const Span<const Record> batch(queries.data() + first, count);
    const double seconds = seconds_of([&] { searcher.search(batch, config); });
    return static_cast<double>(count * corpus.tokens()) / seconds;
  };
  rates[name + "single"].push_back(rate(repeat % queries.size(), 1));
  rates[name + "batch"].push_back(rate(0, queries.size()));
}

void add_edlib_rate(const Corpus& corpus, const Record& query, Rates& rates) {
  std::vector<std::size_t> expected;
  const double seconds = seconds_of([&] { expected = edlib_distances(query, corpus); });
  rates["edlib"].push_back(static_cast<double>(corpus.tokens()) / seconds);
  ThreadPool pool(1);
  const search::Searcher searcher(corpus.archives, pool);
  if (our_distances(query, corpus, searcher) != expected) {
    throw Error(fmt::format("{} documents", corpus.documents), "edlib finds other distances");
  }
}

// The measurements take turns, so that a slower spell of the machine meets all of them.
Rates measure(const Corpus& corpus, const std::vector<Record>& queries, const align::SoftCost& cost,
              int repeats) {
  search::SearchConfig soft = exhaustive();
  soft.distance = &cost;
  Rates rates;
  for (int r = 0; r < repeats; ++r) {
    const auto repeat = static_cast<std::size_t>(r);
    if (!corpus.bytes.empty()) {
      add_edlib_rate(corpus, queries[repeat % queries.size()], rates);
    }
    add_search_rates(corpus, queries, repeat, exhaustive(), 1, "", rates);
    add_search_rates(corpus, queries, repeat, exhaustive(), 2, "two.", rates);
    if (corpus.vocabulary == kSoftVocabulary) {
      add_search_rates(corpus, queries, repeat, soft, 1, "soft.", rates);
    }
  }
  return rates;
}

cli::ExitStatus run_bench(const Options& options, cli::Context& context) {
  Random random(1);
  const align::SoftCost cost = random_cost(random);
  nlohmann::json report;
  for (const unsigned vocabulary : {kMaxForEdlib, kSoftVocabulary, 65536U}) {
    const std::vector<Record> queries = random_queries(vocabulary, random);
    const std::size_t short_tokens = options.document_tokens;
    for (const std::size_t document_tokens : {options.tokens, short_tokens}) {
      const bool one = document_tokens == options.tokens;
      const std::string name = fmt::format("{}.{}", one ? "one" : "many", vocabulary);
      const std::string path = std::filesystem::path(options.scratch) / (name + ".pai");
      const Corpus corpus =
          make_corpus(path, vocabulary, options.tokens / document_tokens, document_tokens, random);
      report[name] = measure(corpus, queries, cost, options.repeats);
      std::filesystem::remove_all(path);
    }
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
      cli::Tool{"search_bench", "",
                "Measures exhaustive infix search, and edlib on the same strings."},
      [&](CLI::App& app) {
        app.add_option("FOLDER", options.scratch, "Where to put the archives")->required();
        app.add_option("--repeats", options.repeats, "Repetitions of each measurement");
        app.add_option("--tokens", options.tokens,
                       "Tokens to search, as one document and as many short ones");
      },
      [&](cli::Context& context) { return run_bench(options, context); });
}
