#include "audio/child_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"

extern char** environ;

namespace pairalign::audio {
namespace {

constexpr std::size_t kMaxMessages = 1 << 14;
constexpr int kInputAgain = 3;

struct Pipe {
  Descriptor read_end, write_end;
};

Pipe make_pipe(const std::string& program) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw errno_error(program, "cannot start it");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, int input) {
  Pipe output = make_pipe(arguments[0]), errors = make_pipe(arguments[0]);
  // Copies with higher numbers than those the child gets, so that none is overwritten before its
  // turn.
  Descriptor source(input >= 0 ? ::fcntl(input, F_DUPFD_CLOEXEC, 10)
                               : ::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Descriptor out(::fcntl(output.write_end.get(), F_DUPFD_CLOEXEC, 10));
  Descriptor err(::fcntl(errors.write_end.get(), F_DUPFD_CLOEXEC, 10));
  if (source.get() < 0 || out.get() < 0 || err.get() < 0) {
    throw errno_error(arguments[0], "cannot start it");
  }
  output.write_end = Descriptor();
  errors.write_end = Descriptor();

  std::vector<char*> argv;
  for (const std::string& argument : arguments)
    argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, source.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err.get(), STDERR_FILENO);
  if (input >= 0) ::posix_spawn_file_actions_adddup2(&actions, source.get(), kInputAgain);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none, usual;
  ::sigemptyset(&none);
  ::sigemptyset(&usual);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP})
    ::sigaddset(&usual, signal);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  const int error = ::posix_spawn(&pid_, argv[0], &actions, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    pid_ = -1;
    errno = error;
    throw errno_error(arguments[0], "cannot start it");
  }
  output_ = std::move(output.read_end);
  errors_ = std::move(errors.read_end);
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

ssize_t ChildProcess::read(void* out, std::size_t size) {
  for (;;) {
    std::array<pollfd, 2> ends = {{{output_.get(), POLLIN, 0}, {errors_.get(), POLLIN, 0}}};
    if (::poll(ends.data(), ends.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    if (ends[1].revents != 0) take_messages();
    if (ends[0].revents == 0) continue;
    const ssize_t n = ::read(output_.get(), out, size);
    if (n >= 0 || errno != EINTR) return n;
  }
}

// At the end of the messages closes errors_, which poll then ignores.
void ChildProcess::take_messages() {
  std::array<char, 4096> block{};
  const ssize_t n = ::read(errors_.get(), block.data(), block.size());
  if (n < 0 && errno == EINTR) return;
  if (n <= 0) {
    errors_ = Descriptor();
    return;
  }
  messages_.append(block.data(), static_cast<std::size_t>(n));
  if (messages_.size() > kMaxMessages) {
    messages_.erase(kMaxMessages / 4, messages_.size() - kMaxMessages);
  }
}

int ChildProcess::wait() {
  if (pid_ < 0) return status_;
  output_ = Descriptor();  // a child that still writes is ended by SIGPIPE
  while (errors_.get() >= 0)
    take_messages();
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) return status_ = -1;
  }
  pid_ = -1;
  return status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace pairalign::audio
