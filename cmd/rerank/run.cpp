// pa-rerank: re-ranks hits of a search by their audio.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/thread_pool.hpp"
#include "cli/hit_table.hpp"
#include "cli/inputs.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "model/model.hpp"
#include "options.hpp"
#include "rerank/rerank.hpp"
#include "search/hit_format.hpp"
#include "tokens/audio_list.hpp"
#include "tokens/key.hpp"
#include "tokens/line_reader.hpp"
#include "tokens/text.hpp"

namespace pairalign {
namespace {

constexpr const char* kRecordsHeader = "#pairalign ";
constexpr double kUnknownEvalue = std::numeric_limits<double>::infinity();

struct InputHit {
  std::size_t query;
  std::string place;
  double evalue;
  std::string evalue_text;
};

// The hits of all inputs, and their queries in the order of first mention.
struct Input {
  std::vector<std::string> queries;
  std::vector<InputHit> hits;
};

class InputReader {
 public:
  explicit InputReader(cli::Messages& messages) : messages_(messages) {}

  // A file whose first line is no hit is something else, and not read further.
  void read(const std::string& path) {
    tokens::LineReader lines(path);
    const std::size_t before = input_.hits.size();
    for (std::string_view line; lines.next(line);) {
      if (line.rfind(kRecordsHeader, 0) == 0)
        throw Error(lines.name(), "token strings, not hits: look for them with pa-search first");
      if (line.empty() || line.front() == '#') continue;
      try {
        take(line);
      } catch (const Error& error) {
        messages_.failure(Error(fmt::format("{}:{}", lines.name(), lines.line()), error.reason()));
        if (input_.hits.size() == before) return;
      }
    }
  }

  Input finish() { return std::move(input_); }

 private:
  void take(std::string_view line) {
    const std::vector<std::string_view> fields = tokens::split(line, '\t');
    if (fields.size() < 2 || fields[0].empty() || fields[1].empty() ||
        line.find('\0') != std::string_view::npos)
      throw Error("", "not a hit: `QUERY<TAB>KEY#t=start,end` and what else pa-search prints");
    InputHit hit{0, tokens::unescape_key(fields[1]), kUnknownEvalue, "-"};
    if (fields.size() > 4 && fields[4] != "-") {
      if (!tokens::parse_whole(fields[4], hit.evalue) || !(hit.evalue >= 0) ||
          !std::isfinite(hit.evalue))
        throw Error("", "E-value: " + tokens::excerpt(fields[4]) + " is not a number from 0 on");
      hit.evalue_text = fmt::format("{:.2g}", hit.evalue);
    }
    const std::string query = tokens::unescape_key(fields[0]);
    const auto found = positions_.emplace(query, input_.queries.size());
    if (found.second) input_.queries.push_back(query);
    hit.query = found.first->second;
    input_.hits.push_back(std::move(hit));
  }

  cli::Messages& messages_;
  Input input_;
  std::unordered_map<std::string, std::size_t> positions_;  // of queries
};

// Where the audio of a key is.
class AudioLocator {
 public:
  AudioLocator(const std::string& manifest, cli::Messages& messages) {
    if (manifest.empty()) return;
    paths_.emplace();
    tokens::read_audio_list(
        manifest, [&](tokens::ListedAudio audio) { (*paths_)[audio.key] = audio.path; },
        [&](const Error& error) { messages.failure(error); });
  }

  // Throws Error(key, reason) if the manifest does not list it.
  rerank::AudioPart operator()(const std::string& key) const {
    const tokens::Fragment part = paths_ ? tokens::split_fragment(key) : cli::part_of_file(key);
    rerank::AudioPart found{std::string(part.path), part.channel, part.start_s, part.end_s};
    if (key == "-")
      throw Error(key, "a query from standard input cannot be read again; save it to a file");
    if (!paths_) return found;
    const auto listed = paths_->find(found.path);
    if (listed == paths_->end()) throw Error(key, "not in the manifest");
    found.path = listed->second;
    return found;
  }

 private:
  std::optional<std::map<std::string, std::string>> paths_;  // by key
};

struct Ranked {
  const InputHit* hit;
  rerank::Comparison found;
  std::string key;    // without times
  std::string place;  // as found

  double score() const { return 1 - found.distance; }
};

// The length of what two places of a file have in common is more than half of the shorter one.
bool same(const rerank::Comparison& a, const rerank::Comparison& b) {
  const double common = std::min(a.end_s, b.end_s) - std::max(a.start_s, b.start_s);
  return common > std::min(a.end_s - a.start_s, b.end_s - b.start_s) / 2;
}

// Best first, without those that repeat a better one, and no more than are wanted. Of equal ones
// that with the smallest E-value stands for all. `by_document`: one place for each key.
std::vector<Ranked> ranked(std::vector<Ranked> hits, const RerankOptions& options,
                           bool by_document) {
  const auto rank = [](const Ranked& hit) {
    return std::tie(hit.found.distance, hit.place, hit.hit->evalue);
  };
  std::sort(hits.begin(), hits.end(),
            [&](const Ranked& a, const Ranked& b) { return rank(a) < rank(b); });
  std::vector<Ranked> result;
  std::unordered_map<std::string, std::vector<rerank::Comparison>> listed;  // by key
  for (Ranked& hit : hits) {
    if (options.k > 0 && result.size() == options.k) break;
    if (hit.score() < options.min_score) break;
    std::vector<rerank::Comparison>& better = listed[hit.key];
    const auto is_same = [&](const auto& other) { return by_document || same(hit.found, other); };
    if (std::any_of(better.begin(), better.end(), is_same)) continue;
    better.push_back(hit.found);
    result.push_back(std::move(hit));
  }
  return result;
}

// The place as it was found: times in the key are those of the file.
Ranked rank_of(const InputHit& hit, const rerank::Comparison& found) {
  const double start_s = tokens::split_fragment(hit.place).start_s;
  return {&hit, found, tokens::without_times(hit.place),
          tokens::with_fragment(hit.place, found.start_s - start_s, found.end_s - start_s)};
}

class Printer {
 public:
  explicit Printer(const std::optional<std::string>& format) {
    const std::string name = format.value_or(::isatty(STDOUT_FILENO) == 1 ? kTable : "tsv");
    if (name != kTable) format_ = search::parse_hit_format(name);
  }

