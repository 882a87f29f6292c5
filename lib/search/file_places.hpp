// Places told apart by the file and the time they are at, where records are parts of files.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "archive/archive.hpp"
#include "base/span.hpp"
#include "search/searcher.hpp"

namespace pairalign::search {

/// In seconds of a file, or in tokens of a record that does not tell its times.
struct FilePlace {
  std::string file;
  double begin;
  double end;
};

/// Of tokens [begin, end) of a record.
FilePlace file_place(const archive::Archive& archive, std::size_t record, std::size_t begin,
                     std::size_t end);

/// Whether keys of an archive name parts of files.
bool has_parts(const archive::Archive& archive);

bool overlap(const FilePlace& a, const FilePlace& b);

/// The hits that `find(k, places)` gives, places as in SearchConfig, best first and without those
/// that tell a place again: windows of a recording overlap, so that one place lies in several of
/// them, whole or cut. A hit is left out when more than half of it, or of a better one, is common
/// to both; and in excess of `config.places` in one file. `find` is called with larger numbers as
/// long as `config.k` are not reached. Records whose keys name whole files are left as they are,
/// and so is global mode.
using FindHits = std::function<std::vector<Hit>(std::size_t k, std::size_t places)>;
std::vector<Hit> without_repeats(Span<const archive::Archive> archives, const SearchConfig& config,
                                 const FindHits& find);

}  // namespace pairalign::search
