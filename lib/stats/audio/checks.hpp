// Checks that flag recordings worth a look.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stats/audio/figures.hpp"

namespace pairalign::stats {

/// One line of the table from which --flag, the manual and the JSON are made.
struct Check {
  const char* name;
  const char* unit;
  int decimals;
  bool above;                   ///< flags values above the limit, else those below
  std::optional<double> limit;  ///< nothing: off
  std::optional<double> (*value)(const AudioFigures&);
  const char* reason;  ///< why that limit
};

/// "above 0.1 s", or "above a limit in s" if it is off.
std::string limit_text(const Check& check);

struct Finding {
  std::string check;
  std::string value;
  std::string limit;
  std::string unit;  ///< of value and limit
};

class Checks {
 public:
  Checks();

  /// All checks, with their limits. Besides these, `damaged` flags recordings that cannot be read,
  /// or not to their end; it has no limit.
  const std::vector<Check>& table() const { return checks_; }

  /// `NAME=LIMIT`, `NAME=off`. Throws Error("", reason) that names the checks.
  void set(const std::string& setting);

  /// In the order of the table.
  std::vector<Finding> findings(const AudioFigures& figures) const;

 private:
  std::vector<Check> checks_;
};

inline constexpr const char* kDamaged = "damaged";

}  // namespace pairalign::stats
