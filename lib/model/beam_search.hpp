// Beam search over token strings with ends: time-synchronous and semi-Markov, as in segmental
// decoding of speech.
//
// Hypotheses wait in buckets by their anchor, and the earliest bucket is always next, so whatever
// is compared has accounted for the same audio. The score of a hypothesis is
//
//   Σ ln P(token) + ln D'(end),   D' = D tilted so that its `end_quantile` becomes its median:
//
// what D has before the quantile is scaled to a mass of one half, and so is what it has behind. A
// step continues with the `beam` likeliest tokens, each with its `beam` likeliest ends. A bucket
// holds the `beam` best; of two that wrote the same tokens as far back as a step can see, which
// differ in ends alone, only the better one.
#pragma once

#include <map>
#include <vector>

#include "model/string_search.hpp"

namespace pairalign::model {

/// D → D' of `count` values, for a quantile in (0, 1).
void tilt_ends(const float* ends, int count, double quantile, std::vector<float>& tilted);

class BeamSearch : public StringSearch {
 public:
  using StringSearch::StringSearch;
  int begin(std::uint64_t seed) override;
  void advance(nn::Weights w, const DecoderMemory::Cache& memory,
               const std::vector<DecodeReach>& reaches) override;
  DecodedString end(int string) override;

 private:
  // A token at the end of a string; the tokens before it are its ancestors, shared between strings.
  struct Node {
    DecodedToken token;
    int count = 0;  // of tokens up to here
    int parent = -1;
    int references = 0;  // of children and hypotheses
  };
  struct Hypothesis {
    int node = -1;   // none: nothing written
    int block = -1;  // of history_: keys and values of the steps that wrote it
    double score = 0;
    bool capped = false;
  };
  using Bucket = std::vector<Hypothesis>;
  struct String {
    std::map<int, Bucket> buckets;  // by anchor
    Bucket ended;                   // by EOS: the best one
  };
  // A hypothesis that takes part in the step of this round.
  struct Row {
    DecodeReach reach;
    int anchor = 0;
    Hypothesis hypothesis;
    int block = -1;  // with its own step
  };

  String& string_of(const Row& row) { return strings_[static_cast<std::size_t>(row.reach.string)]; }
  int count(const Hypothesis& hypothesis) const;
  double final_score(const Hypothesis& hypothesis) const;

  void gather_rows(const std::vector<DecodeReach>& reaches);
  void gather_first_bucket(const DecodeReach& reach);
  void remove_capped(const DecodeReach& reach, String& string, Bucket& bucket);
  void prepare_step();
  int continue_block(const Hypothesis& hypothesis);
  void choose_outputs();
  void expand(std::size_t rank);
  void expand_row(std::size_t r, int token);
  void finish_row(const Row& row);
  void end_by_eos(std::size_t r);
  void insert(Row& row, const DecodedToken& token, double score);
  bool same_tokens(const Hypothesis& a, int parent, tokens::Token token) const;

  int new_node(const DecodedToken& token, int parent);
  void hold(const Hypothesis& hypothesis);
  void release(const Hypothesis& hypothesis);
  void release_node(int node);
  void release_block(int block);

  std::vector<String> strings_;
  std::vector<int> free_strings_;
  std::vector<Node> nodes_;
  std::vector<int> free_nodes_;
  Decoder::History history_;           // blocks of config().history rows
  std::vector<int> block_references_;  // of hypotheses and rows
  std::vector<int> free_blocks_;

  std::vector<Row> rows_;
  std::vector<float> weights_;             // (rows, outputs)
  std::vector<std::vector<int>> choices_;  // of each row the likeliest outputs, best first
  Decoder::Cache cache_;
  StepWindows windows_;
  std::vector<nn::KeyWindow> end_windows_;
  std::vector<int> inputs_, tokens_, order_;
  std::vector<tokens::Token> recent_;
  std::vector<float> tilted_;
};

}  // namespace pairalign::model
