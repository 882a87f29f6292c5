// What pa-tokenize is to read.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "audio/decoder.hpp"
#include "options.hpp"

namespace pairalign {

/// An input; `fault` is set when it was found unusable before it was opened.
struct Item {
  std::string path;
  std::string key;  ///< of its records
  std::string fault;
  std::uint64_t bytes = 0;  ///< of the file; 0: not known
};

/// In order; files that an archive has, as they are, are passed over when the user wants that.
void for_each_item(const TokenizeOptions& options, const std::function<void(Item)>& take);

/// Whether the file at `path` goes through --pre: the last glob that matches its name, or its path
/// where the glob holds a '/', decides; "!GLOB" takes files out.
bool wants_pre(const TokenizeOptions& options, const std::string& path);

/// Its size; 0: not known.
std::uint64_t size_of(const std::string& path);

/// What to open for a path: a file, or, where there is none of that name, the part of one that a
/// media fragment names.
struct Source {
  std::string path;
  audio::DecoderOptions options;
};

/// Throws Error(path, reason) for a fragment that makes no sense.
Source find_source(const std::string& path, const audio::DecoderOptions& usual);

}  // namespace pairalign
