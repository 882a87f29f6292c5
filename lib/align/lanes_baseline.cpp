// See lane_kernel.hpp.
#define PAIRALIGN_LEVEL baseline
#include "align/lane_kernels.inc"
