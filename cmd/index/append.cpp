#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "archive/source.hpp"
#include "archive/writer.hpp"
#include "cli/progress.hpp"
#include "cli/record_inputs.hpp"
#include "options.hpp"
#include "tokens/reader.hpp"

namespace pairalign {
namespace {

using Clock = std::chrono::steady_clock;

// SIGINT, SIGTERM and SIGHUP end the input, not the tool: what has arrived is archived, as when the
// other end of the pipe is killed. They are delivered only while the tool waits for input, so that
// they interrupt no commit.
volatile std::sig_atomic_t stop_signal = 0;

class StopSignals {
 public:
  // To be made before any thread, since threads inherit the signal mask.
  StopSignals() {
    struct sigaction action {};
    action.sa_handler = [](int signal) { stop_signal = signal; };
    sigset_t stopping;
    ::sigemptyset(&stopping);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      struct sigaction before {};
      ::sigaction(signal, nullptr, &before);
      if (before.sa_handler == SIG_IGN) continue;  // nohup, or a job in the background
      ::sigaction(signal, &action, nullptr);
      ::sigaddset(&stopping, signal);
    }
    ::sigprocmask(SIG_BLOCK, &stopping, &usual_);
  }

  // Delivers what is pending: waiting does so only when there is no input yet.
  void deliver() const {
    sigset_t blocked;
    ::pthread_sigmask(SIG_SETMASK, &usual_, &blocked);
    ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
  }

  // True if input, or its end, can be read; false after a timeout or a signal.
  bool wait_for_input(int fd, const std::optional<Clock::time_point>& end) const {
    pollfd input{fd, POLLIN, 0};
    timespec left{};
    if (end) {
      const auto rest = std::max(Clock::duration::zero(), *end - Clock::now());
      const auto whole = std::chrono::duration_cast<std::chrono::seconds>(rest);
      left.tv_sec = whole.count();
      left.tv_nsec = std::chrono::nanoseconds(rest - whole).count();
    }
    return ::ppoll(&input, 1, end ? &left : nullptr, &usual_) > 0;
  }

 private:
  sigset_t usual_{};
};

// When the file of strings was written, or, for a pipe, now, before anything is read from it.
archive::StringTime time_of_strings(const std::string& path) {
  const auto file = archive::look_at_source(path == "-" ? "/dev/stdin" : path);
  if (file) return {file->mtime_ns};
  const std::int64_t now = archive::now_ns();
  return {now, now};
}

// Appends one input after the other. If the header of an input does not fit, nothing of it is
// appended except what has already been committed on the way.
class Appending {
 public:
  Appending(const IndexOptions& options, tokens::InputFormat format,
            const archive::WriterOptions& writing, cli::Context& context)
      : archive_(options.archive),
        format_(format),
        messages_(context.messages),
        progress_("pa-index", 0, context.options.progress),
        interval_(std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(options.commit_every))),
        last_commit_(Clock::now()),
        writer_(archive_, {}, writing) {}

  void take(const std::string& path) {
    if (stopped_) return;
    sources_ = archive::SourceReader(time_of_strings(path));
    mark_ = writer_.mark();
    committed_of_input_ = 0;
    try {
      take_records(path);
    } catch (const tokens::HeaderError& error) {
      writer_.roll_back(mark_);
      messages_.failure(error.what() + (committed_of_input_ == 0
                                            ? std::string("; nothing is archived from this input")
                                            : fmt::format("; {} records before it are archived",
                                                          committed_of_input_)));
    }
  }

  void finish() {
    progress_.finish();
    const bool nothing_known = writer_.header() == tokens::Header();
    if (nothing_known && writer_.committed() + writer_.pending() == 0) {
      if (messages_.failures() == 0) {
        messages_.warning(archive_ + ": no records to archive, and no header: not created");
      }
      return;
    }
    commit();
    report_state(archive_, writer_, messages_);
    messages_.detail(fmt::format("{}: {} records added, {} replaced, {} in all", archive_, added_,
                                 replaced_, writer_.committed()));
    if (stopped_) {
      messages_.failure(
          fmt::format("{}: ended by a signal; the {} records received until then are archived",
                      archive_, added_));
    }
  }

 private:
  void commit() {
    const std::size_t pending = writer_.pending();
    replaced_ += writer_.commit();
    added_ += pending;
    committed_of_input_ += pending;
    mark_ = writer_.mark();
    last_commit_ = Clock::now();
  }

  // When to commit; nothing: at the end, or when there is something.
  std::optional<Clock::time_point> next_commit() const {
    if (interval_ == Clock::duration::zero() || writer_.pending() == 0) return std::nullopt;
    return last_commit_ + interval_;
  }

