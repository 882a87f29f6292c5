// A hint to the kernel for buffers of megabytes.
#pragma once

#include <cstddef>

namespace pairalign {

/// Asks that the pages within these bytes be large ones (of 2 MiB on x86-64): one fault instead of
/// 512, where a program that starts, works for a moment and ends spends its time on faults. Call it
/// before the memory is written. Without effect where the system has no such pages.
void prefer_large_pages(void* begin, std::size_t bytes);

}  // namespace pairalign
