// Token strings as text: what the tools read and write.
#pragma once

#include "tokens/reader.hpp"
#include "tokens/record.hpp"
#include "tokens/writer.hpp"
