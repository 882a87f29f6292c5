#include "align/alignment.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pairalign::align {
namespace {

// Matrices of at most this many cells are kept whole.
constexpr std::size_t kMaxCells = std::size_t{1} << 20;

class Aligner {
 public:
  explicit Aligner(const Distance& distance) : distance_(distance) {}

  void align(Span<const Token> query, Span<const Token> document) {
    const std::size_t cells = (query.size() + 1) * (document.size() + 1);
    if (cells <= kMaxCells || query.size() < 2) {
      trace(query, document);
      return;
    }
    const std::size_t middle = query.size() / 2;
    const auto front = query.first(middle), back = query.subspan(middle);
    const std::size_t cut = crossing(front, back, document);
    align(front, document.first(cut));
    align(back, document.subspan(cut));
  }

  std::string edits() { return std::move(edits_); }

 private:
  // Where in the document an optimal alignment passes from the front of the query to the back.
  std::size_t crossing(Span<const Token> front, Span<const Token> back,
                       Span<const Token> document) const {
    const std::vector<std::uint32_t> before = prefixes(front, document);
    const std::vector<Token> backwards(document.rbegin(), document.rend());
    const std::vector<Token> back_query(back.rbegin(), back.rend());
    const std::vector<std::uint32_t> behind = prefixes(back_query, backwards);
    std::size_t best = 0;
    for (std::size_t cut = 1; cut < before.size(); ++cut) {
      const std::size_t rest = behind.size() - 1;
      if (before[cut] + behind[rest - cut] < before[best] + behind[rest - best]) best = cut;
    }
    return best;
  }

  // The distance of a query from every prefix of the document, from the empty one to the whole.
  std::vector<std::uint32_t> prefixes(Span<const Token> query, Span<const Token> document) const {
    std::vector<std::uint32_t> values;
    distance_.rows(query)->values(document, Start::front, values);
    values.insert(values.begin(), static_cast<std::uint32_t>(distance_.max_distance(query)));
    return values;
  }

  void trace(Span<const Token> query, Span<const Token> document) {
    const std::size_t width = document.size() + 1;
    const auto insertion = static_cast<std::uint32_t>(distance_.insertion());
    std::vector<char> last((query.size() + 1) * width);  // the edit that leads to a cell
    std::vector<std::uint32_t> row(width);
    for (std::size_t j = 1; j < width; ++j) {
      row[j] = row[j - 1] + insertion;
      last[j] = 'D';
    }
    for (std::size_t i = 1; i <= query.size(); ++i) {
      const Token wanted = query[i - 1];
      const auto deletion = static_cast<std::uint32_t>(distance_.deletion(wanted));
      std::uint32_t diagonal = row[0];
      row[0] += deletion;
      last[i * width] = 'I';
      for (std::size_t j = 1; j < width; ++j) {
        const Token token = document[j - 1];
        const std::uint32_t paired =
            diagonal + static_cast<std::uint32_t>(distance_.substitution(wanted, token));
        diagonal = row[j];
        row[j] = std::min({paired, row[j] + deletion, row[j - 1] + insertion});
        last[i * width + j] = row[j] == paired                ? (wanted == token ? '=' : 'X')
                              : row[j] == diagonal + deletion ? 'I'
                                                              : 'D';
      }
    }
    const auto begin = static_cast<std::ptrdiff_t>(edits_.size());
    for (std::size_t i = query.size(), j = document.size(); i > 0 || j > 0;) {
      const char edit = last[i * width + j];
      edits_ += edit;
      i -= edit != 'D';
      j -= edit != 'I';
    }
    std::reverse(edits_.begin() + begin, edits_.end());
  }

  const Distance& distance_;
  std::string edits_;
};

}  // namespace

std::string edit_script(const Distance& distance, Span<const Token> query,
                        Span<const Token> document) {
  Aligner aligner(distance);
  aligner.align(query, document);
  return aligner.edits();
}

std::string cigar(const std::string& edits) {
  std::string runs;
  for (std::size_t begin = 0; begin < edits.size();) {
    const std::size_t end = std::min(edits.find_first_not_of(edits[begin], begin), edits.size());
    runs += std::to_string(end - begin) + edits[begin];
    begin = end;
  }
  return runs.empty() ? "*" : runs;
}

}  // namespace pairalign::align
