// A child process whose output we read.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "base/descriptor.hpp"

namespace pairalign::audio {

/// Started by the constructor; the destructor kills it if it has not ended, and waits for it. Only
/// the descriptors named here are open in it.
class ChildProcess {
 public:
  /// `arguments[0]` is the path of the program. `input`: its standard input, and also its
  /// descriptor 3; −1: none. Throws Error(arguments[0], reason) when it cannot be started.
  ChildProcess(const std::vector<std::string>& arguments, int input);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Reads up to `size` bytes of its standard output: those available, at least one before the end.
  /// Collects what it writes to standard error meanwhile. Negative when reading fails.
  ssize_t read(void* out, std::size_t size);
  /// Waits for its end and returns its exit status; 128 + N when signal N ended it.
  int wait();
  /// What it has written to standard error, the first and last few kilobytes of it.
  const std::string& messages() const { return messages_; }

 private:
  void take_messages();

  pid_t pid_ = -1;
  int status_ = 0;
  Descriptor output_;
  Descriptor errors_;
  std::string messages_;
};

}  // namespace pairalign::audio
