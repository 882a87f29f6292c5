// Confusions between tokens, counted on degraded views of clean speech and on natural pairs.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "base/thread_pool.hpp"
#include "model/file/substitution.hpp"
#include "model/model.hpp"
#include "tokens/record.hpp"
#include "train/corpus.hpp"
#include "train/natural_pairs.hpp"
#include "train/recipe.hpp"
#include "train/views.hpp"

namespace pairalign::train {

/// Counts of aligned token pairs: one of clean speech, one of the same moment degraded.
class ConfusionCounts {
 public:
  explicit ConfusionCounts(int vocabulary);

  /// Throws Error("", reason) for a token outside the vocabulary.
  void add(tokens::Token clean, tokens::Token heard, double weight = 1);

  int vocabulary() const { return vocabulary_; }
  double count(int clean, int heard) const;
  double total() const;

 private:
  int vocabulary_;
  std::vector<double> counts_;  // (clean, heard)
};

/// How counts become scores. Tuned on the development set of speech, where retrieval hardly depends
/// on these values.
struct SubstitutionConfig {
  /// Mixed into the shares of pairs: the probability that aligned tokens are unrelated. No score
  /// falls below log2 of it.
  double chance = 0.05;
  /// Pseudo-count of each token aligned with itself, so that a rare token, too, matches itself.
  double own_count = 1;
  double highest_bits = 12;  ///< no score is higher
};

/// (1 − share) · a + share · b, after b is scaled to the total of a; a if b is empty.
ConfusionCounts mix(const ConfusionCounts& a, const ConfusionCounts& b, double share);

/// Log-odds of the symmetrised counts.
model::Substitution to_substitution(const ConfusionCounts& counts,
                                    const SubstitutionConfig& config = {});

/// The strings of two spans that hold the same content.
using StringPair = std::pair<std::vector<tokens::Token>, std::vector<tokens::Token>>;

/// A token that the other speaker's string often lacks is weak evidence where both have it: adds
/// `weight` · log2(overall share / the token's share of unaligned occurrences), in bits, to the
/// scores of each token; a pair gets both terms. Shares are those in the alignments of `pairs` at
/// the soft costs of `table`. If no token is unaligned, nothing changes. All tokens must be in the
/// vocabulary.
void weigh_by_constancy(const std::vector<StringPair>& pairs, double weight,
                        model::Substitution& table);

/// Tokenises crops of the recordings and degraded views of them, as in training, and returns a
/// table for every tokenizer of the model ("vq", "dpvq", "pairalign"). Tokens are aligned frame by
/// frame: through the known time maps of the views and, if there are natural `pairs`, along their
/// DTW paths; `recipe.pairs.table_share` mixes the two, and weigh_by_constancy is applied. The
/// result does not depend on the number of threads. No tables for a vocabulary that is too large
/// for one. Throws Error if the model has no rate curve yet.
///
/// It takes some minutes: `report` is called, on this thread, with the number of crops done.
using CropReport = std::function<void(std::size_t done, std::size_t all)>;
model::SubstitutionTables measure_substitutions(const model::Model& model, const Recipe& recipe,
                                                const PcmStore& store, const NoiseBank& noise,
                                                const NaturalPairs& pairs, ThreadPool& pool,
                                                const CropReport& report = {});

}  // namespace pairalign::train
