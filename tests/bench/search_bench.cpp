// Exhaustive infix search on one thread beside edlib, on the same strings: query tokens × document
// tokens are not what is counted, but queries × document tokens scanned per second, as the work on
// a document token hardly depends on the length of a query of up to 64 tokens.
//
// Strings are random, so that no document is near a query and nothing can be given up early for the
// sake of a good hit. The search is that of pa-search, with archive, ranking and the place of the
// ten hits; edlib gets plain bytes in memory and computes distances only. Every distance that edlib
// finds is compared with ours. Prints JSON: the rates of all repetitions.
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <edlib.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

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

constexpr std::size_t kVocabulary = 256;  // the most that edlib takes
constexpr std::size_t kQueryTokens = 38;  // 3 s at 12.7 tokens/s
constexpr std::size_t kBatch = 16;
constexpr std::size_t kHits = 10;

struct Options {
  std::string scratch;
  int repeats = 5;
  std::size_t tokens = 10'000'000;
  std::size_t document_tokens = 51;
};

std::vector<Token> random_tokens(std::size_t count, Random& random) {
  std::vector<Token> values(count);
  for (Token& value : values)
    value = static_cast<Token>(random.below(kVocabulary));
  return values;
}

std::string as_bytes(const std::vector<Token>& values) {
  return {values.begin(), values.end()};
}

// Documents of one length, as an archive and as the bytes that edlib reads.
struct Corpus {
  std::size_t document_tokens;
  std::string bytes;
  std::vector<archive::Archive> archives;  // one

  std::size_t documents() const { return bytes.size() / document_tokens; }
};

Corpus make_corpus(const std::string& path, std::size_t documents, std::size_t document_tokens,
                   Random& random) {
  Corpus corpus{document_tokens, {}, {}};
  archive::ArchiveWriter writer(path, {"", "", static_cast<int>(kVocabulary)});
  for (std::size_t i = 0; i < documents; ++i) {
    const Record record{fmt::format("{:08}", i), -1, random_tokens(document_tokens, random), {}};
    corpus.bytes += as_bytes(record.tokens);
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
  distances.reserve(corpus.documents());
  for (std::size_t i = 0; i < corpus.documents(); ++i) {
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

// Asks for all hits; a record that is none has nothing of the query in it.
std::vector<std::size_t> our_distances(const Record& query, const Corpus& corpus,
                                       const search::Searcher& searcher) {
  search::SearchConfig all;
  all.k = 0;
  std::vector<std::size_t> distances(corpus.documents(), query.tokens.size());
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

// The three measurements take turns, so that a slower spell of the machine meets all of them.
nlohmann::json measure(const Corpus& corpus, const std::vector<Record>& queries, int repeats) {
  ThreadPool pool(1);
  const search::Searcher searcher(corpus.archives, pool);
  search::SearchConfig best;
  best.k = kHits;
  const auto search_rate = [&](std::size_t first, std::size_t count) {
    const Span<const Record> batch(queries.data() + first, count);
    const double seconds = seconds_of([&] { searcher.search(batch, best); });
    return static_cast<double>(count * corpus.bytes.size()) / seconds;
  };
  std::vector<double> edlib, single, batch;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const std::size_t q = static_cast<std::size_t>(repeat) % queries.size();
    std::vector<std::size_t> expected;
    const double seconds = seconds_of([&] { expected = edlib_distances(queries[q], corpus); });
    edlib.push_back(static_cast<double>(corpus.bytes.size()) / seconds);
    single.push_back(search_rate(q, 1));
    batch.push_back(search_rate(0, queries.size()));
    if (our_distances(queries[q], corpus, searcher) != expected) {
      throw Error(fmt::format("query {} among {} documents", q, corpus.documents()),
                  "edlib finds other distances");
    }
  }
  return {{"documents", corpus.documents()},
          {"document_tokens", corpus.document_tokens},
          {"edlib", edlib},
          {"single", single},
          {"batch", batch}};
}

cli::ExitStatus run_bench(const Options& options, cli::Context& context) {
  Random random(1);
  std::vector<Record> queries(kBatch);
  for (Record& query : queries)
    query.tokens = random_tokens(kQueryTokens, random);
  const std::filesystem::path scratch = options.scratch;
  const Corpus one = make_corpus(scratch / "one.pai", 1, options.tokens, random);
  const Corpus many = make_corpus(scratch / "many.pai", options.tokens / options.document_tokens,
                                  options.document_tokens, random);
  const nlohmann::json report = {{"one", measure(one, queries, options.repeats)},
                                 {"many", measure(many, queries, options.repeats)}};
  context.out.write(report.dump() + "\n");
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int main(int argc, char** argv) {
  using namespace pairalign;
  Options options;
  return cli::run(
      argc, argv, "search_bench",
      "Measures exhaustive infix search on one thread, and edlib on the same strings.", 0,
      [&](CLI::App& app) {
        app.add_option("FOLDER", options.scratch, "Where to put the archives")->required();
        app.add_option("--repeats", options.repeats, "Repetitions of each measurement");
        app.add_option("--tokens", options.tokens,
                       "Tokens to search, as one document and as many short ones");
      },
      [&](cli::Context& context) { return run_bench(options, context); });
}
