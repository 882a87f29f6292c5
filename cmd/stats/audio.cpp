#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/stopwatch.hpp"
#include "cli/inputs.hpp"
#include "cli/ordered_map.hpp"
#include "cli/progress.hpp"
#include "sections.hpp"
#include "stats/audio/report.hpp"
#include "stats/groups.hpp"
#include "tokens/audio_list.hpp"

namespace pairalign {
namespace {

// Reading a header is so fast that handing over each one separately would take as long.
constexpr std::size_t kHeadersTogether = 32;
constexpr int kFilesAhead = 4;
constexpr std::size_t kLook = 4096;

// The next bytes of a descriptor, without consuming them. Empty where that is impossible, as for a
// terminal.
std::string peek(int fd) {
  std::string bytes(kLook, '\0');
  struct stat info {};
  if (::fstat(fd, &info) != 0) return {};
  ssize_t n = -1;
  if (S_ISREG(info.st_mode)) {
    n = ::pread(fd, bytes.data(), bytes.size(), ::lseek(fd, 0, SEEK_CUR));
  } else if (S_ISFIFO(info.st_mode)) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {};
    const Descriptor out(ends[0]), in(ends[1]);
    // Copies within the kernel, and waits for the first bytes.
    if (::tee(fd, in.get(), bytes.size(), 0) > 0) n = ::read(out.get(), bytes.data(), bytes.size());
  }
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  return bytes;
}

bool holds_zero(const std::string& bytes) {
  return bytes.find('\0') != std::string::npos;
}

// Text has no zero bytes; every audio format has some near its beginning.
bool is_audio(const std::string& path) {
  struct stat info {};
  if (path == "-") return holds_zero(peek(STDIN_FILENO));
  if (cli::has_audio_extension(path)) return true;
  if (::stat(path.c_str(), &info) != 0) return false;
  if (S_ISDIR(info.st_mode)) return true;
  if (!S_ISREG(info.st_mode)) return false;
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return fd.get() >= 0 && holds_zero(peek(fd.get()));
}

// Whether standard input is a list of recordings, of which the first may have been deleted, rather
// than token strings. `expected`: unless these are seen there.
bool stdin_lists_audio(bool expected) {
  struct stat info {};
  std::istringstream lines(peek(STDIN_FILENO));
  for (std::string line; std::getline(lines, line);) {
    if (line.find('\t') != std::string::npos || line.rfind("#pairalign", 0) == 0) return false;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty() && ::stat(line.c_str(), &info) == 0) return true;
  }
  return expected;
}

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

  void finish(const stats::Checks& checks, Report& report) {
    progress_.finish();
    context_.messages.detail(fmt::format("{} recordings, {}", done_, audio_so_far()));
    if (options_.flag) return;
    report.add("", stats::to_text(total_, checks), "audio", stats::to_json(total_, checks),
               stats::to_figure(total_));
    if (grouped_) {
      report_groups(stats::group_table(groups_, total_), "median by group", options_.by,
                    context_.messages, report);
    }
  }

  bool found() const { return total_.flagged > 0; }

 private:
  void take(const stats::MeasuredAudio& recording) {
    total_.add(recording.figures, recording.findings);
    for (const std::string& remark : recording.figures.remarks)
      context_.messages.warning(recording.path + ": " + remark);
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

bool inputs_are_audio(const StatsOptions& options) {
  if (!options.manifest.empty()) return true;
  const bool expected = options.quick || options.flag || !options.limits.empty();
  if (options.files.empty()) return options.null || stdin_lists_audio(expected);
  return std::any_of(options.files.begin(), options.files.end(), is_audio);
}

cli::ExitStatus report_audio(const StatsOptions& options, cli::Context& context, Report& report) {
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
  delivery.finish(work.checks, report);
  return options.flag && !delivery.found() ? cli::kNothingFound : cli::kDone;
}

}  // namespace pairalign
