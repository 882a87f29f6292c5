#include "cli/program.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <new>

#include <fcntl.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "base/thread_pool.hpp"
#include "cli/last_resort.hpp"
#include "cli/terminal.hpp"
#include "cli/values.hpp"

namespace pairalign::cli {
namespace {

constexpr std::size_t kOutputBuffer = 1 << 16;
constexpr int kMaxJobs = 1024;
constexpr std::size_t kShownExamples = 3;

// CLI11 splits a value of a list option at commas if it is in brackets. This mark, put before such
// arguments and removed from every value again, keeps a folder named "[a,b]" in one piece.
constexpr char kVerbatim = '\x01';

std::vector<std::string> arguments(int argc, char** argv) {
  std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  for (std::string& arg : args) {
    if (!arg.empty() && arg.front() == '[' && arg.back() == ']') arg.insert(0, 1, kVerbatim);
  }
  std::reverse(args.begin(), args.end());  // CLI11 expects a vector in reverse order
  return args;
}

std::string without_mark(std::string value) {
  if (!value.empty() && value.front() == kVerbatim) value.erase(0, 1);
  return value;
}

// CLI11 begins its reasons with a capital; ours continue "pa-tool: ".
std::string decapitalised(std::string text) {
  const bool acronym = text.size() > 1 && text[1] >= 'A' && text[1] <= 'Z';
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z' && !acronym) {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

// libsndfile prints its complaints about some files to stdout, amid our records. Output writes to
// the descriptor; nothing else uses the stdio stream.
void keep_libraries_from_stdout() {
#ifdef __GLIBC__  // where the stream is a variable
  if (std::FILE* nowhere = std::fopen("/dev/null", "w")) stdout = nowhere;
#endif
}

// A file opened while descriptor 0, 1 or 2 is closed would get its number, and output meant for the
// user would be written into it. A missing stream is replaced by one that fails when used.
void reserve_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

// CLI11 says "the following argument was not expected"; a typo deserves a better message. Tools
// take any number of paths, so what is left over is an option.
UsageError unknown_option(const CLI::App& app) {
  const std::vector<std::string> left_over = app.remaining();
  const auto is_option = [](const std::string& argument) {
    return argument.size() > 1 && argument.front() == '-';
  };
  const auto found = std::find_if(left_over.begin(), left_over.end(), is_option);
  if (found == left_over.end()) return UsageError("unexpected argument " + left_over.front());
  const std::string typed = found->substr(0, found->find('='));
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames())
      known.push_back("--" + name);
  }
  const std::string meant = typed.size() > 2 ? nearest(typed, known) : "";
  return UsageError("unknown option " + typed +
                    (meant.empty() ? "" : "; did you mean " + meant + "?"));
}

ExitStatus parse_and_run(CLI::App& app, std::vector<std::string> args, CommonOptions& options,
                         Context context, const std::function<ExitStatus(Context&)>& body) {
  try {
    app.parse(args);
  } catch (const CLI::CallForHelp&) {
    context.out.write(app.help());
    return kDone;
  } catch (const CLI::CallForVersion& call) {
    context.out.write(std::string(call.what()) + '\n');
    return kDone;
  } catch (const CLI::ExtrasError&) {
    throw unknown_option(app);
  } catch (const CLI::ParseError& error) {
    throw UsageError(without_mark(decapitalised(error.what())));
  }
  if (options.jobs == 0) options.jobs = available_processors();
  context.messages.set_level(options.quiet, options.verbosity);
  return body(context);
}

void add_common_options(CLI::App& app, CommonOptions& options, const Tool& tool) {
  app.option_defaults()->group("Common options");
  if ((tool.common_options & kJobs) != 0) {
    app.add_option("-j,--jobs", options.jobs,
                   "Threads; 0 uses all processors. The output does not depend on it")
        ->type_name("N")
        ->check(CLI::Range(0, kMaxJobs));
  }
  if ((tool.common_options & kProgress) != 0) {
    app.add_flag("--progress", options.progress,
                 "Show progress on standard error even if it is not a terminal");
  }
  app.add_flag("-q,--quiet", options.quiet, "Print errors only, no warnings");
  app.add_flag("-v,--verbose", options.verbosity, "More messages; may be repeated");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.set_version_flag("--version", tool.name + " " PAIRALIGN_VERSION,
                       "Print the version and exit");
}

// The exit status of `work`; whatever it throws becomes a message, with examples after a usage
// error if the tool was called without arguments.
ExitStatus guarded(Messages& messages, const Tool& tool, bool bare,
                   const std::function<ExitStatus()>& work) {
  try {
    return work();
  } catch (const UsageError& error) {
    messages.failure(error);
    std::string hint = bare ? "for example:\n" : "";
    for (std::size_t i = 0; bare && i < std::min(kShownExamples, tool.examples.size()); ++i)
      hint += "  # " + tool.examples[i].purpose + "\n  " + tool.examples[i].command + '\n';
    print_message(hint + "try " + tool.name + " --help");
  } catch (const std::bad_alloc&) {  // as may be what follows, so memory is not said to be back
    messages.failure("out of memory");
  } catch (const std::exception&) {
    messages.failure_caught("");
  }
  return kFailed;
}

}  // namespace

