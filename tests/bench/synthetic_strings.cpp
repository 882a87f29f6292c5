// Token strings as a model would write them, in any quantity: a chain of tokens in which each
// follows the one before as often as it does in given strings of that model. Frequencies of pairs
// are smoothed by those of single tokens (Witten and Bell 1991): after token a, a token that was
// seen after it is drawn with probability n / (n + t), where n tokens, t of them different,
// followed a. The same seed gives the same strings.
//
// With --queries the strings are taken from an archive instead: pieces at random places, each token
// edited with a given probability (half of the edits replace, a quarter each put in and leave out).
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "archive/archive.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "cli/program.hpp"
#include "tokens/reader.hpp"
#include "tokens/writer.hpp"

namespace pairalign {
namespace {

using tokens::Record;
using tokens::Token;

constexpr double kTokensPerSecond = 12.7;

struct Options {
  std::string strings;
  std::string archive;
  std::size_t tokens = 1'000'000;
  std::size_t shortest = 13;  // 1 s
  std::size_t longest = 380;  // 30 s
  std::size_t queries = 0;
  std::size_t query_tokens = 38;  // 3 s
  double edits = 0.45;
  std::uint64_t seed = 1;
};

class Bigrams {
 public:
  void add(const std::vector<Token>& string) {
    all_.insert(all_.end(), string.begin(), string.end());
    for (std::size_t i = 0; i + 1 < string.size(); ++i)
      follow(string[i], string[i + 1]);
  }

  Token any(Random& random) const { return all_[random.below(all_.size())]; }

  Token after(Token token, Random& random) const {
    if (token >= followers_.size()) return any(random);
    const Followers& seen = followers_[token];
    const std::size_t count = seen.tokens.size();
    if (count == 0 || random.below(count + seen.different) >= count) return any(random);
    return seen.tokens[random.below(count)];
  }

  bool empty() const { return all_.empty(); }

 private:
  struct Followers {
    std::vector<Token> tokens;  // as often as they were seen
    std::size_t different = 0;
  };

  void follow(Token token, Token next) {
    if (token >= followers_.size()) followers_.resize(std::size_t{token} + 1);
    Followers& seen = followers_[token];
    bool is_new = true;
    for (const Token other : seen.tokens)
      is_new = is_new && other != next;
    seen.different += is_new;
    seen.tokens.push_back(next);
  }

  std::vector<Token> all_;
  std::vector<Followers> followers_;  // by token
};

Bigrams count_bigrams(const std::string& path, tokens::Header& header) {
  tokens::RecordReader reader(path);
  Bigrams bigrams;
  for (Record record; reader.next(record);)
    bigrams.add(record.tokens);
  header = reader.header();
  if (bigrams.empty()) throw Error(path, "no tokens to learn from");
  return bigrams;
}

std::vector<Token> mutated(const std::vector<Token>& piece, double edits, const Bigrams& bigrams,
                           Random& random) {
  std::vector<Token> result;
  for (const Token token : piece) {
    if (!random.chance(edits)) {
      result.push_back(token);
      continue;
    }
    const auto kind = random.below(4);
    if (kind == 0) continue;  // left out
    if (kind == 1) result.push_back(token);
    result.push_back(bigrams.any(random));
  }
  return result;
}

class Generator {
 public:
  Generator(const Options& options, cli::Context& context)
      : options_(options),
        context_(context),
        bigrams_(count_bigrams(options.strings, header_)),
        random_(options.seed) {
    context.out.write(formatter_.header(header_));
  }

  void write_archive_strings() {
    std::size_t record = 0;
    for (std::size_t written = 0; written < options_.tokens; ++record) {
      const std::size_t spread = options_.longest - options_.shortest + 1;
      const std::size_t count =
          std::min(options_.tokens - written, options_.shortest + random_.below(spread));
      write(fmt::format("talks/{:04}/{:03}.flac", record / 1000, record % 1000), chain(count));
      written += count;
    }
  }

  // Every other one a piece of the archive, edited; the others have nothing to do with it.
  void write_queries() {
    const archive::Archive archive = archive::Archive::open(options_.archive);
    std::vector<Token> document;
    for (std::size_t q = 0; q < options_.queries;) {
      archive.tokens(random_.below(archive.size()), document);
      if (document.size() < options_.query_tokens) continue;
      const std::size_t begin = random_.below(document.size() - options_.query_tokens + 1);
      const auto first = document.begin() + static_cast<std::ptrdiff_t>(begin);
      const std::vector<Token> piece(first,
                                     first + static_cast<std::ptrdiff_t>(options_.query_tokens));
      write(fmt::format("piece-{:03}", q), mutated(piece, options_.edits, bigrams_, random_));
      write(fmt::format("random-{:03}", q), chain(options_.query_tokens));
      ++q;
    }
  }

 private:
  std::vector<Token> chain(std::size_t count) {
    std::vector<Token> tokens{bigrams_.any(random_)};
    while (tokens.size() < count)
      tokens.push_back(bigrams_.after(tokens.back(), random_));
    return tokens;
  }

  void write(const std::string& key, std::vector<Token> tokens) {
    const double seconds = static_cast<double>(tokens.size()) / kTokensPerSecond;
    line_.clear();
    formatter_.append({key, seconds, std::move(tokens), {}}, line_);
    context_.out.write(line_);
  }

  const Options& options_;
  cli::Context& context_;
  tokens::RecordStream formatter_{tokens::OutputFormat::tsv};
  tokens::Header header_;
  Bigrams bigrams_;
  Random random_;
  std::string line_;
};

cli::ExitStatus generate(const Options& options, cli::Context& context) {
  Generator generator(options, context);
  if (options.archive.empty()) {
    generator.write_archive_strings();
  } else {
    generator.write_queries();
  }
  return cli::kDone;
}

}  // namespace
}  // namespace pairalign

int main(int argc, char** argv) {
  using namespace pairalign;
  Options options;
  return cli::run(
      argc, argv, cli::Tool{"synthetic_strings", "", "Writes token strings like those of a model."},
      [&](CLI::App& app) {
        app.add_option("STRINGS", options.strings, "Token strings of the model")->required();
        app.add_option("--tokens", options.tokens, "Tokens to write");
        app.add_option("--queries", options.queries, "Write N pieces of ARCHIVE and N others");
        app.add_option("--from", options.archive, "ARCHIVE of the pieces");
        app.add_option("--query-tokens", options.query_tokens, "Tokens of a piece");
        app.add_option("--edits", options.edits, "Edits for each token of a piece");
        app.add_option("--seed", options.seed, "Of the random numbers");
      },
      [&](cli::Context& context) { return generate(options, context); });
}
