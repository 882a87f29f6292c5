// Two streams of strings for the same recordings: how similar the two strings of each pair are, and
// how many tokens one stream saves over the other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/span.hpp"
#include "tokens/record.hpp"

namespace pairalign::stats {

/// Finds the record of a reference stream that matches a key: the one with the same key, else the
/// only one with the same stem (no folders, no extension, media fragment kept), so that `a/x.wav`
/// matches `b/x.opus`.
class KeyMatcher {
 public:
  /// Numbers the keys in the order of the calls. Throws Error(key, ...) for a duplicate key.
  void add(const std::string& key);
  /// The number of the key that matches `key`; nothing if there is none, or if several share its
  /// stem.
  std::optional<std::size_t> match(const std::string& key);

  /// Keys for which `match` found nothing.
  const std::vector<std::string>& unmatched() const { return unmatched_; }
  /// Keys of the reference that `match` has not returned.
  std::vector<std::string> unused() const;

 private:
  static constexpr std::size_t kAmbiguous = static_cast<std::size_t>(-1);
  std::unordered_map<std::string, std::size_t> by_key_;
  std::unordered_map<std::string, std::size_t> by_stem_;
  std::vector<std::string> keys_;
  std::vector<bool> used_;
  std::vector<std::string> unmatched_;
};

struct PairMeasures {
  double edit_similarity;  ///< 1 − distance / length of the longer; 1 for two empty strings
  double jaccard;          ///< of the sets of tokens; 1 for two empty strings
  double length_ratio;     ///< shorter / longer; 1 for two empty strings
  double edits;            ///< edit distance
  double length_change;    ///< |difference of lengths|
};

/// A measure by its name in JSON and in text.
struct PairMeasure {
  const char* name;
  const char* label;
  double PairMeasures::*value;
};
constexpr std::array<PairMeasure, 5> kPairMeasures = {
    {{"edit_similarity", "edit similarity", &PairMeasures::edit_similarity},
     {"jaccard", "Jaccard", &PairMeasures::jaccard},
     {"length_ratio", "length ratio", &PairMeasures::length_ratio},
     {"edits", "edits", &PairMeasures::edits},
     {"length_change", "length change", &PairMeasures::length_change}}};

PairMeasures measure_pair(Span<const tokens::Token> a, Span<const tokens::Token> b);

/// Compares a stream against a reference, which is held in memory.
class PairComparison : public KeyMatcher {
 public:
  /// Add the whole reference first, then the stream.
  void add_reference(const tokens::Record& record);
  void add(const tokens::Record& record);

  /// Of each pair, in the order of the stream.
  const std::vector<PairMeasures>& measures() const { return measures_; }
  std::vector<double> values(double PairMeasures::*measure) const;
  std::size_t identical() const;  ///< pairs at distance 0

 private:
  std::vector<std::vector<tokens::Token>> references_;
  std::vector<PairMeasures> measures_;
};

/// Two token counts: of a recording, or of all.
struct Reduction {
  std::string key;
  std::uint64_t tokens = 0;
  std::uint64_t reference_tokens = 0;

  /// 1 − tokens / reference tokens; nothing when the reference has none.
  std::optional<double> share() const;
};

/// Counts tokens of a stream against a reference, of which only keys and counts are held in
/// memory.
class ReductionComparison : public KeyMatcher {
 public:
  void add_reference(const tokens::Record& record);
  void add(const tokens::Record& record);

  /// Of each matched record, in the order of the stream.
  const std::vector<Reduction>& records() const { return records_; }
  const Reduction& total() const { return total_; }

 private:
  std::vector<std::uint64_t> references_;
  std::vector<Reduction> records_;
  Reduction total_;
};

}  // namespace pairalign::stats
