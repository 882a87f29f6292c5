// See lane_kernel.hpp.
#define PAIRALIGN_LEVEL avx512
#include "align/lane_kernels.inc"