void Messages::failure_caught(const std::string& subject) {
  try {
    throw;
  } catch (const Error& error) {
    failure(error);
  } catch (const std::bad_alloc&) {
    memory_is_back();
    failure(Error(subject, "out of memory"));
  } catch (const std::exception& error) {
    failure(Error(subject, error.what()));
  }
}

void Messages::print(const std::string& text) {
  print_message(tool_ + ": " + printable(text));
}

void Output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kOutputBuffer) flush();
}

void Output::flush() {
  if (buffer_.empty()) return;
  if (::isatty(STDOUT_FILENO) == 1) clear_status();
  const std::string bytes = std::exchange(buffer_, {});  // a second attempt would only fail again
  write_all(STDOUT_FILENO, bytes, "standard output");
}

void Output::finish() {
  flush();
  // Some file systems report a full disk or a lost server only here.
  if (::close(STDOUT_FILENO) != 0) throw errno_error("standard output", "cannot close");
}

void configure(CLI::App& app, const Tool& tool, CommonOptions& options,
               const std::function<void(CLI::App&)>& setup) {
  set_help(app, tool);
  app.option_defaults()->always_capture_default();
  app.set_help_flag();
  setup(app);
  add_common_options(app, options, tool);
  for (CLI::Option* option : app.get_options()) {
    option->transform(CLI::Validator(
        [](std::string& value) {
          value = without_mark(value);
          return std::string();
        },
        ""));
  }
}

CLI::Option* add_paths(CLI::App& app, const std::string& name, std::vector<std::string>& paths,
                       const std::string& description) {
  // Values are taken literally: CLI11's conversion to a vector gives "{}" a special meaning.
  const auto take = [&paths](const CLI::results_t& values) {
    paths = values;
    return true;
  };
  return app.add_option(name, take, description)
      ->type_size(1)
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args();
}

CLI::Option* add_model(CLI::App& app, std::string& model) {
  return app
      .add_option(
          "--model", model,
          "Model file, or the name of an installed model. Default: $PAIRALIGN_MODEL, else the "
          "model shipped with the tools")
      ->type_name(kModel);
}

CLI::Option* add_input_format(CLI::App& app, std::string& format) {
  return add_choice(app, "--input-format", format, "Format of the input token strings",
                    {"auto", "tsv", "jsonl", "kaldi"});
}

CLI::Option* add_manifest(CLI::App& app, std::string& list) {
  return app
      .add_option(
          "--manifest", list,
          "Read the audio files listed in FILE, under the keys given there: a fairseq manifest "
          "(a root folder, then PATH<TAB>SAMPLES) or Kaldi's wav.scp (KEY PATH, no commands)")
      ->type_name(kFile);
}

CLI::Option* add_null(CLI::App& app, bool& null) {
  return app.add_flag("-0,--null", null,
                      "Items on standard input end in NUL, not newline, and are taken literally");
}

CLI::Option* add_precision(CLI::App& app, std::string& precision) {
  return add_choice(app, "--precision", precision,
                    "Precision of matrix products: f32, bf16, or auto, which uses bf16 if the "
                    "processor supports it",
                    {"auto", "f32", "bf16"});
}

void require_piped_stdin(const std::string& expected) {
  if (::isatty(STDIN_FILENO) == 1) throw UsageError("no input: " + expected);
}

int run(int argc, char** argv, const Tool& tool, const std::function<void(CLI::App&)>& setup,
        const std::function<ExitStatus(Context&)>& body) {
  std::signal(SIGPIPE, SIG_DFL);  // a parent may have had it ignored
  std::signal(SIGXFSZ, SIG_IGN);  // a limit of the size of files is reported as a full disk is
  reserve_standard_descriptors();
  keep_libraries_from_stdout();
  guard_against_sudden_ends();
  Messages messages(tool.name);
  Output out;
  CommonOptions options;
  CLI::App app;
  const bool bare = argc <= 1;
  ExitStatus status = guarded(messages, tool, bare, [&] {
    configure(app, tool, options, setup);
    return parse_and_run(app, arguments(argc, argv), options, Context{messages, out, options},
                         body);
  });
  // Also after a failure: output written before it is valid, and may be all the user gets.
  guarded(messages, tool, bare, [&] {
    out.finish();
    return kDone;
  });
  let_program_end();
  return messages.failures() > 0 ? kFailed : status;
}

}  // namespace pairalign::cli
