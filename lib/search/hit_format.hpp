// Hits as lines of text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.hpp"
#include "base/span.hpp"
#include "search/duplicates.hpp"
#include "search/searcher.hpp"
#include "tokens/label_document.hpp"

namespace pairalign::search {

enum class HitFormat {
  tsv,  ///< `QUERY TAB KEY#t=start,end TAB DISTANCE TAB SCORE TAB EVALUE`, keys escaped, score
        ///< to 4 decimals, E-value '-' when not asked for; with alignments further `CIGAR TAB
        ///< OFFSET`: see edit_script, and by how many seconds the same is later in the file of the
        ///< record than in the query's, '-' when times are not known
  jsonl,     ///< an object a hit; bytes of keys that are not UTF-8 come out as U+FFFD
  trec,      ///< `query Q0 document rank score tag`, names by their stems, blanks in them as '_'
  textgrid,  ///< one document for Praat, a label a hit: see tokens/label_document.hpp
  eaf,       ///< the same for ELAN
};

/// Parse "tsv", "jsonl", …; "infix", "global". Throw Error("", reason) with the choices.
HitFormat parse_hit_format(const std::string& name);
Mode parse_mode(const std::string& name);

/// Of the formats that are a document of labels.
std::optional<tokens::LabelFormat> label_format(HitFormat format);

/// Stateless between queries. The archives and the distance, which was searched with, must outlive
/// it.
class HitFormatter {
 public:
  /// `alignment`: whether hits tell how query and place correspond.
  HitFormatter(Span<const archive::Archive> archives, HitFormat format, Mode mode,
               const align::Distance& distance = align::kUnitCost, bool alignment = false)
      : archives_(archives),
        format_(format),
        mode_(mode),
        distance_(distance),
        alignment_(alignment) {}

  /// The lines of one query's hits, which are in their order. A TREC run names a document once per
  /// query: of several records of a file, the best stands for it.
  std::string lines(const tokens::Record& query, const std::vector<Hit>& hits) const;

  /// `KEY TAB KEY TAB DISTANCE TAB SCORE TAB EVALUE`; keys of parts with the fragment that tells
  /// where they are, as far as it is known.
  std::string line(const DuplicatePair& pair) const;

  /// Puts a label, `QUERY SCORE EVALUE`, beside the recording of a hit. Throws Error(key, reason)
  /// where it is not known when it was heard.
  void add_label(const std::string& query, const Hit& hit, tokens::LabelDocument& document) const;

  /// The key with the fragment in which the query was heard, where that is known; not escaped.
  std::string place(const Hit& hit) const;
  /// To the two digits that an estimate of chance is good for; "-" when not asked for.
  std::string evalue(const Hit& hit) const;

 private:
  std::string key(const Hit& hit) const;
  std::string distance(std::size_t distance) const;
  struct Correspondence {
    std::string cigar;
    std::optional<double> offset_s;
  };
  Correspondence correspondence(const tokens::Record& query, const Hit& hit) const;
  std::string tsv_line(const tokens::Record& query, const Hit& hit) const;
  std::string json_line(const tokens::Record& query, const Hit& hit, std::size_t rank) const;
  std::string trec_lines(const std::string& query, const std::vector<Hit>& hits) const;

  Span<const archive::Archive> archives_;
  HitFormat format_;
  Mode mode_;
  const align::Distance& distance_;
  bool alignment_;
};

}  // namespace pairalign::search
