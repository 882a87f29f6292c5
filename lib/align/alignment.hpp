// How two strings correspond, token by token.
#pragma once

#include <string>

#include "align/distance.hpp"

namespace pairalign::align {

/// The edits of an alignment of two whole strings at the least distance, in their order: '=' where
/// a token meets the same token, 'X' where it meets another, 'I' where only the query has one, 'D'
/// where only the document has one, as in SAM's CIGAR strings. Of several alignments always the
/// same.
///
/// O(m · n) time and O(m + n) memory: large matrices are cut where a best alignment crosses the
/// middle of the query (Hirschberg, "A linear space algorithm for computing maximal common
/// subsequences", CACM 18, 1975).
std::string edit_script(const Distance& distance, Span<const Token> query,
                        Span<const Token> document);

/// Run lengths: "==X=" is 2=1X1=. Of an empty alignment "*".
std::string cigar(const std::string& edits);

}  // namespace pairalign::align