  // A commit on the way may be postponed: the pending records are kept.
  void commit_if_due() {
    const std::optional<Clock::time_point> due = next_commit();
    if (!due || Clock::now() < *due) return;
    try {
      commit();
    } catch (const Error& error) {
      messages_.detail(std::string(error.what()) + "; tried again later");
      last_commit_ = Clock::now();
    }
  }

  // Before each read: waits for input, and commits when due. After a signal, still reads what has
  // arrived, since the tool before this one in a pipe is ended by the same signal.
  bool wait_for_input(int fd) {
    constexpr std::chrono::seconds kGrace(1);
    for (;;) {
      signals_.deliver();
      if (stop_signal != 0 && !stop_) stop_ = Clock::now() + kGrace;
      if (stop_) {
        const bool more = Clock::now() < *stop_ && signals_.wait_for_input(fd, Clock::now());
        stopped_ = stopped_ || !more;
        return more;
      }
      if (signals_.wait_for_input(fd, next_commit())) return true;
      commit_if_due();
    }
  }

  void take_records(const std::string& path) {
    std::optional<tokens::RecordReader> reader = open(path);
    if (!reader) return;
    tokens::Header taken;
    tokens::Record record;
    const std::uint64_t before = added_ + writer_.pending();
    while (next(*reader, record)) {
      if (reader->header() != taken) take_header(*reader), taken = reader->header();
      add(*reader, record);
      progress_.update(writer_.pending(), "records");
      commit_if_due();
    }
    if (reader->unterminated()) {
      messages_.warning(reader->place() + ": no newline at the end: the line may be cut short");
    }
    take_header(*reader);  // for an input without records
    if (!taken.known() && writer_.header().known() && added_ + writer_.pending() > before) {
      messages_.warning(reader->name() + ": no model in its header: treated as strings of " +
                        describe(writer_.header()));
    }
  }

  std::optional<tokens::RecordReader> open(const std::string& path) {
    try {
      return tokens::RecordReader(path, format_, [this](int fd) { return wait_for_input(fd); });
    } catch (const Error& error) {
      messages_.failure(error);
      return std::nullopt;
    }
  }

  // The next valid record; reports bad lines before it.
  bool next(tokens::RecordReader& reader, tokens::Record& record) {
    for (;;) {
      try {
        return reader.next(record);
      } catch (const tokens::HeaderError&) {
        throw;
      } catch (const Error& error) {
        messages_.failure(error);
      }
    }
  }

  void take_header(const tokens::RecordReader& reader) {
    const std::uint64_t present = writer_.committed() + writer_.pending();
    const bool model_was_known = writer_.header().known();
    try {
      writer_.take_header(reader.header());
    } catch (const Error& error) {
      throw tokens::HeaderError(reader.name(), error.reason());
    }
    if (!model_was_known && writer_.header().known() && present > 0) {
      messages_.warning(
          fmt::format("{}: records of unknown model ({}) are now treated as strings of {}",
                      archive_, present, describe(writer_.header())));
    }
  }

  void add(const tokens::RecordReader& reader, const tokens::Record& record) {
    std::optional<archive::Source> source = sources_.of(record.key);
    // A string that may be cut short is archived, but its recording stays missing.
    if (source && reader.unterminated()) source->hash = 0;
    try {
      writer_.add(record, source);
    } catch (const archive::RefusedRecord& error) {
      messages_.failure(Error(reader.place(), error.reason()));
    }
  }

  std::string archive_;
  tokens::InputFormat format_;
  cli::Messages& messages_;
  cli::Progress progress_;
  StopSignals signals_;
  Clock::duration interval_;  // 0: commit at the end only
  Clock::time_point last_commit_;
  std::optional<Clock::time_point> stop_;  // when to stop reading, once a signal has arrived
  bool stopped_ = false;
  archive::ArchiveWriter writer_;
  archive::ArchiveWriter::Mark mark_;
  archive::SourceReader sources_;  // of the strings of this input
  std::uint64_t added_ = 0;
  std::uint64_t replaced_ = 0;
  std::uint64_t committed_of_input_ = 0;
};

}  // namespace

void append(const IndexOptions& options, cli::Context& context) {
  const auto format =
      cli::parse_option("--input-format", options.input_format, tokens::parse_input_format);
  std::vector<std::string> files = options.files;
  if (files.empty()) {
    cli::require_piped_stdin("give files of token strings, or pipe them in");
    files = {"-"};
  }
  Appending appending(options, format, writer_options(options, context), context);
  for (const std::string& file : files)
    appending.take(file);
  appending.finish();
}

}  // namespace pairalign
