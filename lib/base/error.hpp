// The one exception type of libpairalign.
#pragma once

#include <stdexcept>
#include <string>

namespace pairalign {

/// A subject (a file, a line of a file, an option) and what went wrong with it. `what()` reads
/// "subject: reason", which the tools print after their name. An empty subject is left out.
class Error : public std::runtime_error {
 public:
  Error(const std::string& subject, const std::string& reason);

  const std::string& subject() const { return subject_; }
  const std::string& reason() const { return reason_; }

 private:
  std::string subject_;
  std::string reason_;
};

/// An Error whose reason ends with the text of `errno` as it was at the call.
Error errno_error(const std::string& subject, const std::string& action);

/// Throws Error("", "NAME is VALUE, outside LOW .. HIGH") unless low ≤ value ≤ high; NaN is
/// outside.
void check_range(const char* name, double value, double low, double high);

}  // namespace pairalign
