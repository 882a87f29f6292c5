// What pa-stats was given: audio, a list of audio, or token strings.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "options.hpp"

namespace pairalign {

enum class StatsInput { records, audio };

/// By folders, names and first bytes, without taking any from a pipe. Throws cli::UsageError for
/// both at once.
StatsInput kind_of_input(const StatsOptions& options);

/// Calls `take(path, key)` for each recording, `fail(path, reason)` for what is none.
void for_each_recording(const StatsOptions& options,
                        const std::function<void(std::string path, std::string key)>& take,
                        const std::function<void(std::string path, std::string reason)>& fail);

}  // namespace pairalign
