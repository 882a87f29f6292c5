// A plain loop, compiled for several instruction sets, of which one is chosen at program start.
#pragma once

// PAIRALIGN_MULTIVERSION before a function definition makes the compiler emit it for AVX-512, for
// AVX2 with FMA and for the baseline; the dynamic linker picks one. Empty where that is not
// possible: on other processors, and with sanitizers, whose runtime is not ready when the choice is
// made.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define PAIRALIGN_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PAIRALIGN_SANITIZED 1
#endif

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(PAIRALIGN_SANITIZED)
// Levels of the x86-64 psABI, not names of processors: those are matched by vendor and model, and
// an AVX-512 loop named after one vendor's processor would never run on another's.
#define PAIRALIGN_MULTIVERSION \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PAIRALIGN_MULTIVERSION
#endif
