#include "cli/program.hpp"

int main(int argc, char** argv) {
  return pairalign::cli::tool_main(argc, argv);
}
