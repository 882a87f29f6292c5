# The libraries that libpairalign is built on, for its build and, installed beside its package
# configuration, for programs that link it.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)              # fast, locale-free formatting
find_package(nlohmann_json REQUIRED)    # model metadata, recipes, reports, logs
find_package(Microsoft.GSL REQUIRED)    # gsl::span, until C++20's std::span
find_package(OneDNN REQUIRED)           # matrix products of the model and its training
find_package(OpenMP REQUIRED)           # only to keep oneDNN on the calling thread
pkg_check_modules(sndfile REQUIRED IMPORTED_TARGET sndfile)        # most audio file formats
# Beneath libsndfile anyway, which hears the first part only of joined and chained files.
pkg_check_modules(mpg123 REQUIRED IMPORTED_TARGET libmpg123)       # MP3
pkg_check_modules(ogg REQUIRED IMPORTED_TARGET ogg)                # Ogg pages,
pkg_check_modules(opus REQUIRED IMPORTED_TARGET opus)              # and what is in them: Opus,
pkg_check_modules(vorbis REQUIRED IMPORTED_TARGET vorbis)          # Vorbis
pkg_check_modules(soxr REQUIRED IMPORTED_TARGET soxr)              # resampling
pkg_check_modules(kissfft REQUIRED IMPORTED_TARGET kissfft-float)  # FFT of features and reverberation
pkg_check_modules(ebur128 REQUIRED IMPORTED_TARGET libebur128)     # loudness by EBU R 128
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)       # checksums and identities
