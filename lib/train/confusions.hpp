// Which tokens are heard for one another, counted on degraded views of clean speech and on natural
// pairs.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "base/thread_pool.hpp"
#include "model/model.hpp"
#include "model/substitution.hpp"
#include "tokens/record.hpp"
#include "train/natural_pairs.hpp"
#include "train/pcm_store.hpp"
#include "train/recipe.hpp"
#include "train/views.hpp"

namespace pairalign::train {

/// Counts of aligned tokens: one of clean speech, one of the same moment degraded.
class ConfusionCounts {
 public:
  explicit ConfusionCounts(int vocabulary);

  /// Throws Error("", reason) for a token beyond the vocabulary.
  void add(tokens::Token clean, tokens::Token heard, double weight = 1);

  int vocabulary() const { return vocabulary_; }
  double count(int clean, int heard) const;
  double total() const;

 private:
  int vocabulary_;
  std::vector<double> counts_;  // (clean, heard)
};

/// How counts become scores. Found on the development set of speech, where retrieval hardly depends
/// on either.
struct SubstitutionConfig {
  /// Mixed into the shares of pairs: how often aligned tokens have nothing to do with one another.
  /// No score falls below log2 of it.
  double chance = 0.05;
  /// Each token counts as heard right this often more than it was seen, so that a rare one, too,
  /// stands for itself.
  double own_count = 1;
  double highest_bits = 12;  ///< no score is higher
};

/// (1 − share) · a + share · b, after b is scaled to the total of a; a where b is empty.
ConfusionCounts mix(const ConfusionCounts& a, const ConfusionCounts& b, double share);

/// Log-odds of the counts, which are taken as those of both orders.
model::Substitution to_substitution(const ConfusionCounts& counts,
                                    const SubstitutionConfig& config = {});

/// Listens to crops of the recordings and to degraded views of them, as in training, and returns a
/// table for every tokenizer that the model holds ("vq", "dpvq", "pairalign"). Tokens are aligned
/// frame by frame: through the known time maps of the views and, where there are natural `pairs`,
/// along their DTW paths; `recipe.pairs.table_share` mixes the two. The result does not depend on
/// the number of threads. None for a vocabulary that is too large for a table. Throws Error when
/// the model has no rate curve yet.
///
/// It takes a minute or two: `report` hears, on this thread, how many of all crops are done.
using CropReport = std::function<void(std::size_t done, std::size_t all)>;
model::SubstitutionTables measure_substitutions(const model::Model& model, const Recipe& recipe,
                                                const PcmStore& store, const NoiseBank& noise,
                                                const NaturalPairs& pairs, ThreadPool& pool,
                                                const CropReport& report = {});

}  // namespace pairalign::train
