// Runs the kernels over texts of any length. Not part of the library's face.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/span.hpp"
#include "search/lane_kernel.hpp"
#include "search/lane_profile.hpp"

namespace pairalign::search {

/// The matrices of a profile in the lanes of a kernel, one text or set of texts after the other.
template <class Word>
class LaneScanner {
 public:
  explicit LaneScanner(const LaneKernel<Word>& kernel) : kernel_(kernel) {}

  std::size_t lanes() const { return kernel_.lanes; }

  /// The distance of each of the profile's queries, as many as it is wide, to the one text. The
  /// profile is as wide as the kernel.
  void scan_shared(const LaneProfile<Word>& profile, Span<const Token> text,
                   std::uint32_t* distances);
  /// The distances of the profile's one query to each of at most as many texts as there are lanes:
  /// fastest where these are equally long.
  void scan_own(const LaneProfile<Word>& profile, Span<const Span<const Token>> texts,
                std::uint32_t* distances);

 private:
  void begin(const LaneProfile<Word>& profile, std::size_t texts);
  void spread(const std::vector<Word>& from, std::size_t width, std::vector<Word>& to) const;
  void number_rows(const TokenRows& numbers, Span<const Span<const Token>> texts,
                   std::size_t longest, std::size_t done, std::size_t columns);
  void start_carries(Span<const Span<const Token>> texts, std::size_t longest, std::size_t done,
                     std::size_t columns);
  void run_blocks(const LaneProfile<Word>& profile, const LaneFunction<Word>* functions,
                  std::size_t columns);
  void run(const LaneProfile<Word>& profile, const LaneFunction<Word>* functions,
           Span<const Span<const Token>> texts);
  std::uint32_t distance(const LaneProfile<Word>& profile, std::size_t lane,
                         std::size_t text_tokens) const;

  const LaneKernel<Word>& kernel_;
  // See LaneRun.
  std::vector<RowNumber> rows_;
  std::vector<Word> plus_, minus_;              // (blocks, lanes)
  std::vector<Word> carry_plus_, carry_minus_;  // (kLaneColumns, lanes); none where not needed
  std::vector<Word> value_, lowest_;            // (lanes)
};

extern template class LaneScanner<std::uint32_t>;
extern template class LaneScanner<std::uint64_t>;

}  // namespace pairalign::search
