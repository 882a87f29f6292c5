#include "align/lane_kernel.hpp"

namespace pairalign::align {

namespace baseline {
extern const Kernels kernels;
}
#ifdef PAIRALIGN_X86_LANES
namespace avx2 {
extern const Kernels kernels;
}
namespace avx512 {
extern const Kernels kernels;
}
#endif

const Kernels* kernels(SimdLevel level) {
  if (level == SimdLevel::scalar) return nullptr;
#ifdef PAIRALIGN_X86_LANES
  if (level == SimdLevel::avx512) return &avx512::kernels;
  if (level == SimdLevel::avx2) return &avx2::kernels;
#endif
  return &baseline::kernels;
}

SimdLevel best_simd_level() {
#ifdef PAIRALIGN_X86_LANES
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vpopcntdq")) {
    return SimdLevel::avx512;
  }
  if (__builtin_cpu_supports("avx2")) return SimdLevel::avx2;
#endif
  return SimdLevel::baseline;
}

}  // namespace pairalign::align
