// Search of archives by edit distance.
#pragma once

#include "base/thread_pool.hpp"
#include "search/searcher.hpp"
