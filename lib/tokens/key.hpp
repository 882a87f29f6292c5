// Keys: the paths of recordings, with a media fragment for a part or a channel.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pairalign::tokens {

/// Escapes TAB, newline and backslash, and a leading '#', as in a KEY field; and the reverse.
/// `unescape_key` throws Error("", reason) on a dangling or unknown escape.
std::string escape_key(std::string_view key);
std::string unescape_key(std::string_view field);

/// A key split at its media fragment: `#t=start,end` (W3C Media Fragments, normal play time in
/// plain seconds; either end may be left out); `#channel=N`, which is our own; or
/// `#channel=N&t=start,end`. Anything else after the last '#' belongs to the path.
struct Fragment {
  std::string_view path;
  double start_s = 0;
  std::optional<double> end_s;
  int channel = 0;  ///< counted from 1; 0: none is named
};
Fragment split_fragment(std::string_view key);

/// `key` with a media fragment for [start, end) seconds, two decimals. A fragment that `key`
/// already has is replaced: its start is added to both ends.
std::string with_fragment(std::string_view key, double start_s, double end_s);

/// `key` with a media fragment for one channel, counted from 1; times in `key` are kept.
std::string with_channel(std::string_view key, int channel);

/// `key` with a media fragment for its channel, if it names one, and without times.
std::string without_times(std::string_view key);

/// The key of the whole file at `path`: the path, with `#t=0` added if it would otherwise be taken
/// for a part of another file, as `talk#t=5,9` would.
std::string key_of_file(std::string_view path);

/// The part of a key that metrics and qrels use: no folders, no extension, no media fragment unless
/// `keep_fragment`. A leading dot does not begin an extension.
std::string key_stem(std::string_view key, bool keep_fragment = false);

}  // namespace pairalign::tokens
