// What the ways to search for a string have in common: see decoding.hpp for the terms.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "model/decoder.hpp"
#include "model/decoding.hpp"

namespace pairalign::model {

class StringSearch {
 public:
  StringSearch(const Decoder& decoder, const DecodeOptions& options)
      : decoder_(decoder), options_(options) {}
  virtual ~StringSearch() = default;
  virtual int begin(std::uint64_t seed) = 0;
  virtual void advance(nn::Weights w, const DecoderMemory::Cache& memory,
                       const std::vector<DecodeReach>& reaches) = 0;
  virtual DecodedString end(int string) = 0;

 protected:
  /// The outputs of a step as the rules weigh them: EOS only where the string may end, tokens among
  /// the `recent`, of which the last is the one just written, under the penalty. Both arrays:
  /// (outputs).
  void weigh(const float* probabilities, const std::vector<tokens::Token>& recent, bool may_end,
             float* weights) const;
  /// EOS ends no string that has not begun, nor one with more to say than a token can span.
  bool may_end(int tokens, int anchor, const DecodeReach& reach) const {
    return tokens > 0 && reach.frames - anchor < decoder_.config().longest;
  }
  bool at_cap(int tokens, const DecodeReach& reach) const;
  /// The first frame at which nothing is written for now.
  static int bound(const DecodeReach& reach) { return std::min(reach.frames, reach.until); }

  const Decoder& decoder_;
  DecodeOptions options_;
};

/// ln x, of 0 something finite, so that sums stay in order.
float finite_log(float x);

}  // namespace pairalign::model
