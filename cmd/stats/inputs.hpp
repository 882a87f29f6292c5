// The inputs of pa-stats: audio, a list of audio, or token strings.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "options.hpp"

namespace pairalign {

enum class StatsInput { records, audio };

/// Judged by folders, names and first bytes, without consuming any from a pipe. Throws
/// cli::UsageError for a mixture of both.
StatsInput kind_of_input(const StatsOptions& options);

/// Calls `take(path, key)` for each recording, `fail(path, reason)` for what is not one.
void for_each_recording(const StatsOptions& options,
                        const std::function<void(std::string path, std::string key)>& take,
                        const std::function<void(std::string path, std::string reason)>& fail);

}  // namespace pairalign
