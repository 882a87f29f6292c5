// The background strings of speech that a model ships with for E-values; see
// model/file/chance_strings.hpp.
#pragma once

#include <cstddef>

#include "base/thread_pool.hpp"
#include "model/file/chance_strings.hpp"
#include "model/model.hpp"
#include "train/pcm_store.hpp"

namespace pairalign::train {

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
