#include "audio.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "cli/inputs.hpp"
#include "cli/ordered_map.hpp"
#include "cli/progress.hpp"
#include "inputs.hpp"
#include "stats/audio/report.hpp"
#include "stats/groups.hpp"
#include "tokens/audio_list.hpp"

namespace pairalign {
namespace {

// Reading a header is so fast that handing over each one separately would take as long.
constexpr std::size_t kHeadersTogether = 32;
constexpr int kFilesAhead = 4;

struct Item {
  std::string path;
  std::string key;
  std::string fault;  // found before it was opened
};

struct Work {
  stats::MeasureOptions measure;
  stats::Checks checks;
  std::function<std::string(std::string_view)> group_of;  // empty: no groups
};

class AudioWorker : public cli::Worker<Item, stats::MeasuredAudio> {
 public:
  explicit AudioWorker(const Work& work) : work_(work) {}

  // A missing file fails; one with no audio, or only part of it, is measured.
  void take(Item& item) override {
    if (!item.fault.empty()) throw Error(item.path, item.fault);
    const bool standard_input = item.path == "-";
    const Descriptor file = standard_input ? Descriptor() : open_for_reading(item.path);
    stats::MeasuredAudio result;
    result.path = item.key;
    result.figures = stats::measure(standard_input ? STDIN_FILENO : file.get(),
                                    standard_input ? "standard input" : item.path, work_.measure);
    if (work_.group_of) result.group = work_.group_of(item.key);
    result.findings = work_.checks.findings(result.figures);
    results_.push_back(std::move(result));
  }

  bool full() const override {
    return results_.size() >= (work_.measure.quick ? kHeadersTogether : 1);
  }
  std::vector<stats::MeasuredAudio> finish() override { return std::exchange(results_, {}); }

 private:
  const Work& work_;
  std::vector<stats::MeasuredAudio> results_;
};

// Takes the results in order; prints per-recording output, and accumulates the rest.
class Delivery {
 public:
  Delivery(const StatsOptions& options, cli::Context& context, std::size_t given)
      : options_(options),
        context_(context),
        grouped_(!options.by.empty()),
        progress_("pa-stats", given, context.options.progress) {
    if (options.format == "tsv" && !options.flag) context.out.write(stats::tsv_header(grouped_));
  }

  void operator()(Item& item, std::future<stats::MeasuredAudio>& result) {
    try {
      take(result.get());
    } catch (const std::exception&) {
      context_.messages.failure_caught(item.path);
    }
    ++done_;
    if (progress_.shown()) progress_.update(done_, audio_so_far());
  }

  void finish(const stats::Checks& checks) {
    progress_.finish();
    context_.messages.detail(fmt::format("{} recordings, {}", done_, audio_so_far()));
    if (options_.flag) return;
    warn_if_ungrouped(groups_, options_.by, context_.messages);
    if (options_.format == "svg") context_.out.write(stats::to_svg(stats::to_figure(total_)));
    if (options_.format == "text") {
      context_.out.write(stats::to_text(total_, checks));
      if (grouped_) context_.out.write("\nmedian by group\n" + stats::to_text(table()));
    }
    if (options_.format == "json") {
      stats::Json json = {{"audio", stats::to_json(total_, checks)}};
      if (grouped_) json["groups"] = stats::to_json(table());
      context_.out.write(stats::dump(json));
    }
  }

  bool found() const { return total_.flagged > 0; }

 private:
  void take(const stats::MeasuredAudio& recording) {
    total_.add(recording.figures, recording.findings);
    if (grouped_) groups_[recording.group].add(recording.figures, recording.findings);
    if (options_.flag) {
      context_.out.write(stats::finding_lines(recording));
      return;
    }
    if (options_.format == "tsv") context_.out.write(stats::tsv_line(recording, grouped_));
    if (options_.format == "jsonl") context_.out.write(stats::json_line(recording, grouped_));
    if (!recording.figures.fault.empty()) {
      context_.messages.failure(Error(recording.path, recording.figures.fault));
    }
  }

  stats::GroupTable table() const { return stats::group_table(groups_, total_); }

  std::string audio_so_far() const {
    const double elapsed = watch_.seconds();
    return fmt::format("{:.2f} h, {:.0f} x real time, {:.0f} files/s", total_.seconds / 3600,
                       total_.seconds / elapsed, static_cast<double>(done_) / elapsed);
  }

  const StatsOptions& options_;
  cli::Context& context_;
  const bool grouped_;
  cli::Progress progress_;
  Stopwatch watch_;
  std::uint64_t done_ = 0;
  stats::AudioSummary total_;
  std::map<std::string, stats::AudioSummary> groups_;
};

}  // namespace

cli::ExitStatus report_audio(const StatsOptions& options, cli::Context& context) {
  Work work;
  work.measure = {options.quick, cli::find_ffmpeg(), cli::scratch_folder()};
  for (const std::string& limit : options.limits) {
    try {
      work.checks.set(limit);
    } catch (const Error& error) {
      throw cli::UsageError("--limit: " + error.reason());
    }
  }
  if (!options.by.empty()) work.group_of = stats::parse_grouping(options.by);

  // Counted first, so that progress knows the total; a piped list is processed as it arrives.
  const bool piped = options.files.empty() && options.manifest.empty();
  std::vector<Item> given;
  const auto for_each = [&](const std::function<void(Item)>& take) {
    if (options.manifest.empty()) {
      cli::for_each_input(
          options.files, options.null,
          [&](const std::string& path) {
            take({path, path, ""});
          },
          [&](const std::string& path, const std::string& reason) {
            take({path, path, reason});
          });
    } else {
      tokens::read_audio_list(
          options.manifest,
          [&](const tokens::ListedAudio& audio) {
            take({audio.path, audio.key, ""});
          },
          [&](const Error& error) {
            take({error.subject(), error.subject(), error.reason()});
          });
    }
  };
  if (!piped) for_each([&](Item item) { given.push_back(std::move(item)); });

  using Pipeline = cli::OrderedMap<Item, stats::MeasuredAudio>;
  Pipeline::Workers workers;
  for (int i = 0; i < context.options.jobs; ++i)
    workers.push_back(std::make_unique<AudioWorker>(work));
  const std::size_t ahead = work.measure.quick ? 4 * kHeadersTogether : kFilesAhead;
  Delivery delivery(options, context, given.size());
  Pipeline pipeline(std::move(workers), static_cast<std::size_t>(context.options.jobs) * ahead,
                    std::ref(delivery));
  if (piped) for_each([&](Item item) { pipeline.push(std::move(item)); });
  for (Item& item : given)
    pipeline.push(std::move(item));
  pipeline.finish();
  delivery.finish(work.checks);
  return options.flag && !delivery.found() ? cli::kNothingFound : cli::kDone;
}

}  // namespace pairalign
