// Keys of parts and channels of recordings.
#pragma once

#include <string>
#include <string_view>

#include "tokens/record.hpp"

namespace pairalign::tokens {

/// A key split at its media fragment: `#t=start,end`, as in `Fragment`; `#channel=N`, which is our
/// own; or `#channel=N&t=start,end`. Anything else after the last '#' belongs to the path.
struct KeyParts {
  Fragment part;
  int channel = 0;  ///< counted from 1; 0: none is named
};
KeyParts split_key(std::string_view key);

/// `key` with a media fragment for one channel, counted from 1; times in `key` are kept.
std::string with_channel(std::string_view key, int channel);

/// The key of the whole file at `path`: the path, with `#t=0` added if it would otherwise be taken
/// for a part of another file, as `talk#t=5,9` would.
std::string key_of_file(std::string_view path);

}  // namespace pairalign::tokens
