// Hits as lines of text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "archive/archive.hpp"
#include "base/span.hpp"
#include "search/duplicates.hpp"
#include "search/searcher.hpp"
#include "tokens/label_document.hpp"

namespace pairalign::search {

enum class HitFormat {
  tsv,  ///< `QUERY TAB KEY#t=start,end TAB DISTANCE TAB SCORE TAB EVALUE`, keys escaped, score
        ///< to 4 decimals, E-value '-' if not computed; with alignments also `CIGAR TAB OFFSET`:
        ///< see edit_script, and how many seconds later the match is in the file of the record than
        ///< in the query's, '-' if times are not known; last, `estimated` if the times are
  jsonl,     ///< one object per hit; bytes of keys that are not UTF-8 become U+FFFD
  trec,      ///< `query Q0 document rank score tag`, names are key stems, blanks become '_'
  textgrid,  ///< one document for Praat, one label per hit: see tokens/label_document.hpp
  eaf,       ///< the same for ELAN
};

/// Throws Error("", reason) that lists the choices.
HitFormat parse_hit_format(const std::string& name);

/// The label format of those that are a document of labels; empty for the others.
std::optional<tokens::LabelFormat> label_format(HitFormat format);

/// A hit as it is printed.
struct PrintedHit {
  std::string key;       ///< of the record
  std::string place;     ///< the key with the fragment in which the query was found, if known
  std::string distance;  ///< a number
  double score = 0;
  std::string evalue;  ///< a number, or "-" if not computed
  /// Tokens [first, second) of the record.
  std::optional<std::pair<std::size_t, std::size_t>> tokens{};
  bool estimated = false;  ///< the times are
  struct Alignment {
    std::string cigar;
    std::optional<double> offset_s;
  };
  std::optional<Alignment> alignment{};
};

/// The lines of one query's hits, in the order given; not for the formats that are documents. A
/// TREC run names a document once per query: of several records of a file, only the best is listed.
std::string hit_lines(HitFormat format, const std::string& query,
                      const std::vector<PrintedHit>& hits);

/// Stateless between queries. The archives and the distance used in the search must outlive it.
class HitFormatter {
 public:
  /// `alignment`: whether to output the alignment of query and place.
  HitFormatter(Span<const archive::Archive> archives, HitFormat format, Mode mode,
               const align::Distance& distance = align::kUnitCost, bool alignment = false)
      : archives_(archives),
        format_(format),
        mode_(mode),
        distance_(distance),
        alignment_(alignment) {}

  /// As `hit_lines`.
  std::string lines(const tokens::Record& query, const std::vector<Hit>& hits) const;

  /// `KEY TAB KEY TAB DISTANCE TAB SCORE TAB EVALUE`; the keys of parts have the fragment that
  /// locates them, as far as it is known.
  std::string line(const DuplicatePair& pair) const;

  /// Adds a label, `QUERY SCORE EVALUE`, to the recording of a hit. Throws Error(key, reason) if
  /// the time of the hit is not known.
  void add_label(const std::string& query, const Hit& hit, tokens::LabelDocument& document) const;

  /// The key with the fragment in which the query was found, if that is known; not escaped.
  std::string place(const Hit& hit) const;
  /// To two digits, which is all that the estimate is good for; "-" if not computed.
  std::string evalue(const Hit& hit) const;

 private:
  std::string key(const Hit& hit) const { return archives_[hit.archive].key(hit.record); }
  std::string distance(std::size_t distance) const;
  PrintedHit::Alignment alignment(const tokens::Record& query, const Hit& hit) const;

  Span<const archive::Archive> archives_;
  HitFormat format_;
  Mode mode_;
  const align::Distance& distance_;
  bool alignment_;
};

}  // namespace pairalign::search
