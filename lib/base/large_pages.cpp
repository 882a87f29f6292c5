#include "base/large_pages.hpp"

#include <cerrno>
#include <cstdint>

#include <sys/mman.h>
#include <unistd.h>

namespace pairalign {

void prefer_large_pages(void* begin, std::size_t bytes) {
  // The kernel takes whole pages only; pages that are only partly ours stay as they are.
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(begin);
  const std::uintptr_t first = (address + page - 1) / page * page;
  const std::uintptr_t end = (address + bytes) / page * page;
  if (end <= first) return;
  const int error = errno;  // ignoring the hint is not a failure
  ::madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
  errno = error;
}

}  // namespace pairalign
