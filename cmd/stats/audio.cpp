#include "audio.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
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
#include "stats/grouping.hpp"

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
  std::string ffmpeg;  // its path; empty: there is none
  bool quick = false;
  stats::Checks checks;
  std::function<std::string(std::string_view)> group_of;  // empty: no groups
};

using Pipeline = cli::OrderedMap<Item, stats::MeasuredAudio>;

class AudioWorker : public cli::Worker<Item, stats::MeasuredAudio> {
 public:
  explicit AudioWorker(const Work& work) : work_(work) {}

  void take(Item& item) override {
    if (!item.fault.empty()) throw Error(item.path, item.fault);
    stats::MeasuredAudio result;
    result.path = item.key;
    result.figures = figures_of(item.path);
    if (work_.group_of) result.group = work_.group_of(item.key);
    result.findings = work_.checks.findings(result.figures);
    results_.push_back(std::move(result));
  }

  bool full() const override { return results_.size() >= (work_.quick ? kHeadersTogether : 1); }
  std::vector<stats::MeasuredAudio> finish() override { return std::exchange(results_, {}); }

 private:
  // A missing file fails; one with no audio, or only part of it, is measured.
  stats::AudioFigures figures_of(const std::string& path) const {
    const bool standard_input = path == "-";
    Descriptor file(standard_input ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!standard_input && file.get() < 0) throw errno_error(path, "cannot open");
    const int fd = standard_input ? STDIN_FILENO : file.get();
    const std::string name = standard_input ? "standard input" : path;
    try {
      stats::FrameSource source = stats::FrameSource::from_descriptor(fd, name, work_.ffmpeg);
      return work_.quick ? stats::read_header(source) : stats::measure(std::move(source));
    } catch (const Error& error) {
      stats::AudioFigures figures;
      figures.fault = error.reason();
      return figures;
    }
  }

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
    if (options_.format == "text") print_text(checks);
    if (options_.format == "json") print_json(checks);
    if (options_.format == "svg") {
      context_.out.write(
          stats::to_svg({stats::title(total_), stats::subtitle(total_), stats::panels(total_)}));
    }
  }

  bool found() const { return total_.flagged > 0; }

 private:
  void take(const stats::MeasuredAudio& recording) {
    total_.add(recording.figures, recording.findings);
    if (grouped_) groups_[recording.group].add(recording.figures, recording.findings);
    std::string text;
    if (options_.flag) {
      stats::append_findings(recording, text);
    } else {
      if (options_.format == "tsv") stats::append_tsv(recording, grouped_, text);
      if (options_.format == "jsonl") stats::append_json_line(recording, grouped_, text);
      if (!recording.figures.fault.empty()) {
        context_.messages.failure(Error(recording.path, recording.figures.fault));
      }
    }
    context_.out.write(text);
  }

  void print_text(const stats::Checks& checks) {
    context_.out.write(stats::to_text(total_, checks));
    if (grouped_) context_.out.write("\nmedian by group\n" + stats::to_text(table()));
  }

  void print_json(const stats::Checks& checks) {
    stats::Json json = {{"audio", stats::to_json(total_, checks)}};
    if (grouped_) json["groups"] = stats::to_json(table());
    context_.out.write(stats::dump(json));
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
  work.ffmpeg = cli::find_ffmpeg();
  work.quick = options.quick;
  for (const std::string& limit : options.limits) {
    try {
      work.checks.set(limit);
    } catch (const Error& error) {
      throw cli::UsageError("--limit: " + error.reason());
    }
  }
  if (!options.by.empty()) work.group_of = stats::parse_grouping(options.by);

  const bool piped = options.files.empty() && options.manifest.empty();
  std::vector<Item> given;
  const auto for_each = [&](const std::function<void(Item)>& take) {
    for_each_recording(
        options,
        [&](std::string path, std::string key) {
          take({std::move(path), std::move(key), ""});
        },
        [&](std::string path, std::string reason) {
          take({path, path, std::move(reason)});
        });
  };
  // Counted first, so that progress knows the total; a piped list is processed as it arrives.
  if (!piped) for_each([&](Item item) { given.push_back(std::move(item)); });

  Pipeline::Workers workers;
  for (int i = 0; i < context.options.jobs; ++i)
    workers.push_back(std::make_unique<AudioWorker>(work));
  const std::size_t ahead = work.quick ? 4 * kHeadersTogether : kFilesAhead;
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
