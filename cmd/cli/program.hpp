// What every tool shares: options, messages, exit status, checked output.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "cli/tool.hpp"

namespace CLI {  // whose header takes seconds to compile
class App;
class Option;
}  // namespace CLI

namespace pairalign::cli {

/// The exit status of every tool, as in its manual.
enum ExitStatus : int {
  kDone = 0,
  kNothingFound = 1,  ///< pa-search: no hit; pa-stats --flag: no finding
  kFailed = 2,        ///< usage error, or at least one input failed (the others were processed)
};

/// A call that is wrong whatever the files contain: conflicting options, no input. `run` prints the
/// reason with a hint at --help, and with examples if there were no arguments.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& reason) : Error("", reason) {}
};

/// Throws UsageError(reason) if `conflict`: a tool lists the conflicts of its options with it.
inline void refuse(bool conflict, const std::string& reason) {
  if (conflict) throw UsageError(reason);
}

/// Parses the value of an option with a parser of the library, whose Error becomes a UsageError
/// that names the option.
template <class Value>
Value parse_option(const std::string& option, const std::string& text,
                   Value (*parse)(const std::string&)) {
  try {
    return parse(text);
  } catch (const Error& error) {
    throw UsageError(option + ": " + error.reason());
  }
}

/// Messages on stderr as `pa-tool: subject: reason`. Thread-safe; keeps clear of the progress bar.
class Messages {
 public:
  explicit Messages(std::string tool) : tool_(std::move(tool)) {}

  void set_level(bool quiet, int verbosity) { quiet_ = quiet, verbosity_ = verbosity; }

  /// An input that failed: always shown, remembered in `failures()`.
  void failure(const std::string& text) {
    ++failures_;
    print(text);
  }
  void failure(const Error& error) { failure(std::string(error.what())); }
  /// The same for the exception that is being handled, after which the work goes on. An Error has
  /// its own subject.
  void failure_caught(const std::string& subject);
  /// Something the user should know though the work goes on; silenced by -q.
  void warning(const std::string& text) {
    if (!quiet_) print("warning: " + text);
  }
  /// Shown with -v.
  void detail(const std::string& text) {
    if (verbosity_ > 0) print(text);
  }

  std::size_t failures() const { return failures_; }

 private:
  void print(const std::string& text);

  std::string tool_;
  bool quiet_ = false;
  int verbosity_ = 0;
  std::atomic<std::size_t> failures_{0};
};

/// Standard output, buffered, with every write checked. A closed pipe ends the tool quietly
/// (SIGPIPE keeps its default action); any other failure is an Error("standard output", …). What
/// was not flushed is lost: call finish().
class Output {
 public:
  void write(std::string_view text);
  void flush();
  /// Flushes and closes standard output, so that a full disk is noticed before exit.
  void finish();

 private:
  std::string buffer_;
};

/// Options common to the tools, as far as a tool supports them.
struct CommonOptions {
  bool quiet = false;
  int verbosity = 0;
  bool progress = false;  ///< force the bar if stderr is not a terminal
  int jobs = 0;           ///< 0 asks for all processors; once parsed, the number of threads (≥ 1)
};
enum CommonOption : unsigned { kJobs = 1, kProgress = 2 };

/// Makes `app` the parser of `tool`: its own options by `setup`, then the common ones.
void configure(CLI::App& app, const Tool& tool, CommonOptions& options,
               const std::function<void(CLI::App&)>& setup);

/// Registers the positional list of paths `name`, such as "PATH". Use it instead of
/// `CLI::App::add_option` with a vector, which takes a path like "[a,b]" for two values.
CLI::Option* add_paths(CLI::App& app, const std::string& name, std::vector<std::string>& paths,
                       const std::string& description);

// Options shared by several tools; each is bound to the tool's variable.
CLI::Option* add_model(CLI::App& app, std::string& model);          ///< --model
CLI::Option* add_input_format(CLI::App& app, std::string& format);  ///< --input-format
CLI::Option* add_manifest(CLI::App& app, std::string& list);        ///< --manifest
CLI::Option* add_null(CLI::App& app, bool& null);                   ///< -0, --null
CLI::Option* add_precision(CLI::App& app, std::string& precision);  ///< --precision

/// For a tool about to read stdin because no path was given: throws UsageError when stdin is a
/// terminal, where waiting for input would look like a hang. `expected` completes "no input: ...".
void require_piped_stdin(const std::string& expected);

/// What each tool defines, in its run.cpp; main.cpp and the fuzzers call it.
int tool_main(int argc, char** argv);

/// The frame of every `tool_main`: parses, runs `body`, turns exceptions and failures into messages
/// and an exit status, checks standard output at the end. `setup` registers the tool's own options;
/// help shows the value that each option's variable has then, so defaults stay with the library.
/// `body` returns kDone or kNothingFound; recorded failures turn either into kFailed.
struct Context {
  Messages& messages;
  Output& out;
  const CommonOptions& options;
};
int run(int argc, char** argv, const Tool& tool, const std::function<void(CLI::App&)>& setup,
        const std::function<ExitStatus(Context&)>& body);

}  // namespace pairalign::cli
