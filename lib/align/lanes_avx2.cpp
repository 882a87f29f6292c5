// See lane_kernel.hpp.
#define PAIRALIGN_LEVEL avx2
#include "align/lane_kernels.inc"
