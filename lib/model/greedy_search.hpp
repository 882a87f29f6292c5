// The greedy walk: at each step the likeliest token, or one drawn from the likeliest, and the
// quantile of its end.
#pragma once

#include <vector>

#include "base/random.hpp"
#include "model/string_search.hpp"

namespace pairalign::model {

/// The first index below `count` at which the cumulated distribution reaches `quantile`.
int quantile_index(const float* distribution, int count, double quantile);

class GreedySearch : public StringSearch {
 public:
  using StringSearch::StringSearch;
  int begin(std::uint64_t seed) override;
  void advance(nn::Weights w, const DecoderMemory::Cache& memory,
               const std::vector<DecodeReach>& reaches) override;
  DecodedString end(int string) override;

 private:
  struct Walk {
    DecodedString string;
    int anchor = 0;
    bool ended = false;  // by EOS
    int history = 0;     // rows of its block of history_ that are filled
    Random random;
  };

  // Of the strings that advance, those that have not yet come to their bound.
  struct Active {
    Walk* walk = nullptr;
    DecodeReach reach;
  };

  bool pauses(Walk& walk, const DecodeReach& reach) const;
  void prepare_step();
  int make_room(int block, int filled);
  void write_tokens();
  void write_ends();
  int choose(const float* probabilities, const Active& active);
  int draw(Random& random);

  std::vector<Walk> walks_;
  std::vector<int> free_;  // numbers of walks_ to be given out again
  std::vector<Active> active_;
  Decoder::History history_;  // a block of rows for each walk, twice what a step sees
  Decoder::Cache cache_;
  StepWindows windows_;
  std::vector<nn::KeyWindow> end_windows_;
  std::vector<int> inputs_, tokens_, order_;
  std::vector<tokens::Token> recent_;
  std::vector<float> weights_;
};

}  // namespace pairalign::model
