// pa-search: finds token strings in archives.
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "align/costs.hpp"
#include "archive/archive.hpp"
#include "archive/writer.hpp"
#include "base/thread_pool.hpp"
#include "cli/hit_table.hpp"
#include "cli/inputs.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "cli/record_inputs.hpp"
#include "model/file/substitution.hpp"
#include "options.hpp"
#include "search/chance.hpp"
#include "search/duplicates.hpp"
#include "search/fuse.hpp"
#include "search/hit_format.hpp"
#include "search/searcher.hpp"
#include "tokens/settings.hpp"

namespace pairalign {
namespace {

// From this E-value on, hits cannot be distinguished from chance.
constexpr double kMeaningless = 1;

// The rows of a query's hits; `distance` is that of the search.
std::vector<cli::HitRow> rows_of(const search::HitFormatter& formatter,
                                 const align::Distance& distance,
                                 const std::vector<search::Hit>& hits) {
  std::vector<cli::HitRow> rows;
  for (const search::Hit& hit : hits) {
    cli::HitRow row{formatter.place(hit), hit.score, fmt::format("{:.3f}", hit.score), hit.evalue,
                    formatter.evalue(hit)};
    if (!distance.counts_edits()) {
      const double lacking = static_cast<double>(hit.match.distance) / distance.units();
      row.part = hit.score / (hit.score + lacking);
      row.score = fmt::format("{:.1f} bits", hit.score);
    }
    rows.push_back(std::move(row));
  }
  return rows;
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

// Substitution scores and chance strings of the model that wrote these archives. Empty if that
// model is not available and none was requested.
model::ModelSubstitutions read_model(const std::string& given, const align::Cost& cost,
                                     const tokens::Header& header, cli::Messages& messages) {
  const bool asked = cost.needs_scores || !given.empty();
  if (header.model.empty() || header.tokenizer.empty()) {
    if (!asked) return {};
    throw cli::UsageError(
        (cost.needs_scores ? std::string("--cost ") + cost.name : "--model") +
        ": the archives do not say which model and tokenizer wrote their strings");
  }
  try {
    const std::string path = cli::find_model(given);
    model::ModelSubstitutions found =
        model::read_substitutions(path, tokens::tokenizer_name(header), cost.needs_scores);
    if (found.model_id == header.model) return found;
    throw Error(path, "this is model " + found.model_id + ", but the strings are of model " +
                          header.model + "; select that one with --model");
  } catch (const Error& error) {
    if (asked) throw;
    messages.detail(std::string("E-values are estimated without the model of the strings: ") +
                    error.what());
    return {};
  }
}

align::TokenScores scores_of(model::ModelSubstitutions& model, const std::string& path,
                             const std::string& tokenizer) {
  const auto table = model.tables.find(tokenizer);
  if (table == model.tables.end()) {
    throw Error(path,
                "the model has no log-odds for " + tokenizer + " strings; search with --cost unit");
  }
  return {table->second.vocabulary, std::move(table->second.scores)};
}

// Damage to the index only: the hits are still correct.
void warn_of_damages(const std::vector<archive::Archive>& archives, cli::Messages& messages) {
  for (const archive::Archive& archive : archives) {
    for (const Error& damage : archive.index_damages())
      messages.warning(damage.what() + std::string("; see pa-index --check and --salvage"));
  }
}

// Processes queries in batches, so that memory is bounded for any number of them.
class Session {
 public:
  using Format =
      std::function<std::string(const tokens::Record& query, const std::vector<search::Hit>& hits)>;

  Session(const search::SearchConfig& config, const std::vector<archive::Archive>& archives,
          const search::Chance* chance, Format format, cli::Context& context)
      : config_(config),
        archives_(archives),
        chance_(chance),
        format_(std::move(format)),
        context_(context) {}

  void run(cli::RecordInputs& inputs) {
    const std::size_t batch_size = searcher_.batch_size(config_);
    std::vector<tokens::Record> batch;
    for (tokens::Record record; next(inputs, record);) {
      if (record.tokens.empty()) {
        context_.messages.warning(record.key + ": no tokens to search for");
      }
      batch.push_back(std::move(record));
      if (batch.size() == batch_size) answer(batch);
    }
    answer(batch);
    finish();
  }

  // Queries with the same key are renderings of one query, wherever they are in the input.
  void run_fused(cli::RecordInputs& inputs) {
    std::vector<std::vector<tokens::Record>> groups;
    std::unordered_map<std::string, std::size_t> positions;  // by key
    for (tokens::Record record; next(inputs, record);) {
      const std::size_t position = positions.emplace(record.key, groups.size()).first->second;
      if (position == groups.size()) groups.emplace_back();
      groups[position].push_back(std::move(record));
    }
    for (const std::vector<tokens::Record>& renderings : groups) {
      std::optional<search::QueryChance> chance;
      if (chance_ != nullptr) {
        note_too_short(renderings[0], chance.emplace(chance_->of(renderings)));
      }
      write(renderings[0], search::search_fused(archives_, pool_, renderings, config_,
                                                chance ? &*chance : nullptr));
    }
    finish();
  }

  std::size_t hits() const { return hits_; }
  std::size_t queries() const { return queries_; }

 private:
  // The inputs before and after one whose header does not fit are answered.
  bool next(cli::RecordInputs& inputs, tokens::Record& record) {
    for (;;) {
      try {
        return inputs.next(record);
      } catch (const tokens::HeaderError& error) {
        context_.messages.failure(error);
      }
    }
  }

  void answer(std::vector<tokens::Record>& batch) {
    std::vector<search::QueryChance> chances;
    if (chance_ != nullptr) chances = chance_->of(batch, pool_);
    for (std::size_t q = 0; q < chances.size(); ++q)
      note_too_short(batch[q], chances[q]);
    const auto results = searcher_.search(batch, config_, chances);
    for (std::size_t q = 0; q < batch.size(); ++q)
      write(batch[q], results[q]);
    batch.clear();
  }

  void note_too_short(const tokens::Record& query, const search::QueryChance& chance) {
    if (query.tokens.empty() || chance.expected_of_best() <= kMeaningless) return;
    if (too_short_++ == 0) first_too_short_ = query.key;
  }

  // Warns once, since there may be thousands.
  void finish() {
    progress_.finish();
    if (too_short_ == 0) return;
    const std::string others = too_short_ == 1 ? "" : fmt::format(" (and {} more)", too_short_ - 1);
    context_.messages.warning(first_too_short_ + others +
                              ": too short or too uniform for its hits to be meaningful: a "
                              "perfect match is expected by chance");
  }

  void write(const tokens::Record& query, const std::vector<search::Hit>& hits) {
    context_.out.write(format_(query, hits));
    hits_ += hits.size();
    progress_.update(++queries_, "queries");
  }

  search::SearchConfig config_;
  const std::vector<archive::Archive>& archives_;
  const search::Chance* chance_;
  Format format_;
  cli::Context& context_;
  ThreadPool pool_{context_.options.jobs};
  search::Searcher searcher_{archives_, pool_};
  cli::Progress progress_{"pa-search", 0, context_.options.progress};
  std::size_t queries_ = 0;
  std::size_t hits_ = 0;
  std::size_t too_short_ = 0;
  std::string first_too_short_;
};

// An archive of a file's strings, on disk only until it has been opened. All renderings of one key
// are kept.
archive::Archive archive_of(const std::string& file, tokens::InputFormat format,
                            cli::CommonHeader& header, cli::Messages& messages) {
  struct Folder {
    std::string path = cli::scratch_folder() + "/pa-search-XXXXXX";
    Folder() {
      if (::mkdtemp(path.data()) == nullptr) throw Error(path, std::strerror(errno));
    }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  } folder;
  const std::string path = folder.path + "/strings.pai";
  archive::WriterOptions writing;
  writing.replace = false;
  archive::ArchiveWriter writer(path, {}, writing);
  cli::RecordInputs inputs({file}, format, "", messages, header);
  for (tokens::Record record; inputs.next(record);)
    writer.add(record);
  writer.take_header(inputs.common().header());
  writer.commit();
  header = inputs.common();
  return archive::Archive::open(path);
}

// What hits are scored with.
struct Scoring {
  model::ModelSubstitutions known;
  std::unique_ptr<const align::Distance> distance;
  std::optional<search::Chance> chance;

  Scoring(const SearchRequest& request, const std::string& model, const tokens::Header& strings,
          Span<const archive::Archive> archives, cli::Messages& messages) {
    const align::Cost& cost = *request.cost;
    if (cost.needs_scores || request.evalues || !model.empty())
      known = read_model(model, cost, strings, messages);
    const std::string tokenizer = tokens::tokenizer_name(strings);
    align::TokenScores scores;
    if (cost.needs_scores) scores = scores_of(known, cli::find_model(model), tokenizer);
    distance = cost.make(std::move(scores));
    if (!request.evalues) return;
    chance.emplace(archives, *distance, request.search.mode, known.chance[tokenizer]);
  }

  const search::Chance* chance_or_null() const { return chance ? &*chance : nullptr; }
};

// Hits that cannot be shown in the document get no label; each recording of such is reported once.
void add_labels(const search::HitFormatter& formatter, const std::string& query,
                const std::vector<search::Hit>& hits, tokens::LabelDocument& document,
                std::set<std::string>& reported, cli::Messages& messages) {
  for (const search::Hit& hit : hits) {
    try {
      formatter.add_label(query, hit, document);
    } catch (const Error& error) {
      if (reported.insert(error.subject()).second) messages.failure(error);
    }
  }
}

cli::ExitStatus find(const SearchOptions& options, SearchRequest& request, cli::Context& context) {
  cli::CommonHeader header;
  std::vector<archive::Archive> archives = open_archives(request.archives, header);
  if (options.between) {
    archives.push_back(
        archive_of(request.files.back(), request.input_format, header, context.messages));
    request.files.pop_back();
  }
  const Scoring scoring(request, options.model, header.header(), archives, context.messages);
  request.search.distance = scoring.distance.get();
  cli::RecordInputs inputs(request.files, request.input_format,
                           "give files of token strings, or pipe them in", context.messages,
                           header);
  const search::HitFormatter formatter(archives, request.format.value_or(search::HitFormat::tsv),
                                       request.search.mode, *scoring.distance,
                                       options.tells_alignment());
  const cli::Display display = cli::display_of_stdout();
  std::optional<tokens::LabelDocument> document;
  std::set<std::string> without_labels;
  if (request.format && search::label_format(*request.format))
    document.emplace(*search::label_format(*request.format));
  const auto format = [&](const tokens::Record& query, const std::vector<search::Hit>& hits) {
    if (document) {
      add_labels(formatter, query.key, hits, *document, without_labels, context.messages);
      return std::string();
    }
    if (request.format) return formatter.lines(query, hits);
    return cli::hit_table(query.key, rows_of(formatter, *scoring.distance, hits), display);
  };
  Session session(request.search, archives, scoring.chance_or_null(), format, context);
  options.fuse ? session.run_fused(inputs) : session.run(inputs);
  if (document) context.out.write(document->text());
  warn_of_damages(archives, context.messages);
  context.messages.detail(fmt::format("{} queries, {} hits", session.queries(), session.hits()));
  return session.hits() > 0 ? cli::kDone : cli::kNothingFound;
}

cli::ExitStatus find_duplicates(const SearchOptions& options, const SearchRequest& request,
                                cli::Context& context) {
  cli::CommonHeader header;
  const std::vector<archive::Archive> archives = open_archives(request.archives, header);
  const Span<const archive::Archive> all(archives);
  const Scoring scoring(request, options.model, header.header(),
                        all.size() == 1 ? all : all.subspan(1), context.messages);
  search::DuplicatesConfig config = request.pairs;
  config.distance = scoring.distance.get();
  config.chance = scoring.chance_or_null();
  ThreadPool pool(context.options.jobs);
  cli::Progress progress("pa-search", archives[0].size(), context.options.progress);
  const search::HitFormatter formatter(archives, search::HitFormat::tsv, config.mode,
                                       *scoring.distance);
  std::size_t pairs = 0;
  const search::DuplicatesSkipped skipped = search::find_duplicates(
      archives, config, pool,
      [&](const search::DuplicatePair& pair) {
        ++pairs;
        context.out.write(formatter.line(pair));
      },
      [&](std::size_t records) { progress.update(records, "records"); });
  progress.finish();
  warn_of_damages(archives, context.messages);
  context.messages.detail(
      fmt::format("{} pairs; left out: {} too short, {} of silence, hum or a few repeated tokens",
                  pairs, skipped.too_short, skipped.uninformative));
  return pairs > 0 ? cli::kDone : cli::kNothingFound;
}

}  // namespace
}  // namespace pairalign

int pairalign::cli::tool_main(int argc, char** argv) {
  SearchOptions options;
  return cli::run(
      argc, argv, search_tool(), [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) {
        SearchRequest request = parse_request(options);
        return options.duplicates ? find_duplicates(options, request, context)
                                  : find(options, request, context);
      });
}
