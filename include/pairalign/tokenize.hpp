// A trained model, and the tokenizers over it: files, or samples that are pushed as they come.
#pragma once

#include "model/model.hpp"
#include "model/tokenizer.hpp"
