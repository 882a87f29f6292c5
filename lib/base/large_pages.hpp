// A hint to the kernel for buffers of megabytes.
#pragma once

#include <cstddef>

namespace pairalign {

/// Requests large pages (2 MiB on x86-64) within these bytes: one page fault instead of 512, for
/// programs that run so briefly that they spend their time on faults. Call it before the memory is
/// written. Without effect where the system has no such pages.
void prefer_large_pages(void* begin, std::size_t bytes);

}  // namespace pairalign