  bool lists_documents() const { return format_ == search::HitFormat::trec; }

  std::string text(const std::string& query, const std::vector<Ranked>& hits) const {
    return format_ ? search::hit_lines(*format_, query, lines_of(hits))
                   : cli::hit_table(query, rows_of(hits), display_);
  }

 private:
  static std::vector<search::PrintedHit> lines_of(const std::vector<Ranked>& hits) {
    std::vector<search::PrintedHit> lines;
    for (const Ranked& hit : hits) {
      lines.push_back({hit.key, hit.place, fmt::format("{:.4f}", hit.found.distance), hit.score(),
                       hit.hit->evalue_text});
    }
    return lines;
  }

  static std::vector<cli::HitRow> rows_of(const std::vector<Ranked>& hits) {
    std::vector<cli::HitRow> rows;
    for (const Ranked& hit : hits) {
      const double evalue = hit.hit->evalue == kUnknownEvalue ? -1 : hit.hit->evalue;
      rows.push_back({hit.place, hit.score(), fmt::format("{:.3f}", hit.score()), evalue,
                      hit.hit->evalue_text});
    }
    return rows;
  }

  static constexpr const char* kTable = "table";

  std::optional<search::HitFormat> format_;  // none: a table
  cli::Display display_ = cli::display_of_stdout();
};

Input read_input(const RerankOptions& options, cli::Messages& messages) {
  if (options.files.empty()) cli::require_piped_stdin("give files of hits, or pipe them in");
  InputReader reader(messages);
  for (const std::string& path : options.files) {
    try {
      reader.read(path);
    } catch (const Error& error) {
      messages.failure(error);
    }
  }
  if (options.files.empty()) reader.read("-");
  return reader.finish();
}

// What is compared: hits whose audio, and that of their queries, can be named.
struct Work {
  std::vector<rerank::AudioPart> queries;
  std::vector<rerank::Candidate> candidates;
  std::vector<const InputHit*> hits;  // of each candidate
};

// Keys that name no audio are reported once, and left out.
Work locate_all(const Input& input, const AudioLocator& locate, cli::Messages& messages) {
  Work work;
  std::vector<std::optional<std::size_t>> positions(input.queries.size());
  for (std::size_t q = 0; q < input.queries.size(); ++q) {
    try {
      work.queries.push_back(locate(input.queries[q]));
      positions[q] = work.queries.size() - 1;
    } catch (const Error& error) {
      messages.failure(error);
    }
  }
  for (const InputHit& hit : input.hits) {
    if (!positions[hit.query]) continue;
    try {
      work.candidates.push_back({*positions[hit.query], locate(hit.place)});
      work.hits.push_back(&hit);
    } catch (const Error& error) {
      messages.failure(error);
    }
  }
  return work;
}

rerank::Comparisons compare(const Work& work, const RerankOptions& options, cli::Context& context) {
  const model::Model model =
      model::Model::load(cli::find_model(options.model), nn::parse_precision(options.precision));
  ThreadPool pool(context.options.jobs);
  cli::Progress progress("pa-rerank", 0, context.options.progress);
  audio::DecoderOptions decoder;
  decoder.ffmpeg = cli::find_ffmpeg();
  decoder.scratch = cli::scratch_folder();
  return rerank::compare(
      model, options.whole ? align::Mode::global : align::Mode::infix, work.queries,
      work.candidates, decoder, pool, [&](std::size_t done, std::size_t total) {
        progress.update(done, "files", static_cast<double>(done) / static_cast<double>(total));
      });
}

cli::ExitStatus rerank_hits(const RerankOptions& options, cli::Context& context) {
  const Printer printer(options.format);
  const Input input = read_input(options, context.messages);
  const AudioLocator locate(options.manifest, context.messages);
  const Work work = locate_all(input, locate, context.messages);
  const rerank::Comparisons comparisons = compare(work, options, context);
  for (const Error& fault : comparisons.faults)
    context.messages.failure(fault);

  std::vector<std::vector<Ranked>> results(input.queries.size());
  for (std::size_t c = 0; c < work.hits.size(); ++c) {
    if (const auto& found = comparisons.found[c])
      results[work.hits[c]->query].push_back(rank_of(*work.hits[c], *found));
  }
  std::size_t count = 0;
  for (std::size_t q = 0; q < results.size(); ++q) {
    const std::vector<Ranked> best =
        ranked(std::move(results[q]), options, printer.lists_documents());
    count += best.size();
    context.out.write(printer.text(input.queries[q], best));
  }
  context.messages.detail(
      fmt::format("{} queries, {} hits, {} left", input.queries.size(), input.hits.size(), count));
  return count > 0 ? cli::kDone : cli::kNothingFound;
}

}  // namespace
}  // namespace pairalign

int pairalign::cli::tool_main(int argc, char** argv) {
  RerankOptions options;
  return cli::run(
      argc, argv, rerank_tool(), [&](CLI::App& app) { add_options(app, options); },
      [&](cli::Context& context) { return rerank_hits(options, context); });
}
