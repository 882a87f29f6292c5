// Dynamic time warping of sequences of embeddings, one per frame.
#pragma once

#include <cstddef>

#include "align/distance.hpp"
#include "base/span.hpp"

namespace pairalign::align {

/// Where a query matches a document: its frames [begin, end), in global mode all of them.
struct WarpedMatch {
  double distance = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The best alignment of `query` (frames, dimension) with `document` (frames, dimension), rows of
/// unit length and at least one of each, by steps (1,1), (1,0) and (0,1): the one with the least
/// sum of 1 − cosine. Global mode: from corner to corner (Sakoe and Chiba 1978); infix: the query
/// with any part of the document (subsequence DTW; Müller, "Information Retrieval for Music and
/// Motion", 2007, section 4.4). Its distance is that sum divided by the frames of the query, in
/// global mode by the mean of the frames of both. Of equally good parts, the first that ends.
WarpedMatch warp(Span<const float> query, Span<const float> document, std::size_t dimension,
                 Mode mode);

}  // namespace pairalign::align
