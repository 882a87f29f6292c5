// Archives of token strings: reading and appending.
#pragma once

#include "archive/archive.hpp"
#include "archive/writer.hpp"
