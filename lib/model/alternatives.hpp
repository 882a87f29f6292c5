// The tokens that may stand at a place of a string, for queries: see align/soft_cost.hpp.
#pragma once

#include <vector>

#include "base/span.hpp"
#include "model/model.hpp"
#include "tokens/record.hpp"

namespace pairalign::model {

/// The parts of a segment, of at most two frames each, with the likeliest `count` codes of each,
/// weighted by a softmax of their cosines with its mean embedding, and the segment's token, which
/// has some of the weight in any case; most likely first. Codes of less than a thousandth of the
/// sum are left out. `embeddings`: (frames, dimension), at least one frame.
std::vector<tokens::Mixture> likely_codes(const Model& model, tokens::Token token,
                                          Span<const float> embeddings, int count);

}  // namespace pairalign::model
