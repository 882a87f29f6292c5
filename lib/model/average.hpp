// Averages of models that were trained on from one another.
#pragma once

#include <vector>

#include "model/model.hpp"

namespace pairalign::model {

/// The mean of the weights of `models` (at least one), each code scaled to unit length, which often
/// generalises better than any of them (Wortsman et al., "Model soups", arXiv:2203.05482). Only
/// models of one lineage have their codes in the same places. Everything else is taken from the
/// first; the substitution scores should be counted anew. Throws Error if the shapes differ.
Model average(const std::vector<Model>& models);

}  // namespace pairalign::model
