// Collects records and lays them out as a segment file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/segment_format.hpp"
#include "archive/source.hpp"
#include "base/error.hpp"
#include "base/thread_pool.hpp"
#include "tokens/record.hpp"

namespace pairalign::archive {

/// A record that cannot be stored; later ones may be. (Any other Error while adding concerns the
/// archive itself.)
class RefusedRecord : public Error {
 public:
  using Error::Error;
};

struct SectionList;

class SegmentBuilder {
 public:
  /// Throws RefusedRecord(key, reason), and adds nothing, for times that do not match the tokens
  /// and for records that would overflow the offsets of a segment.
  void add(const tokens::Record& record, const std::optional<Source>& source);

  /// Drops all records but the first `count`.
  void truncate(std::size_t count);

  std::size_t size() const { return centiseconds_.size(); }
  std::size_t token_count() const { return tokens_.size(); }
  /// Approximate memory in use; decides when a segment is full.
  std::size_t bytes() const;

  /// 0 when there are no tokens.
  tokens::Token largest_token() const;

  struct Layout {
    TokenCoding coding = TokenCoding::fixed;
    bool postings = true;
  };
  /// The bytes of the file (segment_format.hpp), in pieces; `header`: what is known of the strings.
  /// Entropy coding is not used where it would not make the file smaller. The result does not
  /// depend on the number of threads.
  std::vector<std::string> file(const tokens::Header& header, const Layout& layout,
                                ThreadPool& pool) const;

 private:
  void add_records(SectionList& sections) const;
  void add_tokens(TokenCoding coding, SegmentHead& head, SectionList& sections) const;
  std::string_view key(std::size_t i) const;
  std::vector<std::uint32_t> key_ends_{0};  // offsets, beginning with 0, like all `ends`
  std::string keys_;
  std::vector<std::uint32_t> token_ends_{0};
  std::vector<tokens::Token> tokens_;
  std::vector<std::uint32_t> centiseconds_;
  std::vector<std::uint32_t> start_ends_{0};
  std::string starts_;
  std::vector<std::uint32_t> source_index_;
  std::vector<Source> sources_;
};

}  // namespace pairalign::archive
