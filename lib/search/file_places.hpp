// Places identified by file and time, where records are parts of files.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "archive/archive.hpp"
#include "base/span.hpp"
#include "search/searcher.hpp"

namespace pairalign::search {

/// In seconds of a file, or in tokens of a record without times.
struct FilePlace {
  std::string file;
  double begin;
  double end;
};

/// The place of tokens [begin, end) of a record.
FilePlace file_place(const archive::Archive& archive, std::size_t record, std::size_t begin,
                     std::size_t end);

/// Whether any key of an archive names a part of a file.
bool has_parts(const archive::Archive& archive);

bool overlap(const FilePlace& a, const FilePlace& b);

/// The hits that `find(k, places)` returns (places as in SearchConfig), best first and without
/// repeats: windows of a recording overlap, so one place may lie in several of them, whole or cut.
/// A hit is dropped if it has more than half of itself, or of a better one, in common with that
/// one, or if its file already has `config.places` hits. `find` is called with larger numbers until
/// there are `config.k` hits. Records whose keys name whole files, and global mode, are left as
/// they are.
using FindHits = std::function<std::vector<Hit>(std::size_t k, std::size_t places)>;
std::vector<Hit> without_repeats(Span<const archive::Archive> archives, const SearchConfig& config,
                                 const FindHits& find);

}  // namespace pairalign::search
