// The distance of queries from places in recordings, by the embeddings of their audio: what the
// tokens of an archive have lost counts again.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "align/warping.hpp"
#include "audio/decoder.hpp"
#include "base/error.hpp"
#include "base/thread_pool.hpp"
#include "model/model.hpp"

namespace pairalign::rerank {

/// A part of a file, in seconds; without an end, to the end of the file.
struct AudioPart {
  std::string path;
  int channel = 0;  ///< counted from 1; 0: as the decoder's options say
  double start_s = 0;
  std::optional<double> end_s;
};

struct Candidate {
  std::size_t query = 0;
  AudioPart place;
};

struct Comparison {
  double distance = 0;  ///< see align::warp
  double start_s = 0;   ///< of the match, in the file
  double end_s = 0;
};

struct Comparisons {
  std::vector<std::optional<Comparison>> found;  ///< for each candidate; none: not comparable
  /// Why, by file: queries first, each in the order of first mention.
  std::vector<Error> faults;
};

/// Called with the number of files read so far, and of all files; one call at a time.
using ReadProgress = std::function<void(std::size_t done, std::size_t total)>;

/// Compares each candidate's place with its query. In infix mode the match is sought in the place
/// and a margin around it; in global mode the place is compared as it is. Files of queries are read
/// once, and so are files of places, from the first place to the last; damaged ones as far as
/// possible. The result does not depend on the number of threads.
Comparisons compare(const model::Model& model, align::Mode mode,
                    const std::vector<AudioPart>& queries, const std::vector<Candidate>& candidates,
                    const audio::DecoderOptions& options, ThreadPool& pool,
                    const ReadProgress& progress);

}  // namespace pairalign::rerank
