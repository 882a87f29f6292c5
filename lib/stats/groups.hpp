// Recordings by group, such as speaker, split, folder or microphone, and the statistics of groups
// side by side, so that outliers stand out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pairalign::stats {

/// Which group a recording belongs to, from `spec`, for keys or paths without their media fragment:
///   folder        the folder that holds the recording
///   folder:N      the first N folders of the path; folder:-N the last N
///   FILE          where that file exists: lines `KEY GROUP`, as Kaldi's utt2spk; recordings are
///                 matched by key, else by file name without folders and extension
///   REGEX         anything else, an ECMAScript regular expression, found anywhere in the key: its
///                 first capture group, or the whole match
/// Anything without a group is in kUngrouped. Throws Error(subject, reason).
std::function<std::string(std::string_view key)> parse_grouping(const std::string& spec);

constexpr const char* kUngrouped = "-";

struct GroupTable {
  struct Column {
    std::string name;
    int decimals;
    /// Whether a group can be an outlier in it; counts only say how large a group is.
    bool comparable = true;
  };
  struct Row {
    std::string group;
    std::vector<std::optional<double>> values;  ///< one per column
  };
  std::vector<Column> columns;
  std::vector<Row> rows;  ///< in the order of their names
  Row total;
};

/// Per row and column, whether the value is an outlier among the groups: further from their median
/// than 3.5 standard deviations, estimated from the median absolute deviation (Iglewicz and Hoaglin
/// 1993). With fewer than five groups there are none.
std::vector<std::vector<bool>> outliers(const GroupTable& table);

/// A line per group, and one for all groups; '*' marks outliers. At most 200 groups are shown:
/// those with outliers and the largest first column.
std::string to_text(const GroupTable& table);

}  // namespace pairalign::stats
