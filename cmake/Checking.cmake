# How the code is guarded while it runs, and built to be examined: hardening for everyone, sanitizers,
# fuzzing and coverage for tests. docs/testing.md tells what is run with them.
option(PAIRALIGN_HARDENING "Guard against what memory errors are exploited for" ON)
option(PAIRALIGN_FUZZ "Build the harnesses of tests/fuzz as fuzzers; needs clang" OFF)
option(PAIRALIGN_COVERAGE "Count which lines run, for `make coverage`" OFF)
set(PAIRALIGN_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")

if(PAIRALIGN_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "PAIRALIGN_FUZZ needs clang: configure with -DCMAKE_CXX_COMPILER=clang++")
  endif()
  set(PAIRALIGN_SANITIZE address,undefined)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(PAIRALIGN_SANITIZE)
  add_compile_options(-fsanitize=${PAIRALIGN_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${PAIRALIGN_SANITIZE})
  if(NOT PAIRALIGN_FUZZ)
    add_compile_options(-O1)  # built in half the time, and reports name the calls that were made
  endif()
endif()

if(PAIRALIGN_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic -O1 -g1)  # atomic: threads count together
  add_link_options(--coverage)
endif()

# Position-independent programs, wherever the compiler does not make them unasked.
include(CheckPIESupported)
check_pie_supported()

# Sanitizers bring checks of their own, which _FORTIFY_SOURCE would hide calls from.
if(PAIRALIGN_HARDENING AND NOT PAIRALIGN_SANITIZE)
  add_compile_options(-fstack-protector-strong
    "$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
  add_link_options(LINKER:-z,relro LINKER:-z,now)
endif()
