// Which wide registers to compute in.
#pragma once

namespace pairalign::search {

/// Ways to run a scan, the fastest last. Results do not depend on it.
enum class SimdLevel {
  scalar,  ///< any processor: one string at a time
  avx2,
  avx512,  ///< AVX-512 F, BW, DQ, VL and VPOPCNTDQ: Ice Lake, Zen 4 and later
};

/// The fastest that this processor runs. It runs those below, too.
SimdLevel best_simd_level();

}  // namespace pairalign::search
