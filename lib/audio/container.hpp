// Lengths that the header of an audio file promises, where libsndfile does not hold a file to them.
#pragma once

#include <cstdint>
#include <string>

namespace pairalign::audio {

/// What is wrong with the length of the WAV, RF64, AIFF or AU file in bytes [start, end) of the
/// seekable descriptor `fd`, in words for the user: audio cut short, or a header that was never
/// completed. libsndfile reads such files as if they were whole. Empty when nothing is wrong, for
/// other formats (whose readers notice themselves) and where the header leaves the length open, as
/// programs do that write to a pipe. The position of the descriptor is left alone.
std::string fault_of_length(int fd, std::int64_t start, std::int64_t end);

}  // namespace pairalign::audio
