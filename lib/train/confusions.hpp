// Which tokens are heard for one another, counted on degraded views of clean speech and on natural
// pairs.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "base/thread_pool.hpp"
#include "model/file/substitution.hpp"
#include "model/model.hpp"
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

/// The strings of two spans that hold the same content.
using StringPair = std::pair<std::vector<tokens::Token>, std::vector<tokens::Token>>;

/// A token that the other speaker's string often lacks says little where both have it: adds
/// `weight` · log2(usual share / share of a token's occurrences that stand alone) to the scores of
/// the token, in bits, for both tokens of a pair. Shares are those of the alignments of `pairs` at
/// the soft costs of `table`. Nothing changes where no token stands alone. All tokens are of the
/// vocabulary.
void weigh_by_constancy(const std::vector<StringPair>& pairs, double weight,
                        model::Substitution& table);

/// Listens to crops of the recordings and to degraded views of them, as in training, and returns a
/// table for every tokenizer that the model holds ("vq", "dpvq", "pairalign"). Tokens are aligned
/// frame by frame: through the known time maps of the views and, where there are natural `pairs`,
/// along their DTW paths; `recipe.pairs.table_share` mixes the two, and tokens are weighed by
/// constancy. The result does not depend on
/// the number of threads. None for a vocabulary that is too large for a table. Throws Error when
/// the model has no rate curve yet.
///
/// It takes some minutes: `report` hears, on this thread, how many of all crops are done.
using CropReport = std::function<void(std::size_t done, std::size_t all)>;
model::SubstitutionTables measure_substitutions(const model::Model& model, const Recipe& recipe,
                                                const PcmStore& store, const NoiseBank& noise,
                                                const NaturalPairs& pairs, ThreadPool& pool,
                                                const CropReport& report = {});

}  // namespace pairalign::train
