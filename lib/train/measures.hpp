// What is measured with a trained model and kept in it: token rates of the tokenizers as functions
// of their control, the penalty, and background strings of speech for E-values (see
// model/file/substitution.hpp).
#pragma once

#include <cstddef>
#include <vector>

#include "base/thread_pool.hpp"
#include "model/model.hpp"
#include "model/tokenizer.hpp"
#include "train/corpus.hpp"

namespace pairalign::train {

/// Of `kind`, dpvq or pairalign, by the penalty of its path, from 0: tokenises up to `seconds` of
/// the recordings at a series of ascending penalties. Points at which the rate does not fall are
/// left out, so the curve is strictly monotone. Empty for a decoder without a path.
std::vector<model::RatePoint> measure_rate_curve(const model::Model& model,
                                                 model::TokenizerKind kind, const PcmStore& store,
                                                 double seconds, ThreadPool& pool);

/// Tokenises pieces of recordings, drawn from all of `store`, with every tokenizer of the model
/// ("vq", "dpvq" at its default rate, "pairalign"), until there are kChanceTokens of each or no
/// more audio. The result does not depend on the number of threads.
model::ChanceStrings measure_chance_strings(const model::Model& model, const PcmStore& store,
                                            ThreadPool& pool);

/// The stage name with which `pa-train --stage` runs only this, on a trained model.
inline constexpr const char* kChanceStage = "chance";

/// An hour and a half of pairalign strings, 128 kB in the model file.
inline constexpr std::size_t kChanceTokens = std::size_t{1} << 16;

}  // namespace pairalign::train
