// Names of what libsndfile reads.
#pragma once

#include "audio/reader.hpp"

namespace pairalign::audio {

/// Of a format of libsndfile (SF_INFO); without the number of frames.
Coding coding_of(int format);

}  // namespace pairalign::audio
