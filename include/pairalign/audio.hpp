// Audio of any kind as a stream of samples.
#pragma once

#include "audio/decoder.hpp"
