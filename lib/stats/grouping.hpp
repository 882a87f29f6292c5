// Which group a recording belongs to: speaker, split, folder, microphone.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace pairalign::stats {

/// From `spec`, for keys or paths without their media fragment:
///   folder        the folder that holds the recording
///   folder:N      the first N folders of the path; folder:-N the last N
///   FILE          where that file exists: lines `KEY GROUP`, as Kaldi's utt2spk; recordings are
///                 matched by key, else by file name without folders and extension
///   REGEX         anything else, an ECMAScript regular expression, found anywhere in the key: its
///                 first capture group, or the whole match
/// Anything without a group is in "-". Throws Error(subject, reason).
std::function<std::string(std::string_view key)> parse_grouping(const std::string& spec);

}  // namespace pairalign::stats
