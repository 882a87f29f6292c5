#include "search/lane_kernel.hpp"

namespace pairalign::search {

template <>
const LaneKernel<std::uint32_t>* lane_kernel(SimdLevel level) {
#ifdef PAIRALIGN_X86_LANES
  if (level == SimdLevel::avx2) return &avx2::kernel32;
  if (level == SimdLevel::avx512) return &avx512::kernel32;
#endif
  return nullptr;
}

template <>
const LaneKernel<std::uint64_t>* lane_kernel(SimdLevel level) {
#ifdef PAIRALIGN_X86_LANES
  if (level == SimdLevel::avx2) return &avx2::kernel64;
  if (level == SimdLevel::avx512) return &avx512::kernel64;
#endif
  return nullptr;
}

}  // namespace pairalign::search
