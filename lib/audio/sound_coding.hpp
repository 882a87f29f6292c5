// Names of the formats that libsndfile reads.
#pragma once

#include "audio/reader.hpp"

namespace pairalign::audio {

/// Coding of a libsndfile format (SF_INFO), without the number of frames.
Coding coding_of(int format);

}  // namespace pairalign::audio
