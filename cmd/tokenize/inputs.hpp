// The inputs of pa-tokenize.
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

/// In order; with --skip, files that are archived and unchanged are skipped.
void for_each_item(const TokenizeOptions& options, const std::function<void(Item)>& take);

/// Whether the file at `path` goes through --pre: the last glob that matches its name, or its path
/// if the glob contains a '/', decides; "!GLOB" excludes files.
bool wants_pre(const TokenizeOptions& options, const std::string& path);

/// The size of a file; 0: not known.
std::uint64_t size_of(const std::string& path);

/// What to open for a path: a file or, if there is none of that name, the part of one that a media
/// fragment selects.
struct Source {
  std::string path;
  audio::DecoderOptions options;
};

/// Throws Error(path, reason) for a fragment that makes no sense.
Source find_source(const std::string& path, const audio::DecoderOptions& usual);

}  // namespace pairalign
