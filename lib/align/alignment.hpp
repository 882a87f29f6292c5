// How two strings correspond, token by token.
#pragma once

#include <string>

#include "align/distance.hpp"

namespace pairalign::align {

/// The edits of an optimal global alignment, in order: '=' for a match, 'X' for a substitution, 'I'
/// for a token that only the query has (Distance::deletion) and 'D' for one that only the document
/// has (Distance::insertion), as in SAM's CIGAR strings. Ties are always broken the same way.
/// The query must not be in parts (Distance::in_parts).
///
/// O(m · n) time and O(m + n) memory: large matrices are split where an optimal alignment crosses
/// the middle of the query (Hirschberg, "A linear space algorithm for computing maximal common
/// subsequences", CACM 18, 1975).
std::string edit_script(const Distance& distance, Span<const Token> query,
                        Span<const Token> document);

/// Run-length encoded: "==X=" becomes 2=1X1=. An empty alignment gives "*".
std::string cigar(const std::string& edits);

}  // namespace pairalign::align
