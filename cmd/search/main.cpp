// pa-search: where in archives a token string is found.
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "align/soft_cost.hpp"
#include "archive/archive.hpp"
#include "base/thread_pool.hpp"
#include "cli/default_model.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "cli/record_inputs.hpp"
#include "hit_table.hpp"
#include "model/substitution.hpp"
#include "options.hpp"
#include "search/chance.hpp"
#include "search/duplicates.hpp"
#include "search/fuse.hpp"
#include "search/hit_format.hpp"
#include "search/searcher.hpp"
#include "tokens/settings.hpp"

namespace pairalign {
namespace {

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

// What the model that wrote the strings of these archives knows of its tokens. Empty where that
// model is not at hand and none is asked for.
model::ModelSubstitutions read_model(const std::string& given, bool needed,
                                     const tokens::Header& header, cli::Messages& messages) {
  const bool asked = needed || !given.empty();
  if (header.model.empty() || header.tokenizer.empty()) {
    if (!asked) return {};
    throw cli::UsageError(
        std::string(needed ? "--cost soft" : "--model") +
        ": the archives do not tell the model and the tokenizer of their strings");
  }
  try {
    const std::string path = cli::find_model(given);
    model::ModelSubstitutions found = model::read_substitutions(path);
    if (found.model_id == header.model) return found;
    throw Error(path, "this is model " + found.model_id + ", the strings are of model " +
                          header.model + "; name that one with --model");
  } catch (const Error& error) {
    if (asked) throw;
    messages.detail(std::string("E-values are told without the model of the strings: ") +
                    error.what());
    return {};
  }
}

align::SoftCost soft_cost(model::ModelSubstitutions& model, const std::string& path,
                          const std::string& tokenizer) {
  const auto table = model.tables.find(tokenizer);
  if (table == model.tables.end()) {
    throw Error(path,
                "the model has no log-odds for " + tokenizer + " strings; search with --cost unit");
  }
  return {table->second.vocabulary, std::move(table->second.scores)};
}

// The hits are right all the same.
void warn_of_damages(const std::vector<archive::Archive>& archives, cli::Messages& messages) {
  for (const archive::Archive& archive : archives) {
    for (const Error& damage : archive.index_damages())
      messages.warning(damage.what() + std::string("; see pa-index --check and --salvage"));
  }
}

// The text of one query's hits.
using WriteHits =
    std::function<std::string(const std::string& query, const std::vector<search::Hit>& hits)>;

// Takes queries batch by batch, so that any number of them needs bounded memory.
class Session {
 public:
  Session(const search::SearchConfig& config, const std::vector<archive::Archive>& archives,
          WriteHits write_hits, cli::Context& context)
      : config_(config),
        archives_(archives),
        pool_(context.options.jobs),
        searcher_(archives, pool_),
        write_hits_(std::move(write_hits)),
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

  // Queries of one key are one question, wherever they stand in the input.
  void run_fused(cli::RecordInputs& inputs) {
    std::vector<std::vector<tokens::Record>> questions;
    std::unordered_map<std::string, std::size_t> positions;  // by key
    for (tokens::Record record; inputs.next(record);) {
      const std::size_t position = positions.emplace(record.key, questions.size()).first->second;
      if (position == questions.size()) questions.emplace_back();
      questions[position].push_back(std::move(record));
    }
    std::optional<search::Chance> chance;
    if (config_.evalues || config_.max_evalue)
      chance.emplace(archives_, *config_.distance, config_.mode, config_.background);
    for (const std::vector<tokens::Record>& renderings : questions) {
      write(renderings[0].key, search::search_fused(archives_, pool_, renderings, config_,
                                                    chance ? &*chance : nullptr));
    }
    progress_.finish();
  }

  std::size_t hits() const { return hits_; }
  std::size_t queries() const { return queries_; }

 private:
  void answer(std::vector<tokens::Record>& batch) {
    const auto results = searcher_.search(batch, config_);
    for (std::size_t q = 0; q < batch.size(); ++q)
      write(batch[q].key, results[q]);
    batch.clear();
  }

  void write(const std::string& key, const std::vector<search::Hit>& hits) {
    context_.out.write(write_hits_(key, hits));
    hits_ += hits.size();
    progress_.update(++queries_, "queries");
  }

  search::SearchConfig config_;
  const std::vector<archive::Archive>& archives_;
  ThreadPool pool_;
  search::Searcher searcher_;
  WriteHits write_hits_;
  cli::Context& context_;
  cli::Progress progress_;
  std::size_t queries_ = 0;
  std::size_t hits_ = 0;
};

cli::ExitStatus find(SearchRequest& request, const std::string& model, cli::Context& context) {
  cli::CommonHeader header;
  const std::vector<archive::Archive> archives = open_archives(request.archives, header);
  const tokens::Header strings = header.header();
  const bool with_soft = request.cost == search::Cost::soft;
  model::ModelSubstitutions known = read_model(model, with_soft, strings, context.messages);
  std::optional<align::SoftCost> soft;
  const std::string tokenizer = tokens::tokenizer_name(strings);
  if (with_soft) {
    request.search.distance = &soft.emplace(soft_cost(known, cli::find_model(model), tokenizer));
  }
  const auto background = known.chance.find(tokenizer);
  if (background != known.chance.end()) request.search.background = background->second;
  cli::RecordInputs inputs(request.files, request.input_format,
                           "give files of token strings, or pipe them in", context.messages,
                           header);
  const search::HitFormatter formatter(archives, request.format.value_or(search::HitFormat::tsv),
                                       request.search.mode, request.cost);
  const HitTable table(formatter, request.cost, cli::display_of_stdout());
  const auto write_hits = [&](const std::string& query, const std::vector<search::Hit>& hits) {
    return request.format ? formatter.lines(query, hits) : table.lines(query, hits);
  };
  Session session(request.search, archives, write_hits, context);
  request.fuse ? session.run_fused(inputs) : session.run(inputs);
  warn_of_damages(archives, context.messages);
  context.messages.detail(fmt::format("{} queries, {} hits", session.queries(), session.hits()));
  return session.hits() > 0 ? cli::kDone : cli::kNothingFound;
}

cli::ExitStatus find_duplicates(const SearchRequest& request, double score, cli::Context& context) {
  cli::CommonHeader header;
  const std::vector<archive::Archive> archives = open_archives(request.archives, header);
  ThreadPool pool(context.options.jobs);
  cli::Progress progress("pa-search", archives[0].size(), context.options.progress);
  std::size_t pairs = 0;
  const auto key = [&](const search::DuplicatePair& pair, int i) {
    return tokens::escape_key(archives[pair.archives[i]].key(pair.records[i]));
  };
  search::find_duplicates(
      archives, {request.search.mode, score, request.search.postings}, pool,
      [&](const search::DuplicatePair& pair) {
        ++pairs;
        context.out.write(fmt::format("{}\t{}\t{}\t{:.4f}\n", key(pair, 0), key(pair, 1),
                                      pair.distance, pair.score));
      },
      [&](std::size_t records) { progress.update(records, "records"); });
  progress.finish();
  warn_of_damages(archives, context.messages);
  context.messages.detail(fmt::format("{} pairs", pairs));
  return pairs > 0 ? cli::kDone : cli::kNothingFound;
}

}  // namespace
}  // namespace pairalign

int main(int argc, char** argv) {
  using namespace pairalign;
  SearchOptions options;
  return cli::run(
      argc, argv, search_tool(), [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) {
        SearchRequest request = parse_request(options);
        return options.duplicates ? find_duplicates(request, *options.duplicates, context)
                                  : find(request, options.model, context);
      });
}
