// A trained model and its tokenizers, for files or for samples pushed as they arrive.
#pragma once

#include "model/model.hpp"
#include "model/tokenizer.hpp"
