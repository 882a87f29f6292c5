// Manual pages of section 1, in roff.
#pragma once

#include <string>

#include "manual/option_table.hpp"

namespace pairalign::manual {

/// The page of a tool. `version` is in its footer.
std::string man_page(const OptionTable& table, const std::string& version);

/// The examples as Markdown, one ```sh block each, the form in which a test runs the examples of
/// all documents.
std::string examples_markdown(const cli::Tool& tool);

}  // namespace pairalign::manual
