# Toolchain: Debian's cross compiler for aarch64, the libraries of scripts/arm64-sysroot.sh, and tests
# under qemu's user-mode emulation.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(PAIRALIGN_SYSROOT "" CACHE PATH "What scripts/arm64-sysroot.sh has made")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PAIRALIGN_SYSROOT)
set(CMAKE_SYSROOT ${PAIRALIGN_SYSROOT})
# The cross compiler looks for the headers of libstdc++ in a place of its own, which it takes to be
# below the root too.
set(CMAKE_CXX_FLAGS_INIT
  "-nostdinc++ -isystem =/usr/include/c++/12 -isystem =/usr/include/aarch64-linux-gnu/c++/12")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_DIR} "")
set(ENV{PKG_CONFIG_LIBDIR}
  ${PAIRALIGN_SYSROOT}/usr/lib/aarch64-linux-gnu/pkgconfig:${PAIRALIGN_SYSROOT}/usr/share/pkgconfig)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${PAIRALIGN_SYSROOT})

set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L ${PAIRALIGN_SYSROOT})
