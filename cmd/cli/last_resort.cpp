#include "cli/last_resort.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "cli/program.hpp"

namespace pairalign::cli {
namespace {

// Only async-signal-safe calls, and no allocation.
[[noreturn]] void end_with(const char* reason) {
  for (const char* part :
       {static_cast<const char*>(program_invocation_short_name), ": ", reason, "\n"}) {
    if (::write(STDERR_FILENO, part, std::strlen(part)) < 0) break;
  }
  ::_exit(kFailed);
}

void on_lost_page(int) {
  end_with("a file was truncated while being read, or its disk failed");
}

// An exception that leaves a noexcept function of the standard library ends the program at a point
// where it can no longer be identified.
std::atomic<bool> memory_ran_out{false};

struct sigaction bad_address_before;

// oneDNN may crash when memory runs out. Any other bug must stay visible: the access is repeated
// under the previous action.
void on_bad_address(int) {
  if (memory_ran_out) end_with("out of memory");
  ::sigaction(SIGSEGV, &bad_address_before, nullptr);
}

[[noreturn]] void on_lack_of_memory() {
  memory_ran_out = true;
  throw std::bad_alloc();
}

[[noreturn]] void on_uncaught() {
  try {
    if (std::current_exception() != nullptr) throw;
    if (memory_ran_out) end_with("out of memory");
  } catch (const std::bad_alloc&) {
    end_with("out of memory");
  } catch (...) {  // a bug: let it be seen
  }
  std::abort();
}

std::atomic<bool> may_end{false};

void on_exit() {
  if (!may_end) end_with("ended by a library, which may have printed why");
}

[[maybe_unused]] const std::new_handler new_handler_before =
    std::set_new_handler(on_lack_of_memory);
[[maybe_unused]] const std::terminate_handler handler_before = std::set_terminate(on_uncaught);

}  // namespace

void guard_against_sudden_ends() {
  may_end = false;
  static const bool kGuarded = [] {
    std::atexit(on_exit);
    struct sigaction action {};
    action.sa_handler = on_lost_page;
    ::sigaction(SIGBUS, &action, nullptr);
    action.sa_handler = on_bad_address;
    return ::sigaction(SIGSEGV, &action, &bad_address_before) == 0;
  }();
  static_cast<void>(kGuarded);
}

void memory_is_back() {
  memory_ran_out = false;
}

void let_program_end() {
  may_end = true;
}

}  // namespace pairalign::cli
