#include "base/error.hpp"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace pairalign {

Error::Error(const std::string& subject, const std::string& reason)
    : std::runtime_error(subject.empty() ? reason : subject + ": " + reason),
      subject_(subject),
      reason_(reason) {}

Error errno_error(const std::string& subject, const std::string& action) {
  const int code = errno;
  return Error(subject, action + ": " + std::generic_category().message(code));
}

void check_range(const char* name, double value, double low, double high) {
  if (!(value >= low && value <= high)) {
    throw Error("", fmt::format("{} is {}, outside {} .. {}", name, value, low, high));
  }
}

}  // namespace pairalign
