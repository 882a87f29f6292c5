// A view of contiguous values, with bounds-checked indexing.
#pragma once

#include <gsl/span>

namespace pairalign {

template <class T>
using Span = gsl::span<T>;

}  // namespace pairalign
