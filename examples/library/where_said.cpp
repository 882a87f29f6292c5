// where-said ARCHIVE QUERY [RECORDING]...: adds recordings to an archive and reports where in it
// the words of a query are said. README.md beside this file says how to build it.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <pairalign/archive.hpp>
#include <pairalign/audio.hpp>
#include <pairalign/records.hpp>
#include <pairalign/search.hpp>
#include <pairalign/tokenize.hpp>

namespace {

using pairalign::archive::Archive;
using pairalign::archive::ArchiveWriter;
using pairalign::model::Tokenizer;
using pairalign::tokens::Record;

// One record: without TokenizerOptions::window_s a recording is written as a whole.
Record tokenize(Tokenizer& tokenizer, const std::string& path) {
  pairalign::audio::Decoder audio(path);
  return tokenizer.tokenize(audio, path).front();
}

void print_tokens(const Record& record) {
  std::printf("%s: %.2f s\n", record.key.c_str(), record.seconds);
  for (std::size_t i = 0; i < record.tokens.size(); ++i) {
    std::printf("%8.2f s  token %d\n", record.starts_ms[i] / 1000.0, record.tokens[i]);
  }
}

// All of them, or none if one cannot be read.
void append(const std::string& archive, Tokenizer& tokenizer,
            const std::vector<std::string>& recordings) {
  ArchiveWriter writer(archive, tokenizer.header());
  for (const std::string& path : recordings) {
    const Record record = tokenize(tokenizer, path);
    print_tokens(record);
    writer.add(record);
  }
  writer.commit();
}

// Prints the three best places.
void search(const std::string& path, const Record& query) {
  const std::vector<Archive> archives = [&] {
    std::vector<Archive> opened;
    opened.push_back(Archive::open(path));
    return opened;
  }();
  pairalign::ThreadPool pool;
  pairalign::search::SearchConfig config;
  config.k = 3;
  const std::vector<Record> queries = {query};
  const auto hits = pairalign::search::Searcher(archives, pool).search(queries, config);
  for (const pairalign::search::Hit& hit : hits.front()) {
    const auto time = time_of(archives.front(), hit, config.mode);
    std::printf("%s is said in %s, %.2f s to %.2f s, score %.2f\n", query.key.c_str(),
                archives.front().key(hit.record).c_str(), time ? time->start_s : 0,
                time ? time->end_s : 0, hit.score);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: where-said ARCHIVE QUERY [RECORDING]...\n");
    return 2;
  }
  try {
    const char* chosen = std::getenv("PAIRALIGN_MODEL");
    const auto model = pairalign::model::Model::load(chosen != nullptr ? chosen : DEFAULT_MODEL);
    pairalign::model::TokenizerOptions options;
    options.kind = default_kind(model);
    Tokenizer tokenizer(model, options);
    append(argv[1], tokenizer, {argv + 3, argv + argc});
    search(argv[1], tokenize(tokenizer, argv[2]));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "where-said: %s\n", error.what());
    return 1;
  }
  return 0;
}
